import type { Flags, KnownFlags } from './flags.ts'
import type { Io } from './io.ts'

/** A command, each of which is one file. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints: at most 40 lines, with the exit codes. */
  readonly help: string
  readonly flags: KnownFlags
  /** The most arguments that are no flags. */
  readonly maxArguments: number
  /** Whether a command of somebody else may follow after `--`. */
  readonly takesCommand?: true
  /** Resolves to the exit code. */
  run(flags: Flags, io: Io): Promise<number>
}
