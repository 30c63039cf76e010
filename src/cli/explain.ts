import type { Command } from './command.ts'
import type { CheckedToken, Verdict } from './explain/check.ts'
import { checkToken } from './explain/check.ts'
import { describeToken } from './explain/describe.ts'
import { exitCodes, wrongUsage } from './failure.ts'
import type { KnownFlags } from './flags.ts'
import type { Io } from './io.ts'
import { escapedJson, printLine, readInput } from './io.ts'
import { createPaint } from './style.ts'
import { tokenIn } from './token-text.ts'

const help = `Usage: tollgate explain [TOKEN] [flags]

Tells why an API accepts or refuses a token: every check, in order, and how to
fix the one that fails. The token is read from standard input, so that it stays
out of the history of the shell. Nothing is sent anywhere: without --issuer
there is no network at all, and the signature is not checked.

What the API is configured with:
  --issuer URL       the issuer; its keys are fetched
  --audience URL     the audience, may be repeated
  --profile NAME     rfc9068 (default) or jwt
  --jwks FILE        keys of the issuer, as a JWK Set or PEM: nothing is fetched

Output:
  --json             for programs

Exit codes:
  0  every check was made, and the token is accepted
  1  the token is refused
  2  a flag is wrong
  3  it is not decided: a check was not made, because --issuer, --audience or
     keys are not given, or the keys could not be fetched

Examples:
  pbpaste | npx tollgate explain
  npx tollgate mint --bad expired | npx tollgate explain \\
    --issuer http://localhost:4400 --audience https://api.test`

const flags: KnownFlags = {
  issuer: 'text',
  audience: 'list',
  profile: 'text',
  jwks: 'text',
  json: 'switch',
}

const codes: Readonly<Record<Verdict, number>> = {
  accepted: exitCodes.success,
  refused: exitCodes.refused,
  undecided: exitCodes.undecided,
}

export const explain: Command = {
  name: 'explain',
  summary: 'tells why an API accepts or refuses a token',
  help,
  flags,
  maxArguments: 1,
  async run(flags, io) {
    const token = tokenIn(flags.positionals[0] ?? (await readPasted(io)))
    if (token === '') wrongUsage('there is no token on standard input')
    if (flags.positionals.length > 0) {
      printLine(io.notes, 'tollgate: a token on the command line stays in the history of the')
      printLine(io.notes, 'shell, and other users can see it. Use standard input instead.')
    }
    const checked = await checkToken(token, flags, io)
    print(checked, flags.has('json'), io)
    return codes[checked.verdict]
  },
}

function print(checked: CheckedToken, asJson: boolean, io: Io): void {
  if (asJson) {
    const { verdict, issuer, header, claims, checks } = checked
    printLine(io.output, escapedJson({ verdict, issuer, header, claims, checks }))
    return
  }
  for (const line of describeToken(checked, createPaint(io.output, io))) printLine(io.output, line)
}

async function readPasted(io: Io): Promise<string> {
  if (io.input.isTTY === true) printLine(io.notes, 'Paste the token, and press Enter:')
  return readInput(io)
}
