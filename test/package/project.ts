import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const root = join(import.meta.dirname, '..', '..')
const modules = join(root, 'node_modules')

export const adapters = ['express', 'koa', 'fastify', 'hono', 'fetch', 'node', 'nest'] as const
/** The entries that need no peer, by the name of their files. */
export const entries = ['index', ...adapters, 'issuers', 'revocation', 'testing'] as const
export type Entry = (typeof entries)[number]
/** The entry that is made for a test runner, and opens only in a test that it runs. */
export const runnerEntry = 'vitest'

/** The name by which a consumer imports an entry. */
export function specifierOf(entry: Entry): string {
  return entry === 'index' ? 'tollgate' : `tollgate/${entry}`
}

export interface Packed {
  /** A temporary folder for the tarball and for the projects that use it. */
  readonly workspace: string
  readonly tarball: string
  /** The paths in the tarball. */
  readonly files: readonly string[]
}

/** Builds and packs a copy of the repository, so that its own dist does not change. */
export async function pack(): Promise<Packed & { remove(): Promise<void> }> {
  const workspace = await mkdtemp(join(tmpdir(), 'tollgate-'))
  const remove = () => rm(workspace, { recursive: true, force: true })
  try {
    return { workspace, remove, ...(await packIn(workspace)) }
  } catch (error) {
    await remove()
    throw error
  }
}

async function packIn(workspace: string): Promise<Pick<Packed, 'tarball' | 'files'>> {
  const copy = join(workspace, 'copy')
  const left = ['.git', 'coverage', 'dist', 'node_modules', 'reports', 'test']
  await cp(root, copy, {
    recursive: true,
    filter: (path) => !left.some((name) => path === join(root, name)),
  })
  await symlink(modules, join(copy, 'node_modules'))
  await mkdir(join(copy, 'test'))
  await writeFile(
    join(copy, 'test', 'one.test.ts'),
    '// This file stands for all tests, of which none may ship.\n',
  )
  const out = await npm(workspace, copy, 'pack', '--json', '--pack-destination', workspace)
  // The build may print something before the JSON.
  const [{ filename, files }] = JSON.parse(out.slice(out.search(/^\[/m)))
  return {
    tarball: join(workspace, filename),
    files: (files as { path: string }[]).map(({ path }) => path),
  }
}

/** Runs npm offline, without the settings that it would inherit when npm itself runs the tests. */
async function npm(workspace: string, cwd: string, ...command: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    npm_config_cache: join(workspace, 'cache'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const { stdout } = await run('npm', command, { cwd, env, maxBuffer: 1e7 }).catch((failure) => {
    // The compiler prints its errors to stdout.
    throw new Error(`${failure.message}\n${failure.stdout}`)
  })
  return stdout
}

/**
 * A project in which npm has installed the tarball. It fails if this repository lacks a dependency.
 */
export async function install({ workspace, tarball }: Packed): Promise<string> {
  const folder = join(workspace, 'installed')
  await mkdir(folder)
  const dependencies = {
    tollgate: `file:${tarball}`,
    jose: `file:${join(modules, 'jose')}`,
    'lru-cache': `file:${join(modules, 'lru-cache')}`,
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  // The dependencies are folders here. npm would run their `prepare` scripts, which it does not do
  // for packages from a registry.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund']
  await npm(workspace, folder, 'install', '--install-links', ...quiet)
  return folder
}

/**
 * A project as an installation leaves it, made in less time: tollgate, its dependencies, and
 * further packages of this repository. `others` maps the name that a package gets in the project to
 * the name that it has in this repository.
 */
export async function unpack(
  { workspace, tarball }: Packed,
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(workspace, 'project-'))
  const home = join(folder, 'node_modules', 'tollgate')
  await mkdir(home, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1'])
  for (const name of ['jose', 'lru-cache']) {
    await cp(join(modules, name), join(folder, 'node_modules', name), { recursive: true })
  }
  for (const [name, origin] of Object.entries(others)) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(modules, origin), link)
  }
  return folder
}

/** Copies a fixture into a project. */
export async function copyFixture(project: string, fixture: string): Promise<string> {
  const folder = join(project, fixture)
  await cp(join(root, 'test', 'fixtures', fixture), folder, { recursive: true })
  return folder
}

export function read(...path: readonly string[]): Promise<string> {
  return readFile(join(...path), 'utf8')
}

export interface Manifest {
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { optional?: boolean }>>
}

/** The package.json of this repository, or of another folder. */
export async function manifest(folder: string = root): Promise<Manifest> {
  return JSON.parse(await read(folder, 'package.json'))
}

/** Runs code in a project; the code prints JSON. */
export async function evaluate(
  project: string,
  kind: 'module' | 'commonjs',
  code: string,
): Promise<unknown> {
  return print(project, `--input-type=${kind}`, '--eval', code)
}

/** Runs Node in a project; the program prints JSON, and fails if it prints a warning. */
export async function print(project: string, ...options: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await run(process.execPath, options, { cwd: project })
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout)
}

export interface Compilation {
  /** The errors that the compiler reports. */
  readonly complaints: readonly string[]
  /** The files that the compiler read, with paths as Node writes them. */
  readonly files: readonly string[]
}

/** Versions of TypeScript by their name here. The oldest is the one that the README names. */
export type Compiler = 'typescript' | 'typescript5' | 'typescript-oldest'

/** Compiles the project of a folder with its own options and the given ones. */
export async function compile(
  folder: string,
  compiler: Compiler,
  ...options: readonly string[]
): Promise<Compilation> {
  const tsc = join(modules, compiler, 'bin', 'tsc')
  // Tests run on every core already.
  const threads = compiler === 'typescript' ? ['--singleThreaded'] : []
  const command = [tsc, '--pretty', 'false', '--listFiles', ...threads, ...options]
  const { stdout } = await run(process.execPath, command, { cwd: folder, maxBuffer: 1e7 }).catch(
    // The compiler exits with an error code if it reports errors.
    (failure: { stdout?: string; code?: unknown }) => {
      if (typeof failure.stdout !== 'string' || failure.stdout === '') throw failure
      return { stdout: failure.stdout }
    },
  )
  const lines = stdout.split('\n').filter((line) => line !== '')
  const isFile = (line: string): boolean =>
    /^(?:\/|\w:)(?!.*: error TS).*\.(?:[cm]?ts|json)$/.test(line)
  return {
    complaints: lines.filter((line) => !isFile(line)),
    files: lines.filter(isFile).map((line) => line.split('/').join(sep)),
  }
}
