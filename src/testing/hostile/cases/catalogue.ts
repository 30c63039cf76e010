import type { TestIssuer } from '../../issuer.ts'
import type { Claims } from '../../mint.ts'
import { refuseUnknown } from '../../options.ts'
import { algorithmCases } from './algorithm.ts'
import type { Definition, HostileCase } from './case.ts'
import { claimCases } from './claims.ts'
import { ecdsaCases } from './ecdsa.ts'
import { embeddedCases } from './embedded.ts'
import { encodingCases } from './encoding.ts'
import { encryptedCases } from './encrypted.ts'
import type { Good } from './fixture.ts'
import { createGood } from './fixture.ts'
import { hmacCases } from './hmac.ts'
import { formatCases, jsonCases } from './json.ts'
import { keyIdCases } from './key-id.ts'
import { signatureCases } from './signature.ts'
import { sizeCases } from './size.ts'
import { timeCases } from './times.ts'
import { kindCases } from './token-type.ts'
import { wireCases } from './wire.ts'

/** What the hostile tokens are made from. */
export interface HostileTokenOptions {
  issuer: TestIssuer
  /** Claims of the good token that each case is made from (those of `issuer.mint()`). */
  claims?: Claims
  /** Its scope, separated by spaces or as a list (that of `claims`). */
  scope?: string | readonly string[]
}

const tokenOptions: Readonly<Record<keyof HostileTokenOptions, true>> = {
  issuer: true,
  claims: true,
  scope: true,
}

/** Every case there is, for any issuer. */
export const definitions: readonly Definition[] = [
  ...algorithmCases,
  ...hmacCases,
  ...signatureCases,
  ...ecdsaCases,
  ...embeddedCases,
  ...keyIdCases,
  ...encryptedCases,
  ...formatCases,
  ...jsonCases,
  ...timeCases,
  ...claimCases,
  ...kindCases,
  ...encodingCases,
  ...sizeCases,
  ...wireCases,
]

/**
 * The catalogue of hostile tokens as data, for tests of your own. Each case is made from a good token
 * of this issuer, and wrong in one way. Cases about RSA or ECDSA are there if the issuer's current
 * key is of that type. Their `jku`, `x5u`, `kid` and `iss` URLs lead to a host that never resolves.
 *
 * @throws {TypeError} on an unknown option.
 */
export function hostileTokens(given: TestIssuer | HostileTokenOptions): readonly HostileCase[] {
  const options = 'mint' in given ? { issuer: given } : given
  refuseUnknown('hostileTokens()', options, tokenOptions)
  return makeCases(goodOf(options, 'https://canary.test'), definitions)
}

/** The good token of these options. */
export function goodOf({ issuer, claims, scope }: HostileTokenOptions, canary: string): Good {
  return createGood(issuer, { ...claims, ...(scope !== undefined && { scope }) }, canary)
}

export function makeCases(good: Good, wanted: readonly Definition[]): readonly HostileCase[] {
  return wanted
    .filter(({ kty = good.key.publicJwk.kty }) => kty === good.key.publicJwk.kty)
    .flatMap((definition) => makeCase(good, definition) ?? [])
}

function makeCase(good: Good, definition: Definition): HostileCase | undefined {
  const { id, level, title, refs, needs, expects = 'refusal', afterGood = false } = definition
  const made = definition.make(good)
  if (made === undefined) return undefined
  const carried =
    typeof made === 'string'
      ? { token: made, headers: [['authorization', `Bearer ${made}`] as const] }
      : made
  return Object.freeze({
    id,
    level,
    title,
    refs,
    attackerNeeds: needs,
    expects,
    afterGood,
    ...carried,
  })
}
