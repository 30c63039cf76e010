/**
 * `npm run test:runners` installs the package as it ships into a project for each test runner, runs
 * the tests of the project with that runner, and counts them in the report of the runner. With names
 * of projects (`npm run test:runners -- mocha`), it runs only those. With `--update`, it brings their
 * lock files up to date instead.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { pack, root } from '../package/project.ts'
import { bun, deno, node } from '../runtimes/runtimes.ts'
import type { Run, Runtime } from './runs.ts'
import { runs } from './runs.ts'

const here = import.meta.dirname
/** A run of a project is done in a tenth of these seconds. */
const seconds = 300
/** Every project tries each hostile token in a test of its own. With fewer tests, some did not run. */
const fewest = 200
const programs: Readonly<Record<Runtime, string>> = {
  'Node 20': node(20),
  'Node 24': node(24),
  Bun: bun,
  Deno: deno,
}

interface Outcome {
  readonly title: string
  readonly tests: number
  readonly failed: number
  readonly failure?: string
}

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const wanted = runs.filter(({ project }) => asked.length === 0 || asked.includes(project))
if (wanted.length === 0) throw new Error(`no project has one of the names ${asked.join(', ')}`)
const projects = [...new Set(wanted.map(({ project }) => project))]

await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', here], root)
const runtimes = join(root, 'test/runtimes')
if (!Object.values(programs).every(existsSync)) await npm(['ci', '--loglevel=error'], runtimes)

const { workspace, tarball, remove } = await pack()
try {
  // package.json of every project names the tarball so, and nothing of this repository stands above.
  await rename(tarball, join(workspace, 'tollgate.tgz'))
  if (process.argv.includes('--update')) for (const project of projects) await updateLock(project)
  else await runAll()
} finally {
  await remove()
}

async function runAll(): Promise<void> {
  const outcomes: Outcome[] = []
  // Two at a time, because the machines that run this most often have two cores.
  const left = projects.values()
  await Promise.all([work(), work()])
  async function work(): Promise<void> {
    for (const project of left) {
      await install(project)
      for (const run of wanted.filter((run) => run.project === project)) {
        for (const runtime of run.runtimes) outcomes.push(await outcomeOf(run, runtime))
      }
    }
  }
  const tests = outcomes.reduce((sum, outcome) => sum + outcome.tests, 0)
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0)
  const success = failed === 0
  const totals = { numTotalTests: tests, numPassedTests: tests - failed, success, testResults: [] }
  await mkdir(join(root, 'reports'), { recursive: true })
  await writeFile(join(root, 'reports/runners.json'), JSON.stringify(totals))
  console.log(`${tests - failed} passed, ${failed} failed`)
  if (!success) process.exitCode = 1
}

async function install(project: string): Promise<void> {
  const folder = join(workspace, project)
  const filter = (path: string): boolean => !path.endsWith('node_modules')
  await cp(join(here, project), folder, { recursive: true, filter })
  await npm(['ci', '--loglevel=error'], folder)
}

async function outcomeOf(run: Run, runtime: Runtime): Promise<Outcome> {
  const { project, script } = run
  const title = [project, ...(script === 'test' ? [] : [script]), runtime].join(', ')
  const file = join(workspace, `${title.replaceAll(/\W+/g, '-')}.report`)
  const outcome = { title, ...(await countOf(run, runtime, file)) }
  const { tests, failed, failure } = outcome
  console.log(`${title}: ${tests - failed} of ${tests} tests passed`)
  if (failure !== undefined) console.log(`FAILED  ${title}: ${failure}\n`)
  return outcome
}

/** A run that fails, or that has fewer tests than there are hostile tokens, counts as a failure. */
async function countOf(run: Run, runtime: Runtime, file: string): Promise<Omit<Outcome, 'title'>> {
  const folder = join(workspace, run.project)
  const command = ['run', run.script, '--', ...run.arguments(file)]
  const broken = await npm(command, folder, programs[runtime]).catch((error) => error as Failure)
  const printed = broken === undefined ? [] : [output(broken)]
  try {
    const { tests, failed } = run.read(await readFile(file, 'utf8'))
    if (broken === undefined && failed.length === 0 && tests >= fewest) return { tests, failed: 0 }
    const failure = [...failed, ...printed, ...(tests < fewest ? [`only ${tests} tests`] : [])]
    return { tests: tests + 1, failed: failed.length + 1, failure: failure.join('\n') }
  } catch (error) {
    return { tests: 1, failed: 1, failure: [...printed, error].join('\n') }
  }
}

interface Failure extends Error {
  readonly stdout?: string
  readonly stderr?: string
}

function output({ message, stdout = '', stderr = '' }: Failure): string {
  return [message, stdout.slice(-4000), stderr.slice(-4000)].join('\n')
}

/** The integrity of the tarball stays out of the lock file, because every build makes another one. */
async function updateLock(project: string): Promise<void> {
  const folder = join(workspace, project)
  await cp(join(here, project), folder, { recursive: true })
  await npm(['update', '--package-lock-only'], folder)
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
  delete lock.packages['node_modules/tollgate'].integrity
  await writeFile(join(here, project, 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`)
}

/** Runs npm without the settings that it inherits when npm itself runs this file. */
async function npm(command: readonly string[], cwd: string, program?: string): Promise<void> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = Object.fromEntries(inherited)
  const path = [...(program === undefined ? [] : [dirname(program)]), process.env['PATH']]
  await run('npm', command, cwd, { ...env, PATH: path.join(delimiter) })
}

async function run(
  file: string,
  command: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const limits = { timeout: seconds * 1000, maxBuffer: 2 ** 26, killSignal: 'SIGKILL' } as const
  await promisify(execFile)(file, command, { cwd, env, ...limits })
}
