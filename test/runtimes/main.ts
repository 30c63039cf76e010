/**
 * `npm run test:runtimes` runs the tests in every runtime, on the package as it ships, and prints a
 * table of runtimes and suites with the numbers of tests that ran and passed. With names of
 * runtimes or suites (`npm run test:runtimes -- Deno adapters`), it runs only those.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildPackage, bundleTests, here, output, root } from './build.ts'
import { differences } from './differences.ts'
import type { Outcome } from './inside/run.ts'
import type { Runtime } from './runtimes.ts'
import { runtimes } from './runtimes.ts'
import type { Suite } from './suites.ts'
import { suites } from './suites.ts'
import { table } from './table.ts'

export interface Cell {
  readonly runtime: string
  readonly suite: string
  readonly ran: number
  /** The errors of the tests that failed, and errors outside of every test. */
  readonly failures: readonly string[]
}

/** The time limit of a suite. No suite takes a tenth of it. */
const seconds = 600
const wanted = process.argv.slice(2)
const isWanted = (names: readonly { readonly name: string }[], name: string): boolean => {
  const asked = names.filter((one) => wanted.includes(one.name))
  return asked.length === 0 || wanted.includes(name)
}

if (process.env['SKIP_INSTALL'] === undefined)
  await execute('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], here)
await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', here], root)
await buildPackage()
const versions = new Map<string, string>()
for (const { name, version } of runtimes) versions.set(name, await version())

const cells = await inPairs(
  runtimes
    .filter(({ name }) => isWanted(runtimes, name))
    .flatMap((runtime) =>
      suites
        .filter(({ name, not }) => isWanted(suites, name) && not?.[runtime.name] === undefined)
        .map((suite) => () => runSuite(runtime, suite)),
    ),
)
if (wanted.length === 0) cells.push(...(await hostTests()))

for (const { runtime, suite, failures } of cells) {
  for (const failure of failures) console.log(`FAILED  ${runtime}, ${suite}: ${failure}\n`)
}
console.log(table(cells, versions))
const ran = cells.reduce((all, cell) => all + cell.ran, 0)
const failed = cells.reduce((all, { failures }) => all + failures.length, 0)
await mkdir(join(root, 'reports'), { recursive: true })
await writeFile(
  join(root, 'reports/runtimes.json'),
  JSON.stringify({
    numTotalTests: ran,
    numPassedTests: ran - failed,
    success: failed === 0,
    testResults: [],
  }),
)
process.exit(failed === 0 ? 0 : 1)

async function runSuite(runtime: Runtime, suite: Suite): Promise<Cell> {
  const name = { runtime: runtime.name, suite: suite.name }
  const began = Date.now()
  try {
    const { target } = runtime
    const files = suite.files.filter((file) => !suite.without?.[file]?.on.includes(runtime.name))
    const bundle = join(output, 'bundles', `${runtime.name}-${suite.name}.mjs`.replace(' ', '-'))
    await bundleTests(bundle, files, { target, adapters: suite.adapters })
    const found = judged(runtime.name, await runtime.run(bundle, seconds), files)
    console.log(
      `${runtime.name}, ${suite.name}: ${found.ran} tests, ${(Date.now() - began) / 1000} s`,
    )
    return { ...name, ...found }
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    return { ...name, ran: 1, failures: [`${message}\n${stderr}`.slice(0, 4000)] }
  }
}

/**
 * A file of which no test ran counts as a failure. So does a test of differences.ts that passes, or
 * that fails in another way than stated there.
 */
function judged(
  runtime: string,
  outcomes: readonly Outcome[],
  files: readonly string[],
): Pick<Cell, 'ran' | 'failures'> {
  const silent = files.filter((file) => !outcomes.some((one) => one.file === file && one.test))
  const failures = outcomes.flatMap(({ file, test, error }) => {
    const known = differences.find(
      (one) => one.runtimes.includes(runtime) && one.tests.includes(test),
    )
    if (known === undefined) return error === undefined ? [] : [`${file}: ${test}\n${error}`]
    if (error !== undefined && known.fails.test(error)) return []
    return [`${file}: ${test}\nis known to fail with ${known.fails}, and does not: ${error}`]
  })
  return {
    ran: outcomes.length + silent.length,
    failures: [...failures, ...silent.map((file) => `${file}: no test ran`)],
  }
}

/** Runs two tasks at a time, because the machines that run this most often have two cores. */
async function inPairs<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = []
  // The slow tasks stand last in the list and are started first, so that none of them still runs
  // when all others have ended.
  const left = [...tasks.entries()].reverse()
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      results[next[0]] = await next[1]()
    }
  }
  await Promise.all([work(), work()])
  return results
}

/**
 * Runs the tests that start a server of another runtime as a user starts it, and send requests to
 * it. They run in Vitest on Node. The first `describe` names the runtime and the suite: `Bun:
 * example`.
 */
async function hostTests(): Promise<Cell[]> {
  const report = join(output, 'host.json')
  const config = join(here, 'vitest.config.ts')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--config', config, '--reporter=json', `--outputFile=${report}`]
  await execute(process.execPath, args, root).catch(() => {})
  const { testResults } = (await import(report, { with: { type: 'json' } })).default as {
    testResults: {
      message: string
      assertionResults: {
        ancestorTitles: string[]
        fullName: string
        status: string
        failureMessages: string[]
      }[]
    }[]
  }
  const found = new Map<string, { ran: number; failures: string[] }>()
  for (const { message, assertionResults } of testResults) {
    if (assertionResults.length === 0)
      found.set('workerd: cannot run', { ran: 1, failures: [message] })
    for (const { ancestorTitles, fullName, status, failureMessages } of assertionResults) {
      const cell = found.get(ancestorTitles[0] ?? '') ?? { ran: 0, failures: [] }
      found.set(ancestorTitles[0] ?? '', cell)
      cell.ran++
      if (status !== 'passed') cell.failures.push(`${fullName}\n${failureMessages.join('\n')}`)
    }
  }
  return [...found].map(([title, cell]) => {
    const [runtime = '', suite = ''] = title.split(': ')
    return { runtime, suite, ...cell }
  })
}

async function execute(file: string, args: readonly string[], cwd: string): Promise<void> {
  await promisify(execFile)(file, args, { cwd, maxBuffer: 2 ** 26 })
}
