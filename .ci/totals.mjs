// Adds up Vitest's JSON reports and prints `N passed, N failed`. Fails unless every test ran and passed.
//
//   node .ci/totals.mjs FAILED_STEPS REPORT…
import { readFileSync } from 'node:fs'

const [failedSteps, ...reports] = process.argv.slice(2)
const totals = { passed: 0, failed: 0 }

for (const report of reports) {
  const { passed, failed } = read(report)
  totals.passed += passed
  totals.failed += failed
}
// A step can fail without a failure in any report.
if (Number(failedSteps) !== 0) totals.failed = Math.max(totals.failed, 1)

console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed === 0 ? 0 : 1

function read(report) {
  try {
    return count(JSON.parse(readFileSync(report, 'utf8')))
  } catch (error) {
    console.error(`${report}: ${error.message}`)
    return { passed: 0, failed: 1 }
  }
}

function count({ numTotalTests, numPassedTests, success, testResults }) {
  // A skipped test proves nothing, so it counts as failed. So does a file that could not be run.
  const broken = testResults.filter(isBroken).length
  const failed = numTotalTests - numPassedTests + broken
  const silent = failed === 0 && (!success || numPassedTests === 0)
  return { passed: numPassedTests, failed: failed + (silent ? 1 : 0) }
}

function isBroken({ status, assertionResults }) {
  return status === 'failed' && !assertionResults.some((result) => result.status === 'failed')
}
