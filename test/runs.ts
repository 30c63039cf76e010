import fc from 'fast-check'

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0)
const seed = process.env['FUZZ_SEED']
const path = process.env['FUZZ_PATH']
const times = Number(process.env['RUNS_TIMES'] ?? 1)

/**
 * How long a property is tested: `usual` inputs in `npm test`, RUNS_TIMES as many where there is
 * time for that, as in `.ci/run`, or FUZZ_SECONDS in `npm run fuzz`, which also prints how many
 * inputs it has tried. FUZZ_SEED and FUZZ_PATH repeat a reported counterexample.
 */
export function runs(usual: number): fc.Parameters<unknown> {
  const replay = { ...(seed && { seed: Number(seed) }), ...(path && { path }) }
  if (seconds === 0) return { numRuns: usual * times, ...replay }
  return {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000,
    reporter: report,
    ...replay,
  }
}

function report(details: fc.RunDetails<unknown>): void {
  if (details.counterexample !== null) {
    throw new Error(fc.defaultReportMessage(details as never), { cause: details.errorInstance })
  }
  console.log(`tried ${details.numRuns} inputs with seed ${details.seed}`)
}
