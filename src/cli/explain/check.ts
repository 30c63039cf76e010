import { readFile } from 'node:fs/promises'
import type { Explanation, IssuerOptions, Verifier, VerifierOptions } from '../../index.ts'
import { createVerifier } from '../../index.ts'
import { wrongUsage } from '../failure.ts'
import type { Flags } from '../flags.ts'
import { insecureHosts } from '../insecure-hosts.ts'
import type { Io } from '../io.ts'
import { escaped } from '../io.ts'
import type { TokenText } from '../token-text.ts'
import { readToken } from '../token-text.ts'

export type Verdict = 'accepted' | 'refused' | 'undecided'

/** One check, and why it says nothing if it does not. */
export interface Check {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not reached' | 'not made'
  readonly hint?: string
}

/** A token, and what became of its checks. */
export interface CheckedToken extends TokenText {
  readonly verdict: Verdict
  /** The issuer that it was checked for, if it is a trusted one. */
  readonly issuer: string | undefined
  readonly checks: readonly Check[]
}

/** The checks that need keys. */
const keyChecks = ['keys', 'unknown-key', 'signature']

/**
 * Makes the checks of a verifier. What is not known of its configuration is taken from the token
 * itself, so that the other checks can be made, and the check that compares it counts as not made.
 */
export async function checkToken(token: string, flags: Flags, io: Io): Promise<CheckedToken> {
  const text = readToken(token)
  const audiences = flags.list('audience')
  const keys = await keysIn(flags)
  const isOffline = keys === undefined && !flags.has('issuer')
  const create = (issuer: string): Verifier =>
    createVerifier({
      issuer: { issuer, ...withKeys(isOffline ? unrelatedKeys : keys) },
      audience: audiences.length > 0 ? audiences : audienceOf(text),
      profile: flags.oneOf('profile', ['rfc9068', 'jwt'] as const) ?? 'rfc9068',
      fetch: io.fetch as NonNullable<VerifierOptions['fetch']>,
      allowInsecureLoopback: true,
      ...insecureHosts(issuer),
    })
  const { verifier, flaw } = createFor(flags.text('issuer'), text, create)
  try {
    const unmade: Readonly<Record<string, string | undefined>> = {
      ...(!flags.has('issuer') && { issuer: 'give --issuer' }),
      ...(audiences.length === 0 && { audience: 'give --audience' }),
      ...(isOffline &&
        Object.fromEntries(keyChecks.map((name) => [name, 'give --issuer or --jwks']))),
    }
    const explanation = await verifier.explain(token)
    return { ...text, ...judge(withFlaw(explanation, flaw), unmade) }
  } finally {
    verifier.close()
  }
}

/** @param unmade What to give, by the names of the checks that have nothing to compare with. */
function judge(
  { checks, issuer }: Explanation,
  unmade: Readonly<Record<string, string | undefined>>,
): Pick<CheckedToken, 'verdict' | 'issuer' | 'checks'> {
  const at = checks.findIndex(({ outcome }) => outcome === 'failed')
  const failed = checks[at]
  // Without keys, the check of the key ends what can be checked. That refuses nothing.
  const lacksKeys = failed !== undefined && keyChecks.includes(failed.name) && unmade['keys']
  const judged = checks.map((check): Check => {
    const { name, outcome } = check
    const advice = Object.hasOwn(unmade, name) ? unmade[name] : undefined
    const says = outcome === 'passed' || (lacksKeys && keyChecks.includes(name))
    return advice !== undefined && says ? { name, outcome: 'not made', hint: advice } : check
  })
  const isRefused = failed !== undefined && !lacksKeys && failed.name !== 'keys'
  const isDecided = failed === undefined && judged.every(({ outcome }) => outcome === 'passed')
  return {
    verdict: isRefused ? 'refused' : isDecided ? 'accepted' : 'undecided',
    issuer,
    checks: judged,
  }
}

/**
 * A verifier for the issuer that was given, or else for the one that the token names. The token may
 * name one that no verifier can be made for: that is what is wrong with it then.
 */
function createFor(
  given: string | undefined,
  { claims }: TokenText,
  create: (issuer: string) => Verifier,
): { verifier: Verifier; flaw?: string } {
  const { iss } = claims ?? {}
  if (given !== undefined) return { verifier: create(given) }
  if (typeof iss !== 'string' || iss === '') return { verifier: create(nobody) }
  try {
    return { verifier: create(iss) }
  } catch (error) {
    const { message } = error as Error
    return { verifier: create(nobody), flaw: `no API can trust this iss: ${message}` }
  }
}

function withFlaw(explanation: Explanation, flaw: string | undefined): Explanation {
  if (flaw === undefined) return explanation
  const checks = explanation.checks.map((check) =>
    check.name === 'issuer' && check.outcome === 'failed' ? { ...check, hint: flaw } : check,
  )
  return { ...explanation, checks }
}

function withKeys(jwks: IssuerOptions['jwks']): Pick<IssuerOptions, 'jwks'> {
  return jwks === undefined ? {} : { jwks }
}

/** An issuer that no token names. */
const nobody = 'https://issuer.invalid'

/** What the token names and an API could be configured with. */
function audienceOf({ claims }: TokenText): string | readonly string[] {
  const { aud } = claims ?? {}
  const list = [aud].flat().filter((one): one is string => typeof one === 'string')
  const possible = list.filter((one) => one.trim() !== '' && !one.includes('*'))
  return possible.length > 0 ? [...new Set(possible)] : 'https://api.invalid'
}

/** A public key that has signed nothing. With it, a verifier makes all checks before the key. */
const unrelatedKeys: IssuerOptions['jwks'] = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      kid: 'unrelated',
      x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
      y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    },
  ],
}

async function keysIn(flags: Flags): Promise<IssuerOptions['jwks']> {
  const file = flags.text('jwks')
  if (file === undefined) return undefined
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    wrongUsage(`cannot read '${escaped(file, 200)}' (${error.code})`),
  )
  if (text.trimStart().startsWith('-----')) return text
  try {
    return JSON.parse(text)
  } catch {
    return wrongUsage(`'${escaped(file, 200)}' holds neither a JWK Set nor PEM`)
  }
}
