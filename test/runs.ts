import fc from 'fast-check'

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0)
const seed = process.env['FUZZ_SEED']
const path = process.env['FUZZ_PATH']

/**
 * How long a property is tried: so many runs in a usual test, so many seconds under `npm run fuzz`, which also tells how
 * many inputs it tried. FUZZ_SEED and FUZZ_PATH play a reported counterexample again.
 */
export function runs(usual: number): fc.Parameters<unknown> {
  const replay = { ...(seed && { seed: Number(seed) }), ...(path && { path }) }
  if (seconds === 0) return { numRuns: usual, ...replay }
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
