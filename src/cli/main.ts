#!/usr/bin/env node
/** The command `tollgate`. This file alone reads the state of the process. */
import { run } from './run.ts'

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of a pipe has gone, such as `head`: nothing is left to do.
    if (error.code === 'EPIPE') process.exit()
    throw error
  })
}

process.exitCode = await run(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  notes: process.stderr,
  variables: process.env,
  fetch: globalThis.fetch,
  onSignal(signals, listener) {
    for (const signal of signals) process.on(signal, listener)
    return () => {
      for (const signal of signals) process.off(signal, listener)
    }
  },
})
