import { kindOf, wrongOption } from '../../../core/option-checks.ts'
import type { CaseDefinition, HostileCase } from '../cases/case.ts'
import { buildCases } from '../cases/catalogue.ts'
import { createCaseFixture } from '../cases/fixture.ts'
import { runHostileTokens } from './assert-rejects.ts'
import type { HostileOptions, RunSettings } from './options.ts'
import { resolveRunOptions } from './options.ts'
import { errorWith } from './report.ts'
import type { HostileTarget } from './target.ts'
import { openTarget } from './target.ts'

type Declare = (name: string, run: () => Promise<void>) => unknown

/** The functions with which a test runner declares tests: Vitest, Jest, Mocha, node:test, … */
export interface TestRunner {
  describe(name: string, declare: () => void): unknown
  /** With `skip`, as most runners have it, cases that are skipped are declared as such. */
  readonly test: Declare & { readonly skip?: Declare }
}

/**
 * As `assertRejectsHostileTokens`, but with one test for each hostile token, so that the list of
 * tests shows which of them the app accepts. Before them, one test proves that the route refuses a
 * request without a token, lets the good token pass, and demands the scopes of the option `scope`.
 * Each test can run alone. Cases of the level 'info' never fail, so they are left out.
 *
 *     describeHostileTokens({ describe, test: it }, () => app, { issuer, path: '/orders' })
 *
 * @param runner The functions of the test runner.
 * @param target Gives the app. It is called in each test.
 * @param options The same as those of `assertRejectsHostileTokens`. `budget.keyFetches` is for each
 *   test.
 * @throws {TypeError} for a wrong option.
 */
export function describeHostileTokens(
  runner: TestRunner,
  target: () => HostileTarget | Promise<HostileTarget>,
  options: HostileOptions,
): void {
  const { describe, test } = checkRunner(runner)
  if (typeof target !== 'function') {
    const fix = `must be a function that gives the app, not ${kindOf(target)}: write () => app`
    wrongOption("argument 'target' of describeHostileTokens", fix)
  }
  const settings = resolveRunOptions(options)
  const { template, definitions, skip } = settings
  const counting = definitions.filter(({ level }) => level !== 'info')
  const cases = casesOf(options, settings, counting)
  if (cases.length === 0) {
    const fix = 'leave no case that can fail for this issuer: name more levels or other cases'
    wrongOption("options 'levels' and 'only' of describeHostileTokens", fix)
  }

  async function run(changes: Partial<RunSettings>): Promise<void> {
    const connection = await openTarget(await target(), settings.perRequest)
    const report = await runHostileTokens(connection, options, { ...settings, ...changes })
    if (!report.ok) throw errorWith(report)
  }

  describe(`${template.method} ${template.path} and hostile tokens`, () => {
    test('refuses a request without a token, and lets the good token pass', () =>
      run({ definitions: [] }))
    for (const { id, title } of cases) {
      const name = `rejects ${id}: ${title}`
      const reason = skip[id]
      async function runCase(): Promise<void> {
        const alone = counting.filter((definition) => definition.id === id)
        if (casesOf(options, settings, alone).length === 0) {
          throw new Error(
            `tollgate: ${id} cannot be built, because the issuer has another type of key than when the tests were declared: call issuer.reset() before this test`,
          )
        }
        // The first test has proven that the scopes are demanded.
        await run({ definitions: alone, scopes: [] })
      }
      if (reason === undefined) test(name, runCase)
      else test.skip?.(`${name} (skipped: ${reason})`, runCase)
    }
  })
}

/** The cases that there are for the good token and its key, as they are now. */
function casesOf(
  { issuer }: HostileOptions,
  { claims }: RunSettings,
  definitions: readonly CaseDefinition[],
): readonly HostileCase[] {
  return buildCases(createCaseFixture(issuer, claims, 'https://canary.test'), definitions)
}

function checkRunner(runner: TestRunner): TestRunner {
  const { describe, test } = Object(runner) as Partial<TestRunner>
  if (typeof describe === 'function' && typeof test === 'function') return runner
  return wrongOption(
    "argument 'runner' of describeHostileTokens",
    'must have the functions describe and test of the test runner: write { describe, test: it }',
  )
}
