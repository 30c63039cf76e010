/** What a report says. */
export interface Report {
  readonly tests: number
  /** The names of tests that did not pass. A skipped test is one of them: it has shown nothing. */
  readonly failed: readonly string[]
}

/** The JSON of Jest, which is that of Vitest as well. */
export function jestReport(text: string): Report {
  const { testResults } = JSON.parse(text) as {
    testResults: { assertionResults: { fullName: string; status: string }[] }[]
  }
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.filter(({ status }) => status !== 'passed')
  return { tests: tests.length, failed: failed.map(({ fullName }) => fullName) }
}

/** The JSON of Mocha. */
export function mochaReport(text: string): Report {
  const { tests, failures, pending } = JSON.parse(text) as Record<string, { fullTitle: string }[]>
  const failed = [...(failures ?? []), ...(pending ?? [])].map(({ fullTitle }) => fullTitle)
  return { tests: tests?.length ?? 0, failed }
}

/** The JUnit XML of `node --test`, Bun and Deno. */
export function junitReport(text: string): Report {
  const cases = /<testcase((?:\s+[\w:-]+="[^"]*")*)\s*(?:\/>|>([\s\S]*?)<\/testcase>)/g
  const tests = [...text.matchAll(cases)]
  const failed = tests.filter(([, , content = '']) => /<(?:error|failure|skipped)\b/.test(content))
  const name = (attributes = ''): string => /\sname="([^"]*)"/.exec(attributes)?.[1] ?? attributes
  return { tests: tests.length, failed: failed.map(([, attributes]) => name(attributes)) }
}
