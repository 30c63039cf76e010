import type { Report } from './reports.ts'
import { jestReport, junitReport, mochaReport } from './reports.ts'

/** One way to run the tests of a project. */
export interface Run {
  /** The folder of the project, next to this file. */
  readonly project: string
  /** The script of its package.json. */
  readonly script: string
  readonly runtimes: readonly Runtime[]
  /** The arguments with which the runner writes its report to a file. */
  arguments(file: string): readonly string[]
  read(report: string): Report
}

export type Runtime = 'Node 20' | 'Node 24' | 'Bun' | 'Deno'

const node = ['Node 20', 'Node 24'] as const
/** Milliseconds for each test: the limits of runners, such as 2 s, are short for a busy machine. */
const limit = 60_000
const jest = {
  arguments: (file: string) => ['--json', `--outputFile=${file}`, `--testTimeout=${limit}`],
  read: jestReport,
}

export const runs: readonly Run[] = [
  {
    project: 'vitest',
    script: 'test',
    runtimes: node,
    arguments: (file) => ['--reporter=json', `--outputFile=${file}`, `--testTimeout=${limit}`],
    read: jestReport,
  },
  { project: 'jest-esm', script: 'test', runtimes: node, ...jest },
  { project: 'jest-commonjs', script: 'test', runtimes: node, ...jest },
  // Jest can `require()` ES modules from Node 24.9 on.
  { project: 'jest-commonjs', script: 'test:without-babel', runtimes: ['Node 24'], ...jest },
  { project: 'ts-jest', script: 'test', runtimes: node, ...jest },
  {
    project: 'mocha',
    script: 'test',
    runtimes: node,
    arguments: (file) => [
      '--reporter=json',
      `--reporter-option=output=${file}`,
      `--timeout=${limit}`,
    ],
    read: mochaReport,
  },
  {
    project: 'node-test',
    script: 'test',
    runtimes: node,
    arguments: (file) => ['--test-reporter=junit', `--test-reporter-destination=${file}`],
    read: junitReport,
  },
  {
    project: 'node-test',
    script: 'test:deno',
    runtimes: ['Deno'],
    arguments: (file) => [`--junit-path=${file}`],
    read: junitReport,
  },
  {
    project: 'nest',
    script: 'test',
    runtimes: ['Node 24'],
    arguments: (file) => ['--test-reporter=junit', `--test-reporter-destination=${file}`],
    read: junitReport,
  },
  {
    project: 'next',
    script: 'test',
    runtimes: ['Node 24'],
    arguments: (file) => ['--test-reporter=junit', `--test-reporter-destination=${file}`],
    read: junitReport,
  },
  {
    project: 'bun',
    script: 'test',
    runtimes: ['Bun'],
    arguments: (file) => ['--reporter=junit', `--reporter-outfile=${file}`, `--timeout=${limit}`],
    read: junitReport,
  },
]
