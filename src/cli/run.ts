import { nearest, withoutValues } from '../core/option-checks.ts'
import { commands } from './commands.ts'
import { CommandFailure, exitCodes, wrongUsage } from './failure.ts'
import { readFlags } from './flags.ts'
import type { Io } from './io.ts'
import { escaped, printLine } from './io.ts'
import { readVersion } from './version.ts'

const usage = `Usage: tollgate COMMAND [flags]

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(9)}${summary}`).join('\n')}

tollgate COMMAND --help tells the flags of a command and its exit codes, and
tollgate --version the version.
Data goes to standard output, and everything else to standard error.
NO_COLOR turns colours off; off a terminal there are none.`

/**
 * Runs one command, and resolves to its exit code.
 *
 * @param args The arguments of the process: the command and its flags.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = '', ...rest] = args
  if (['help', '--help', '-h'].includes(name)) {
    printLine(io.output, usage)
    return exitCodes.success
  }
  if (['version', '--version', '-v'].includes(name)) {
    printLine(io.output, await readVersion())
    return exitCodes.success
  }
  try {
    return await runCommand(name, rest, io)
  } catch (error) {
    return explainFailure(error, name, io)
  }
}

async function runCommand(name: string, args: readonly string[], io: Io): Promise<number> {
  if (name === '') wrongUsage(`name a command: ${commands.map((one) => one.name).join(', ')}`)
  const command = commands.find((one) => one.name === name)
  if (command === undefined) {
    const names = commands.map((one) => one.name)
    const near = nearest(name, names)
    const fix = near ? `did you mean '${near}'?` : `there are ${names.join(', ')}`
    return wrongUsage(`unknown command '${escaped(name, 60)}': ${fix}`)
  }
  const flags = readFlags(args, command)
  if (!flags.has('help')) return command.run(flags, io)
  printLine(io.output, command.help)
  return exitCodes.success
}

function explainFailure(error: unknown, name: string, { notes }: Io): number {
  const isKnown = commands.some((one) => one.name === name)
  const help = `tollgate ${isKnown ? `${name} ` : ''}--help`
  // An option that the library refuses came from a flag, and its message says how to fix it.
  const isWrongOption = withoutValues(error) !== undefined
  const { message } = error as Error
  const exitCode =
    error instanceof CommandFailure
      ? error.exitCode
      : isWrongOption
        ? exitCodes.usage
        : exitCodes.undecided
  printLine(notes, `tollgate: ${escaped(message.replace(/^tollgate: /, ''), 1000)}`)
  if (exitCode === exitCodes.usage) printLine(notes, `See ${help}.`)
  return exitCode
}
