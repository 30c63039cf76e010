/** Node, Bun and Deno: `bundle.mjs REPORT` runs the tests and writes what came out. */
import { writeFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { files } from 'test-files'
import { run } from './run.ts'

// The library's timers do not keep a process alive, and must not have to.
setInterval(() => {}, 60_000)
const outcomes = await run(files)
writeFileSync(argv[2] as string, JSON.stringify(outcomes))
// An adapter that a failed test left open must not keep the process.
exit()
