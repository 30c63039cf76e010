import type { BadToken, MintRequest } from '../testing/control/mint-request.ts'
import { badTokens, mintOn } from '../testing/control/mint-request.ts'
import type { TestIssuer } from '../testing.ts'
import { createTestIssuer } from '../testing.ts'
import type { Command } from './command.ts'
import { exitCodes, wrongUsage } from './failure.ts'
import type { Flags, KnownFlags } from './flags.ts'
import { escaped, printLine } from './io.ts'
import { defaultUrl, findIssuer, issuerFlags } from './running-issuer.ts'
import { claimFlags, claimsIn, defaultExpiry } from './token-flags.ts'

const help = `Usage: tollgate mint [flags]

Prints an access token, and nothing else, to standard output. It asks the
issuer that 'tollgate issuer' runs, if there is one. Otherwise it signs with
keys of its own, which no API knows.

The token:
  --sub NAME           the subject (user-1)
  --scope 'A B'        the scopes (none)
  --aud URL            the audience, may be repeated (that of the issuer)
  --claim NAME=TEXT    a claim that is a text, may be repeated
  --claim-json NAME=JSON
                       a claim of any type, such as 'roles=["admin"]'
  --expires-in TIME    90s, 5m, 1h or 30d (1h)
  --alg NAME           the algorithm, such as RS256 (that of the issuer)
  --bad NAME           a token that every API must refuse: expired,
                       not-yet-valid, tampered, wrong-key, unknown-kid,
                       wrong-audience, wrong-issuer, unsigned, id-token, garbage

The issuer:
  --issuer URL         a running 'tollgate issuer' (that of the variable
                       TOLLGATE_CONTROL_URL, else
                       ${defaultUrl})
  --control-token T    its secret (TOLLGATE_CONTROL_TOKEN), if it wants one
  --seed TEXT          asks nobody, and signs with the keys of this seed as
                       ${defaultUrl}, like 'tollgate issuer --seed'

Exit codes:
  0  a token was printed
  2  a flag is wrong
  3  the issuer does not answer, or refused

Example:
  curl -H "Authorization: Bearer $(npx tollgate mint --scope orders:read)" URL`

const flags: KnownFlags = {
  ...claimFlags,
  ...issuerFlags,
  aud: 'list',
  'expires-in': 'text',
  alg: 'text',
  bad: 'text',
  seed: 'text',
}

export const mint: Command = {
  name: 'mint',
  summary: 'prints an access token for trying an API',
  help,
  flags,
  maxArguments: 0,
  async run(flags, io) {
    const request = requestIn(flags)
    const seed = flags.text('seed')
    if (seed !== undefined && flags.has('issuer')) wrongUsage("give '--seed' or '--issuer'")
    const running = seed === undefined ? await findIssuer(flags, io) : undefined
    const token =
      running === undefined ? mintOn(ownIssuer(flags, seed), request) : await running.mint(request)
    printLine(io.notes, origin(running?.issuer, seed))
    printLine(io.output, token)
    return exitCodes.success
  },
}

function requestIn(flags: Flags): MintRequest {
  const audiences = flags.list('aud')
  const aud = audiences.length === 1 ? audiences[0] : audiences
  const expiresIn = flags.duration('expires-in')
  const alg = flags.algorithm('alg')
  const bad = flags.oneOf('bad', Object.keys(badTokens) as BadToken[])
  if (bad !== undefined && expiresIn !== undefined) {
    wrongUsage("'--bad' and '--expires-in' cannot be combined")
  }
  return {
    claims: { ...(audiences.length > 0 && { aud }), ...claimsIn(flags) },
    ...(expiresIn !== undefined && { expiresIn }),
    ...(alg !== undefined && { alg }),
    ...(bad !== undefined && { bad }),
  }
}

function ownIssuer(flags: Flags, seed: string | undefined): TestIssuer {
  const alg = flags.algorithm('alg')
  return createTestIssuer({
    url: defaultUrl,
    expiresIn: defaultExpiry,
    ...(alg !== undefined && { alg }),
    ...(seed !== undefined && { keys: { seed } }),
  })
}

function origin(issuer: string | undefined, seed: string | undefined): string {
  if (issuer !== undefined) return `tollgate: minted by the running issuer ${escaped(issuer, 200)}`
  return seed === undefined
    ? `tollgate: no issuer answers at ${defaultUrl}, so this token is signed with a new key that no API knows. Start 'tollgate issuer' first.`
    : `tollgate: signed with the key of the seed as ${defaultUrl}. Only an API that trusts 'tollgate issuer --seed' with the same seed knows it.`
}
