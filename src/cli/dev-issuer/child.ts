import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { escaped, type Io, printLine } from '../io.ts'

const forwarded: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a command with more environment variables, and resolves to its exit code, as a shell gives
 * it: 127 if there is no such command, and 128 and its number after a signal.
 */
export function runCommand(
  [name = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
  io: Io,
): Promise<number> {
  return new Promise((resolve) => {
    const env = { ...io.variables, ...variables }
    const child = spawn(name, args, { stdio: 'inherit', env })
    const stop = io.onSignal(forwarded, (signal) => {
      // A terminal sends Ctrl-C to the command, too, and twice would end it before it is done.
      if (signal !== 'SIGINT' || io.input.isTTY !== true) child.kill(signal)
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      stop()
      printLine(io.notes, `tollgate: cannot run '${escaped(name, 100)}' (${error.code})`)
      resolve(error.code === 'ENOENT' ? 127 : 126)
    })
    child.on('exit', (code, signal) => {
      stop()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
