import type { ChildProcess } from 'node:child_process'
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const modules = join(root, 'node_modules')
const doors = ['express', 'koa', 'fastify', 'hono', 'fetch', 'node']
const entries = ['tollgate', ...doors.map((door) => `tollgate/${door}`), 'tollgate/testing']

/** Everything below is in here: a copy that is packed, and a project that installs what was packed. */
let place: string
/** The project: nothing in it but tollgate and its dependencies. */
let project: string
/** A folder of it that sees frameworks too; tollgate itself does not. */
let consumer: string
/** The paths in the tarball. */
let packed: readonly string[]

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'tollgate-'))
  const tarball = await pack()
  project = await install(tarball)
  consumer = await settle()
}, 180_000)
afterAll(() => rm(place, { recursive: true, force: true }))

/** npm without the settings that the npm which runs the tests hands on, and without a network. */
async function npm(cwd: string, ...command: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    npm_config_cache: join(place, 'cache'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const { stdout } = await run('npm', command, { cwd, env, maxBuffer: 1e7 })
  return stdout
}

/** Packs a copy, so that nobody's dist is touched. */
async function pack(): Promise<string> {
  const copy = join(place, 'copy')
  const left = ['.git', 'coverage', 'dist', 'node_modules', 'reports']
  await cp(root, copy, {
    recursive: true,
    filter: (path) => !path.split(sep).includes('node_modules') && !isOneOf(left, path),
  })
  await symlink(modules, join(copy, 'node_modules'))
  const out = await npm(copy, 'pack', '--json', '--pack-destination', place)
  // What the build prints may come first.
  const [{ filename, files }] = JSON.parse(out.slice(out.search(/^\[/m)))
  packed = (files as { path: string }[]).map(({ path }) => path)
  return join(place, filename)
}

function isOneOf(names: readonly string[], path: string): boolean {
  return names.some((name) => path === join(root, name))
}

async function install(tarball: string): Promise<string> {
  const folder = join(place, 'project')
  await mkdir(folder)
  const dependencies = {
    tollgate: `file:${tarball}`,
    jose: `file:${join(modules, 'jose')}`,
    'lru-cache': `file:${join(modules, 'lru-cache')}`,
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  await npm(folder, 'install', '--ignore-scripts', '--install-links', '--no-audit', '--no-fund')
  return folder
}

async function settle(): Promise<string> {
  const folder = join(project, 'consumer')
  await cp(join(root, 'test', 'fixtures', 'consumer'), folder, { recursive: true })
  for (const name of ['express', 'koa', '@types/express', '@types/koa', '@types/node']) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(modules, name), link)
  }
  return folder
}

function read(...path: readonly string[]): Promise<string> {
  return readFile(join(...path), 'utf8')
}

async function manifest(): Promise<{ version: string; dependencies: object }> {
  return JSON.parse(await read(root, 'package.json'))
}

/** Runs a module of the project, which prints JSON. */
async function evaluate(kind: 'module' | 'commonjs', code: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, [`--input-type=${kind}`, '--eval', code], {
    cwd: project,
  })
  return JSON.parse(stdout)
}

describe('the tarball', () => {
  test('holds what ships and nothing else', () => {
    const pages = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json']
    const files = packed.filter((path) => !/^(dist|src)\//.test(path))
    expect(files.sort()).toEqual(pages)
  })

  test('holds a module, its types and their maps for each source, and no more', () => {
    const sources = packed.filter((path) => path.startsWith('src/'))
    const built = sources.flatMap((path) => {
      const name = path.replace(/^src\//, 'dist/').replace(/\.ts$/, '')
      return ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((ending) => name + ending)
    })
    expect(sources.every((path) => path.endsWith('.ts'))).toBe(true)
    expect(packed.filter((path) => path.startsWith('dist/')).sort()).toEqual(built.sort())
  })

  test('depends on jose and lru-cache alone', async () => {
    const { dependencies } = await manifest()
    expect(Object.keys(dependencies).sort()).toEqual(['jose', 'lru-cache'])
    const installed = JSON.parse(await read(project, 'node_modules', '.package-lock.json'))
    expect(Object.keys(installed.packages).sort()).toEqual([
      'node_modules/jose',
      'node_modules/lru-cache',
      'node_modules/tollgate',
    ])
  })
})

describe('the entries', () => {
  const names = `Object.fromEntries(entries.map((entry, i) => [entry, Object.keys(loaded[i]).sort()]))`
  const list = JSON.stringify(entries)

  test('are those of package.json', async () => {
    const { exports } = JSON.parse(await read(project, 'node_modules', 'tollgate', 'package.json'))
    const named = Object.keys(exports).map((entry) => entry.replace(/^\./, 'tollgate'))
    expect(named).toEqual([...entries, 'tollgate/package.json'])
  })

  test('export these values, imported and required alike, without any framework', async () => {
    const imported = await evaluate(
      'module',
      `const entries = ${list}
      const loaded = await Promise.all(entries.map((entry) => import(entry)))
      console.log(JSON.stringify(${names}))`,
    )
    expect(imported).toMatchInlineSnapshot(`
      {
        "tollgate": [
          "AuthError",
          "InsufficientAuthenticationError",
          "InsufficientScopeError",
          "InvalidProofError",
          "InvalidRequestError",
          "InvalidTokenError",
          "MissingCredentialsError",
          "UnavailableError",
          "createVerifier",
        ],
        "tollgate/express": [
          "createAuth",
          "getAuth",
        ],
        "tollgate/fastify": [
          "createAuth",
          "getAuth",
        ],
        "tollgate/fetch": [
          "createAuth",
          "getAuth",
        ],
        "tollgate/hono": [
          "createAuth",
          "getAuth",
        ],
        "tollgate/koa": [
          "createAuth",
          "getAuth",
        ],
        "tollgate/node": [
          "createAuth",
          "getAuth",
        ],
        "tollgate/testing": [
          "assertRejectsHostileTokens",
          "assertSurvivesIssuerFaults",
          "createTestIssuer",
          "faults",
          "hostileTokens",
          "serveTestIssuer",
        ],
      }
    `)
    const required = await evaluate(
      'commonjs',
      `const entries = ${list}
      const loaded = entries.map((entry) => require(entry))
      console.log(JSON.stringify(${names}))`,
    )
    expect(required).toEqual(imported)
  })

  test('export these types', async () => {
    const types = entries.map(async (entry) => {
      const name = entry === 'tollgate' ? 'index' : entry.slice('tollgate/'.length)
      const text = await read(project, 'node_modules', 'tollgate', 'dist', `${name}.d.ts`)
      return [entry, typesIn(text)] as const
    })
    expect(Object.fromEntries(await Promise.all(types))).toMatchInlineSnapshot(`
      {
        "tollgate": [
          "Algorithm",
          "Auth",
          "AuthEvent",
          "DeepReadonly",
          "IssuerHealth",
          "IssuerOptions",
          "IssuerResolver",
          "JWTPayload",
          "KeyEvent",
          "KeyOptions",
          "ProfileName",
          "Reason",
          "StandardSchema",
          "Verifier",
          "VerifierOptions",
        ],
        "tollgate/express": [
          "AuthOptions",
          "ExpressAuth",
          "ExpressRequest",
          "ExpressResponse",
          "GetAuth",
          "GetAuthOptions",
          "Handler",
          "Next",
          "OnRefuse",
          "Requirements",
        ],
        "tollgate/fastify": [
          "AuthOptions",
          "Done",
          "FastifyAuth",
          "GetAuth",
          "GetAuthOptions",
          "Hook",
          "OnRefuse",
          "Requirements",
          "Scope",
        ],
        "tollgate/fetch": [
          "AuthOptions",
          "FetchAuth",
          "GetAuth",
          "GetAuthOptions",
          "Handler",
          "OnRefuse",
          "RequireAuth",
          "Requirements",
        ],
        "tollgate/hono": [
          "AuthOptions",
          "GetAuth",
          "GetAuthOptions",
          "Guard",
          "HonoAuth",
          "OnRefuse",
          "RequireAuth",
          "Requirements",
        ],
        "tollgate/koa": [
          "AuthOptions",
          "GetAuth",
          "GetAuthOptions",
          "KoaAuth",
          "KoaContext",
          "Middleware",
          "Next",
          "OnRefuse",
          "Requirements",
        ],
        "tollgate/node": [
          "AuthOptions",
          "GetAuth",
          "GetAuthOptions",
          "Guard",
          "IncomingRequest",
          "NodeAuth",
          "OnRefuse",
          "RequireAuth",
          "Requirements",
        ],
        "tollgate/testing": [
          "AttackerNeeds",
          "BadTokens",
          "Claims",
          "Endpoint",
          "FailOptions",
          "Fault",
          "Faults",
          "HostileCase",
          "HostileId",
          "HostileLevel",
          "HostileOptions",
          "HostileReport",
          "HostileResult",
          "HostileTarget",
          "HostileTokenOptions",
          "HostileVerdict",
          "JwksFaults",
          "KeyOrigin",
          "KeyRing",
          "LoggedRequest",
          "MetadataFaults",
          "MintOptions",
          "RequestLog",
          "RotateOptions",
          "ServeOptions",
          "ServedTestIssuer",
          "ShortTrust",
          "SurvivalOptions",
          "SurvivalReport",
          "SurvivalResult",
          "SurvivalVerdict",
          "TestClock",
          "TestIssuer",
          "TestIssuerOptions",
          "TestKey",
          "TrustOptions",
        ],
      }
    `)
  })

  test('are one module, whether imported or required', async () => {
    const code = `import('tollgate').then(({ InvalidTokenError }) =>
      console.log(require('tollgate').InvalidTokenError === InvalidTokenError))`
    expect(await evaluate('commonjs', code)).toBe(true)
  })

  test('let package.json be read', async () => {
    const code = `console.log(JSON.stringify(require('tollgate/package.json').version))`
    expect(await evaluate('commonjs', code)).toBe((await manifest()).version)
  })

  test('are all there is: no folder and no file of it can be imported', async () => {
    const paths = [
      'tollgate/core/verifier',
      'tollgate/core/verifier.js',
      'tollgate/dist/index.js',
      'tollgate/dist/core/verifier.js',
      'tollgate/http/challenge.js',
      'tollgate/index.js',
      'tollgate/src/index.ts',
      'tollgate/testing/issuer.js',
    ]
    const refused = paths.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED')
    const code = `const paths = ${JSON.stringify(paths)}
      const refusal = (load) => load().then(() => 'loaded', ({ code }) => code)`
    const print = (load: string) =>
      `${code}\nPromise.all(paths.map((path) => refusal(async () => ${load}))).then((codes) =>
        console.log(JSON.stringify(codes)))`
    expect(await evaluate('module', print('import(path)'))).toEqual(refused)
    expect(await evaluate('commonjs', print('require(path)'))).toEqual(refused)
  })

  test('are typed for consumers of both kinds, declarations checked too', async () => {
    const tsc = (...options: readonly string[]) =>
      run(process.execPath, [join(modules, 'typescript', 'bin', 'tsc'), ...options], {
        cwd: consumer,
      }).catch(({ stdout }: { stdout: string }) => ({ stdout }))
    const { stdout: files } = await tsc('--listFilesOnly')
    for (const file of ['esm.mts', 'commonjs.cts', join('tollgate', 'dist', 'testing.d.ts')]) {
      expect(files).toContain(file)
    }
    // The frameworks' own declarations have flaws of their own.
    const { stdout } = await tsc('--pretty', 'false')
    expect(stdout.split('\n').filter((line) => !line.includes('@types'))).toEqual([''])
  })
})

/** The names of the types that a declaration file exports. */
function typesIn(text: string): readonly string[] {
  const declared = text.matchAll(/^export (?:declare )?(?:interface|type) (\w+)/gm)
  const listed = text.matchAll(/^export type \{([^}]*)\}/gm)
  const names = [
    ...Array.from(declared, ([, name]) => name as string),
    ...Array.from(listed, ([, list]) => (list as string).split(',')).flat(),
  ]
  return names
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .sort()
}

describe("the README's first routes", () => {
  test.each([
    ['mjs', (snippet: string) => snippet],
    ['cjs', asCommonJs],
  ])('work when they are pasted into a .%s file', async (ending, translate) => {
    const snippet = firstSnippet(await read(project, 'node_modules', 'tollgate', 'README.md'))
    const file = join(consumer, `pasted.${ending}`)
    await writeFile(file, translate(snippet))
    const stage = {
      issuer: stated(snippet, /issuer: '([^']+)'/)[0],
      audience: stated(snippet, /audience: '([^']+)'/)[0],
      scope: stated(snippet, /scope: '([^']+)'/).join(' '),
    }

    const api = fork(file, {
      cwd: consumer,
      execArgv: ['--import', './stage.mjs'],
      env: { ...process.env, STAGE: JSON.stringify(stage) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    try {
      const { port, token } = await listening(api)
      const headers = { authorization: `Bearer ${token}` }
      for (const path of stated(snippet, /app\.get\('([^']+)'/)) {
        const url = `http://127.0.0.1:${port}${path}`
        const refused = await fetch(url)
        expect([path, refused.status]).toEqual([path, 401])
        expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer realm="api"/)
        const admitted = await fetch(url, { headers })
        expect([path, admitted.status]).toEqual([path, 200])
        expect(await admitted.text()).toContain('alice')
      }
    } finally {
      await stop(api)
    }
  })
})

function firstSnippet(readme: string): string {
  const blocks = Array.from(readme.matchAll(/^```(?:js|ts|mjs)\n([\s\S]*?)^```/gm))
  const snippet = blocks.map(([, code]) => code as string).find((code) => code.includes('.listen('))
  expect(snippet, 'the README has a snippet that listens').toContain(`'tollgate/express'`)
  return snippet as string
}

function stated(snippet: string, pattern: RegExp): readonly string[] {
  const values = Array.from(snippet.matchAll(new RegExp(pattern, 'g')), ([, value]) => value)
  expect(values, String(pattern)).not.toEqual([])
  return values as string[]
}

function asCommonJs(snippet: string): string {
  const translated = snippet.replace(
    /^import (.+) from ('[^']+')/gm,
    (_, names, from) => `const ${names} = require(${from})`,
  )
  expect(translated).not.toMatch(/\b(import|await)\b/)
  return translated
}

async function listening(api: ChildProcess): Promise<{ port: number; token: string }> {
  let complaint = ''
  api.stderr?.on('data', (data) => {
    complaint += data
  })
  const died = once(api, 'exit').then(() => Promise.reject(new Error(complaint)))
  const [message] = await Promise.race([once(api, 'message'), died])
  return message
}

async function stop(api: ChildProcess): Promise<void> {
  if (api.exitCode !== null || !api.kill()) return
  await once(api, 'exit')
}

describe('the repository', () => {
  test('says in the changelog what this version brings', async () => {
    const [newest] = Array.from(
      (await read(root, 'CHANGELOG.md')).matchAll(/^## \[(\d[^\]]*)\]/gm),
      ([, version]) => version,
    )
    expect(newest).toBe((await manifest()).version)
  })

  test('has a lock file that holds every package of every platform, as npm ci demands', async () => {
    const { packages } = JSON.parse(await read(root, 'package-lock.json')) as {
      packages: Record<string, Record<'dependencies' | 'optionalDependencies', object>>
    }
    const held = new Set(Object.keys(packages).map((path) => path.replace(/^.*node_modules\//, '')))
    const named = Object.values(packages).flatMap(({ dependencies, optionalDependencies }) =>
      Object.keys({ ...dependencies, ...optionalDependencies }),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !held.has(name))).toEqual([])
  })

  test('has a lock file that names no registry', async () => {
    const text = await read(root, 'package-lock.json')
    expect(text).not.toContain('"resolved"')
    const lock = JSON.parse(text, (key, value) => (key === 'funding' ? undefined : value))
    expect(JSON.stringify(lock)).not.toContain('://')
    expect(lock.version).toBe((await manifest()).version)
    expect(await read(root, '.npmrc')).not.toMatch(/registry\s*=\s*\w+:/)
  })
})
