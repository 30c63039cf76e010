import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const root = join(import.meta.dirname, '..', '..')
const modules = join(root, 'node_modules')

export const adapters = ['express', 'koa', 'fastify', 'hono', 'fetch', 'node'] as const
/** Every entry of the package, by the name of its file. */
export const entries = ['index', ...adapters, 'testing'] as const
export type Entry = (typeof entries)[number]

/** What a consumer imports. */
export function specifierOf(entry: Entry): string {
  return entry === 'index' ? 'tollgate' : `tollgate/${entry}`
}

export interface Packed {
  /** A folder of its own, for whatever is made of the tarball. */
  readonly place: string
  readonly tarball: string
  /** The paths in the tarball. */
  readonly files: readonly string[]
  remove(): Promise<void>
}

/** Builds and packs a copy, so that nobody's dist is touched. */
export async function pack(): Promise<Packed> {
  const place = await mkdtemp(join(tmpdir(), 'tollgate-'))
  const remove = () => rm(place, { recursive: true, force: true })
  try {
    return { place, remove, ...(await packIn(place)) }
  } catch (error) {
    await remove()
    throw error
  }
}

async function packIn(place: string): Promise<Pick<Packed, 'tarball' | 'files'>> {
  const copy = join(place, 'copy')
  const left = ['.git', 'coverage', 'dist', 'node_modules', 'reports', 'test']
  await cp(root, copy, {
    recursive: true,
    filter: (path) => !left.some((name) => path === join(root, name)),
  })
  await symlink(modules, join(copy, 'node_modules'))
  await mkdir(join(copy, 'test'))
  await writeFile(join(copy, 'test', 'one.test.ts'), '// Stands for all tests: none is to ship.\n')
  const out = await npm(place, copy, 'pack', '--json', '--pack-destination', place)
  // What the build prints may come first.
  const [{ filename, files }] = JSON.parse(out.slice(out.search(/^\[/m)))
  return {
    tarball: join(place, filename),
    files: (files as { path: string }[]).map(({ path }) => path),
  }
}

/** npm without the settings that the npm which runs the tests hands on, and without a network. */
async function npm(place: string, cwd: string, ...command: readonly string[]): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = {
    ...Object.fromEntries(inherited),
    npm_config_cache: join(place, 'cache'),
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const { stdout } = await run('npm', command, { cwd, env, maxBuffer: 1e7 }).catch((failure) => {
    // The compiler complains on stdout.
    throw new Error(`${failure.message}\n${failure.stdout}`)
  })
  return stdout
}

/** A project that npm installs the tarball in: a dependency that is not at hand here fails. */
export async function install({ place, tarball }: Packed): Promise<string> {
  const folder = join(place, 'installed')
  await mkdir(folder)
  const dependencies = {
    tollgate: `file:${tarball}`,
    jose: `file:${join(modules, 'jose')}`,
    'lru-cache': `file:${join(modules, 'lru-cache')}`,
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  // What is at hand here has been built; from a registry its own scripts would not run either.
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund']
  await npm(place, folder, 'install', '--install-links', ...quiet)
  return folder
}

/**
 * A project as an installation leaves it, in less time: tollgate and its dependencies, and of this repository's packages
 * those that are asked for, each under the name that it has here or under another.
 */
export async function unpack(
  { place, tarball }: Packed,
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(place, 'project-'))
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
export async function settle(project: string, fixture: string): Promise<string> {
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

/** Runs a module in a project, which prints JSON. */
export async function evaluate(
  project: string,
  kind: 'module' | 'commonjs',
  code: string,
): Promise<unknown> {
  return print(project, `--input-type=${kind}`, '--eval', code)
}

/** Runs Node in a project, which prints JSON and no warning. */
export async function print(project: string, ...options: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await run(process.execPath, options, { cwd: project })
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout)
}

export interface Compilation {
  /** What the compiler complains of, with paths as Node writes them. */
  readonly complaints: readonly string[]
  /** The files that it read. */
  readonly files: readonly string[]
}

export type Compiler = 'typescript' | 'typescript5'

/** Compiles the project of a folder as its own options and the further ones say. */
export async function compile(
  folder: string,
  compiler: Compiler,
  ...options: readonly string[]
): Promise<Compilation> {
  const tsc = join(modules, compiler, 'bin', 'tsc')
  const command = [tsc, '--pretty', 'false', '--listFiles', ...options]
  const { stdout } = await run(process.execPath, command, { cwd: folder, maxBuffer: 1e7 }).catch(
    // It ends with a code of its own, if it complains.
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
