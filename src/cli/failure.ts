/** The exit codes of every command. Their help tells them. */
export const exitCodes = {
  success: 0,
  /** What was looked at is not as it should be: a token is refused, an API accepts an attack. */
  refused: 1,
  usage: 2,
  /** What was asked could not be found out, for instance because a server does not answer. */
  undecided: 3,
} as const

/** Ends a command with a message for the person who typed it. */
export class CommandFailure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command line itself is wrong. */
export function wrongUsage(message: string): never {
  throw new CommandFailure(message, exitCodes.usage)
}

/** What was asked could not be found out. */
export function undecided(message: string): never {
  throw new CommandFailure(message, exitCodes.undecided)
}
