import { writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BuildOptions, BuildResult, Metafile } from 'esbuild'
import { build } from 'esbuild'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { adapters, type Entry, entries, evaluate, read, specifierOf, unpack } from './project.ts'

const packed = inject('packed')
let project: string
const home = 'node_modules/tollgate/dist'

beforeAll(async () => {
  project = await unpack(packed)
}, 180_000)

type Bundle = BuildResult<BuildOptions & { metafile: true; write: false }>

/** Bundles a module that stands in the project. */
function bundle(contents: string, options: BuildOptions = {}): Promise<Bundle> {
  return build({
    stdin: { contents, resolveDir: project, sourcefile: 'consumer.js' },
    absWorkingDir: project,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'silent',
    ...options,
    metafile: true,
    write: false,
  })
}

function everythingOf(entry: Entry): string {
  return `export * from '${specifierOf(entry)}'`
}

type Import = Metafile['inputs'][string]['imports'][number]

/**
 * The modules of tollgate that an entry imports, directly or through others, by their path in dist,
 * and what these modules import from other packages.
 */
async function reachOf(entry: Entry): Promise<{ own: readonly string[]; others: Import[] }> {
  const { metafile } = await bundle(everythingOf(entry), {
    external: ['jose', 'lru-cache', 'node:*'],
    // Every import of a module counts, whether it is used or not.
    ignoreAnnotations: true,
    treeShaking: false,
  })
  const { 'consumer.js': consumer, ...inputs } = metafile.inputs
  expect(consumer).toBeDefined()
  return {
    own: Object.keys(inputs).map((path) => posix.relative(home, path)),
    others: Object.values(inputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external),
    ),
  }
}

/** What is only loaded when it is needed, by a call of `import`. */
function lazily(imports: readonly Import[]): readonly string[] {
  const kinds = new Set(imports.map(({ kind }) => kind))
  expect([...kinds].sort()).toEqual(['dynamic-import', 'import-statement'])
  return imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path)
}

/** The packages whose types the declarations of an entry import, directly or through others. */
async function typesOf(entry: Entry): Promise<readonly string[]> {
  const visited = new Set<string>()
  const others = new Set<string>()
  const visit = async (file: string): Promise<void> => {
    if (visited.has(file)) return
    visited.add(file)
    const text = await read(project, home, file)
    const imports = text.matchAll(
      /^(?:import|export)\b[^'"]*\bfrom '([^']+)'|\bimport\('([^']+)'\)|^\/\/\/ <reference .*"(.+)"/gm,
    )
    for (const [, listed, inline, referred] of imports) {
      const to = (listed ?? inline ?? referred) as string
      if (to.startsWith('.')) {
        await visit(posix.join(posix.dirname(file), to.replace(/\.[jt]s$/, '.d.ts')))
      } else others.add(to)
    }
  }
  await visit(`${entry}.d.ts`)
  return [...others].sort()
}

describe('what an entry imports', () => {
  test.each(adapters)(
    '%s imports only itself, http/ and core/, jose and lru-cache',
    async (adapter) => {
      const { own, others } = await reachOf(adapter)
      expect(own).toEqual(
        expect.arrayContaining([`${adapter}.js`, 'core/verifier.js', 'http/adapter.js']),
      )
      const above = own.filter((path) => !/^(?:core|http)\//.test(path))
      expect(above).toEqual([`${adapter}.js`])
      expect([...new Set(others.map(({ path }) => path))].sort()).toEqual([
        'jose/base64url',
        'jose/jwe/compact/decrypt',
        'jose/key/import',
        'lru-cache',
      ])
      expect(lazily(others)).toEqual(['jose/jwe/compact/decrypt'])
    },
  )

  test('index imports only itself, core/ and what assertAuth needs of http/, jose and lru-cache', async () => {
    const { own, others } = await reachOf('index')
    const needed = /^(?:core|http\/requirements)\/|^http\/(?:hooks|parameters|verified-auth)\.js$/
    expect(own.filter((path) => !needed.test(path))).toEqual(['index.js'])
    expect(own).toContain('core/verifier.js')
    expect([...new Set(others.map(({ path }) => path))].sort()).toEqual([
      'jose/base64url',
      'jose/jwe/compact/decrypt',
      'jose/key/import',
      'lru-cache',
    ])
    expect(lazily(others)).toEqual(['jose/jwe/compact/decrypt'])
  })

  test('testing: itself, the presets, five files of core/, one of http/, and Node', async () => {
    const { own, others } = await reachOf('testing')
    expect(own.filter((path) => !/^(testing|issuers)\//.test(path)).sort()).toEqual([
      'core/algorithms.js',
      'core/known-issuers.js',
      'core/option-checks.js',
      'core/own-members.js',
      'core/shared-verifier.js',
      'http/request-state.js',
      'issuers.js',
      'testing.js',
    ])
    expect([...new Set(others.map(({ path }) => path))].sort()).toEqual([
      'node:crypto',
      'node:http',
      'node:https',
      'node:stream',
      'node:util',
      'node:zlib',
    ])
  })

  test('issuers: itself and three files of core/, and no package', async () => {
    const { own, others } = await reachOf('issuers')
    expect(own.filter((path) => !path.startsWith('issuers/')).sort()).toEqual([
      'core/known-issuers.js',
      'core/option-checks.js',
      'core/own-members.js',
      'issuers.js',
    ])
    expect(others).toEqual([])
  })

  test('revocation: itself and core/, jose and lru-cache', async () => {
    const { own, others } = await reachOf('revocation')
    expect(own.filter((path) => !/^(revocation|core)\//.test(path))).toEqual(['revocation.js'])
    expect([...new Set(others.map(({ path }) => path))].sort()).toEqual([
      'jose/base64url',
      'jose/key/import',
      'lru-cache',
    ])
  })

  test('the types of an entry import jose, and a framework only where its adapter uses the types of it', async () => {
    const reached = entries.map(async (entry) => [entry, await typesOf(entry)] as const)
    expect(Object.fromEntries(await Promise.all(reached))).toEqual({
      index: ['jose'],
      express: ['jose'],
      koa: ['jose'],
      fastify: ['fastify', 'jose'],
      hono: ['hono', 'jose'],
      fetch: ['jose'],
      node: ['jose'],
      nest: ['jose'],
      issuers: ['jose'],
      revocation: ['jose'],
      testing: ['jose', 'node:http'],
    })
  })
})

/**
 * The most that an entry may bring of tollgate's own code, in bytes: minified, and minified and
 * gzipped. Comments do not count, so that an explanation is never cut for its size. jose and
 * lru-cache come on top.
 */
const budgets: Readonly<Record<Entry, readonly [minified: number, gzipped: number]>> = {
  index: [154_500, 55_700],
  express: [169_200, 60_700],
  koa: [169_200, 60_700],
  fastify: [169_200, 60_700],
  hono: [169_200, 60_700],
  fetch: [169_200, 60_700],
  node: [169_200, 60_700],
  nest: [170_200, 61_000],
  issuers: [27_500, 8_900],
  revocation: [31_000, 12_200],
  testing: [236_000, 81_000],
}

test.each(entries)('%s stays within its budget of bytes', async (entry) => {
  const { outputFiles, metafile } = await bundle(everythingOf(entry), {
    external: ['jose', 'lru-cache', 'node:*'],
    minify: true,
  })
  const own = Object.keys(metafile.inputs).filter((path) => path.startsWith(home))
  expect(own, 'the bundle holds code of tollgate').not.toEqual([])
  const code = outputFiles[0]?.contents as Uint8Array
  const weighed = [code.byteLength, gzipSync(code, { level: 9 }).byteLength]
  const budget = budgets[entry]
  const over = weighed.map((bytes, i) => bytes > (budget[i] as number))
  expect(
    over,
    `${specifierOf(entry)} weighs ${weighed.join(', ')} bytes, of ${budget.join(', ')}. Every caller loads this code and
    every reviewer reads it: look for what can go, or belongs behind another entry, before you raise the budget.`,
  ).toEqual([false, false])
  // A budget far above the size of the code would not notice that the code grows.
  const idle = weighed.map((bytes, i) => bytes < (budget[i] as number) * 0.9)
  expect(
    idle,
    `${specifierOf(entry)} weighs ${weighed.join(', ')} bytes: lower its budget`,
  ).toEqual([false, false])
})

describe('a bundled entry', () => {
  // For an unknown runtime, lru-cache tries to import this module, and works without it.
  const asked = [{ path: 'node:diagnostics_channel', kind: 'dynamic-import', external: true }]
  const targets: readonly [string, BuildOptions, readonly Import[]][] = [
    ['a browser', { platform: 'browser' }, []],
    ['a worker', { platform: 'browser', conditions: ['workerd', 'worker'] }, []],
    ['any runtime', { platform: 'neutral' }, asked as Import[]],
  ]
  const portable = entries.filter((entry) => entry !== 'testing')

  test.each(targets)(
    'no entry needs Node when it is bundled for %s',
    async (_, options, outside) => {
      for (const entry of portable) {
        const { outputFiles, metafile, warnings } = await bundle(everythingOf(entry), options)
        expect(warnings, entry).toEqual([])
        // The presets are data, and need no other package.
        const isData = entry === 'issuers'
        const packages = Object.keys(metafile.inputs).join().includes('node_modules/jose/')
        expect(packages, entry).toBe(!isData)
        const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
        expect(imports.filter(({ external }) => external)).toEqual(isData ? [] : outside)
        const written = outputFiles[0]?.text.match(
          /^(?:import|export)\b.*\bfrom\b|^import\s*["'{*\w]|\brequire\s*\(/m,
        )
        expect(written, entry).toBeNull()
      }
    },
  )

  test('a bundled fetch handler admits and refuses where there are only web APIs', async () => {
    // Names that Node has and the web does not have. They are replaced in the bundle only, because
    // Node's own Response needs them.
    const names = ['globalThis.process', 'process', 'Buffer', 'global', 'setImmediate']
    const { outputFiles } = await bundle(everythingOf('fetch'), {
      platform: 'browser',
      define: Object.fromEntries(names.map((name) => [name, 'undefined'])),
    })
    await writeFile(join(project, 'bundle.mjs'), outputFiles[0]?.contents as Uint8Array)
    const answers = await evaluate(
      project,
      'module',
      `import { createTestIssuer } from 'tollgate/testing'
      import { createAuth, getAuth } from './bundle.mjs'
      const issuer = createTestIssuer()
      const { guard } = createAuth(issuer.trust())
      const handler = guard((request) => new Response(getAuth(request).subject))
      const answer = async (headers) => {
        const response = await handler(new Request('https://api.test/', { headers }))
        return [response.status, await response.text()]
      }
      const admitted = await answer(issuer.headers({ sub: 'alice' }))
      const [refused] = await answer({ authorization: 'Bearer ' + issuer.bad.tampered() })
      const [anonymous] = await answer({})
      console.log(JSON.stringify({ admitted, refused, anonymous }))`,
    )
    expect(answers).toEqual({ admitted: [200, 'alice'], refused: 401, anonymous: 401 })
  })
})

describe('importing an entry', () => {
  test('an import of an entry whose values are not used adds no code to a bundle', async () => {
    const imports = entries.map((entry) => `import '${specifierOf(entry)}'`)
    const { outputFiles } = await bundle(imports.join('\n'), { minify: true, external: ['node:*'] })
    expect(outputFiles[0]?.text).toBe('')
  })

  test.each(['index', ...adapters] as const)(
    'an import of one error class from %s adds only that class to a bundle',
    async (entry) => {
      const { outputFiles } = await bundle(
        `export { InvalidTokenError } from '${specifierOf(entry)}'`,
        { minify: true },
      )
      expect(outputFiles[0]?.text).toContain('invalid_token')
      expect(outputFiles[0]?.contents.byteLength).toBeLessThan(600)
    },
  )

  test.each(adapters)(
    'the errors that %s exports add nothing to a bundle that does not use them',
    async (adapter) => {
      const { outputFiles } = await bundle(`export { getAuth } from '${specifierOf(adapter)}'`, {
        minify: true,
      })
      expect(outputFiles[0]?.text).toContain('this route has no guard')
      expect(outputFiles[0]?.text).not.toContain('invalid_token')
      expect(outputFiles[0]?.contents.byteLength).toBeLessThan(3_000)
    },
  )

  test('the code of jose for decryption is loaded with the first encrypted token of a verifier with the option', async () => {
    const code = `import { register } from 'node:module'
      const hook = \`export async function resolve(specifier, context, next) {
        if (specifier.includes('/jwe/')) throw new Error('loads ' + specifier)
        return next(specifier, context)
      }\`
      register('data:text/javascript,' + encodeURIComponent(hook))
      const { createVerifier } = await import('tollgate')
      const { createTestIssuer } = await import('tollgate/testing')
      const issuer = createTestIssuer()
      const { decryption } = issuer
      const plain = createVerifier(issuer.trust())
      const decrypting = createVerifier(issuer.trust({ issuer: { issuer: issuer.url, decryption } }))
      const outcome = (verifier, token) =>
        verifier.verify(token).then(() => 'accepted', (error) => error.reason ?? error.message)
      console.log(JSON.stringify([
        await outcome(plain, issuer.mint()),
        await outcome(plain, issuer.encrypt(issuer.mint())),
        await outcome(decrypting, issuer.mint()),
        await outcome(decrypting, issuer.encrypt(issuer.mint())),
      ]))`
    expect(await evaluate(project, 'module', code)).toEqual([
      'accepted',
      'encrypted',
      'accepted',
      'loads jose/jwe/compact/decrypt',
    ])
  })

  test('importing an entry changes no global, and starts no listener, no timer and no fetch', async () => {
    const code = `const shapes = [globalThis, process.env, Math, JSON, Object, Array, Function, String, RegExp,
        Promise, Error, Response, Request, Headers].flatMap((it) => [it, it.prototype ?? {}])
      const state = () => JSON.stringify([
        shapes.map((it) => Reflect.ownKeys(it).map(String)),
        process.eventNames().map(String),
      ])
      globalThis.fetch = () => { throw new Error('fetched') }
      const waiting = /Immediate|Messag|Signal|Socket|TCP|Timeout|Worker/
      const found = {}
      await import('node:http')
      for (const entry of ${JSON.stringify(entries.map(specifierOf))}) {
        const before = state()
        await import(entry)
        found[entry] = [state() === before, ...process.getActiveResourcesInfo().filter((name) => waiting.test(name))]
      }
      console.log(JSON.stringify(found))`
    expect(await evaluate(project, 'module', code)).toEqual(
      Object.fromEntries(entries.map((entry) => [specifierOf(entry), [true]])),
    )
  })
})
