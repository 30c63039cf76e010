/**
 * For Node, Bun and Deno: `bundle.mjs REPORT` runs the tests and writes the results to the file
 * REPORT.
 */
import { writeFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { files } from 'test-files'
import { run } from './run.ts'

// The timers of the library do not keep a process alive, so something else has to during the tests.
setInterval(() => {}, 60_000)
const outcomes = await run(files)
writeFileSync(argv[2] as string, JSON.stringify(outcomes))
// A server that a failed test has left open would keep the process alive.
exit()
