import fc from 'fast-check'

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0)
const seed = process.env['FUZZ_SEED']

/**
 * How long a property is tried: so many runs in a usual test, so many seconds under `npm run fuzz`, which also tells how
 * many inputs it tried.
 */
export function runs(usual: number): fc.Parameters<unknown> {
  if (seconds === 0) return { numRuns: usual }
  return {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000,
    ...(seed !== undefined && { seed: Number(seed) }),
    reporter: report,
  }
}

function report(details: fc.RunDetails<unknown>): void {
  if (details.counterexample !== null) throw new Error(fc.defaultReportMessage(details as never))
  console.log(`tried ${details.numRuns} inputs with seed ${details.seed}`)
}
