import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { decodeJwt } from 'jose'
import { publint } from 'publint'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { entries, install, type Manifest, manifest, read, runnerEntry, unpack } from './project.ts'

const packed = inject('packed')
/** The folder node_modules/tollgate of a project, with the content of the tarball. */
let home: string
let shipped: Manifest

beforeAll(async () => {
  home = join(await unpack(packed), 'node_modules', 'tollgate')
  shipped = await manifest(home)
}, 180_000)

function filesIn(folder: 'dist' | 'src', ending: string): readonly string[] {
  const files = packed.files.filter(
    (path) => path.startsWith(`${folder}/`) && path.endsWith(ending),
  )
  expect(files.length).toBeGreaterThan(entries.length)
  return files
}

/** What a module imports of this package. */
const imported = /\b(?:from|import)\s*\(?\s*['"](\.[^'"]*)['"]/g

describe('the tarball', () => {
  test('the tarball holds the built files, the sources and the documents that ship, and nothing else', () => {
    const pages = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']
    const files = packed.files.filter((path) => !/^(dist|src)\//.test(path))
    expect(files.sort()).toEqual(pages)
  })

  test('the sources in the tarball are one file for each entry, and these folders', () => {
    const sources = packed.files.filter((path) => path.startsWith('src/'))
    const beside = sources.filter((path) => path.split('/').length === 2).sort()
    expect(beside).toEqual([...entries, runnerEntry].map((entry) => `src/${entry}.ts`).sort())
    expect([...new Set(sources.map(dirname))].sort()).toEqual([
      'src',
      'src/cli',
      'src/cli/attack',
      'src/cli/dev-issuer',
      'src/cli/dev-issuer/api',
      'src/cli/dev-issuer/page',
      'src/cli/dev-issuer/page/browser',
      'src/cli/doctor',
      'src/cli/explain',
      'src/core',
      'src/core/client',
      'src/core/exchange',
      'src/core/formats',
      'src/core/hints',
      'src/core/identity',
      'src/core/introspection',
      'src/core/issuers',
      'src/core/jwt',
      'src/core/keys',
      'src/core/remote',
      'src/core/status',
      'src/http',
      'src/http/requirements',
      'src/http/schemes',
      'src/issuers',
      'src/revocation',
      'src/testing',
      'src/testing/answers',
      'src/testing/control',
      'src/testing/hostile',
      'src/testing/hostile/cases',
      'src/testing/hostile/run',
      'src/testing/hostile/survival',
      'src/testing/oauth',
      'src/testing/oauth/login',
      'src/testing/oauth/token',
      'src/testing/shapes',
    ])
  })

  test('an entry or the command needs each source in the tarball, if only for its types', async () => {
    const needed = new Set<string>()
    const open = [...entries, runnerEntry].map((entry) => `src/${entry}.ts`)
    // A browser loads the scripts of a page, beginning with this one.
    open.push('src/cli/main.ts', 'src/cli/dev-issuer/page/browser/main.ts')
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (needed.has(path)) continue
      needed.add(path)
      for (const [, to = ''] of (await read(home, path)).matchAll(imported)) {
        open.push(join(dirname(path), to))
      }
    }
    expect(filesIn('src', '.ts').filter((path) => !needed.has(path))).toEqual([])
  })

  test('the tarball holds a module, its types and their source maps for each source, and no more', () => {
    const sources = packed.files.filter((path) => path.startsWith('src/'))
    const built = sources.flatMap((path) => {
      const name = path.replace(/^src\//, 'dist/').replace(/\.ts$/, '')
      return ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((ending) => name + ending)
    })
    expect(sources.every((path) => path.endsWith('.ts'))).toBe(true)
    expect(packed.files.filter((path) => path.startsWith('dist/')).sort()).toEqual(built.sort())
  })

  test('the modules in the tarball import other modules of it, never sources', async () => {
    for (const path of filesIn('dist', '.js')) {
      for (const [, to] of (await read(home, path)).matchAll(imported)) {
        expect(to, path).toMatch(/\.js$/)
        expect(packed.files, path).toContain(join(dirname(path), to as string))
      }
    }
  })

  test.each(['.js', '.d.ts'])(
    'a source map leads from each %s file to the source that ships with it',
    async (end) => {
      for (const path of filesIn('dist', end)) {
        const text = await read(home, path)
        const [, link] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(text) ?? []
        expect(link, path).toBeDefined()
        const map = join(dirname(path), link as string)
        const { sources, sourceRoot, mappings } = JSON.parse(await read(home, map))
        const source = path.replace(/^dist\//, 'src/').slice(0, -end.length)
        expect(sources.map((name: string) => join(dirname(map), sourceRoot, name))).toEqual([
          `${source}.ts`,
        ])
        expect(existsSync(join(home, `${source}.ts`)), source).toBe(true)
        // A source that holds only types compiles to no code, so its map is empty.
        if (!text.includes('export {};')) expect(mappings, map).not.toBe('')
      }
    },
  )
})

describe('installing the package', () => {
  let folder: Promise<string> | undefined
  function installed(): Promise<string> {
    folder ??= install(packed)
    return folder
  }

  test('installing the package installs jose and lru-cache, and nothing else', async () => {
    expect(shipped).not.toHaveProperty('optionalDependencies')
    expect(shipped).not.toHaveProperty('bundleDependencies')
    expect(shipped).not.toHaveProperty('bundledDependencies')
    expect(Object.keys(shipped.dependencies).sort()).toEqual(['jose', 'lru-cache'])
    const lock = JSON.parse(await read(await installed(), 'node_modules', '.package-lock.json'))
    expect(Object.keys(lock.packages).sort()).toEqual([
      'node_modules/jose',
      'node_modules/lru-cache',
      'node_modules/tollgate',
    ])
  })

  test('installing the package installs no framework and no test runner: each is an optional peer', () => {
    const peers = Object.keys(shipped.peerDependencies)
    expect(peers.sort()).toEqual(['express', 'fastify', 'hono', 'koa', 'vitest'])
    expect(shipped.peerDependenciesMeta).toEqual(
      Object.fromEntries(peers.map((peer) => [peer, { optional: true }])),
    )
  })

  test('installing the package puts the command tollgate where npx finds it, and it mints a token', async () => {
    const command = join(await installed(), 'node_modules', '.bin', 'tollgate')
    const run = promisify(execFile)
    const { stdout } = await run(command, ['mint', '--seed', 'any', '--sub', 'ada'])
    expect(decodeJwt(stdout.trim()).sub).toBe('ada')
    await expect(run(command, ['mnt'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining("did you mean 'mint'?"),
    })
  })

  test('installing the package runs no script', () => {
    const run = ['preinstall', 'install', 'postinstall', 'prepare']
    expect(Object.keys(shipped.scripts).filter((name) => run.includes(name))).toEqual([])
    expect(packed.files).not.toContain('binding.gyp')
  })
})

test('publint finds nothing to improve in the package', async () => {
  const { messages } = await publint({
    pkgDir: home,
    level: 'suggestion',
    strict: true,
    pack: false,
  })
  expect(messages).toEqual([])
})

// CJSResolvesToESM: the package ships only ES modules, and the tool does not know that Node 20.19 and
// later can `require()` them.
test('arethetypeswrong finds only the problem that a package of ES modules cannot avoid', async () => {
  const analysis = await checkPackage(createPackageFromTarballData(await readFile(packed.tarball)))
  if (analysis.types === false) throw new Error('no types at all')
  const all = [...entries, runnerEntry]
  const subpaths = all.map((entry) => (entry === 'index' ? '.' : `./${entry}`))
  expect(Object.keys(analysis.entrypoints)).toEqual([...subpaths, './package.json'])
  for (const subpath of subpaths) {
    const { resolutions } = analysis.entrypoints[subpath] ?? {}
    for (const kind of ['node10', 'node16-cjs', 'node16-esm', 'bundler'] as const) {
      expect(resolutions?.[kind].resolution?.fileName, `${subpath} ${kind}`).toMatch(/\.d\.ts$/)
    }
  }
  expect(analysis.problems).toEqual(
    subpaths.map((entrypoint) => ({
      kind: 'CJSResolvesToESM',
      entrypoint,
      resolutionKind: 'node16-cjs',
    })),
  )
}, 60_000)
