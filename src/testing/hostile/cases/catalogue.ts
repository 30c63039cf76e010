import { knownOptions } from '../../../core/option-checks.ts'
import type { TestIssuer } from '../../issuer.ts'
import type { Claims } from '../../mint.ts'
import { algorithmCases } from './algorithm.ts'
import type { CaseDefinition, HostileCase } from './case.ts'
import { claimCases } from './claims.ts'
import { ecdsaCases } from './ecdsa.ts'
import { embeddedCases } from './embedded.ts'
import { encodingCases } from './encoding.ts'
import { encryptedCases } from './encrypted.ts'
import type { CaseFixture } from './fixture.ts'
import { createCaseFixture } from './fixture.ts'
import { hmacCases } from './hmac.ts'
import { formatCases, jsonCases } from './json.ts'
import { keyIdCases } from './key-id.ts'
import { signatureCases } from './signature.ts'
import { sizeCases } from './size.ts'
import { timeCases } from './times.ts'
import { tokenTypeCases } from './token-type.ts'
import { wireCases } from './wire.ts'

/** What the hostile tokens are built from. */
export interface HostileTokenOptions {
  /** The issuer that the app under test trusts. */
  issuer: TestIssuer
  /** Claims of the good token that each case is built from. Default: those of `issuer.mint()`. */
  claims?: Claims
  /** The scope of the good token: one string with spaces, or a list. Default: that of `claims`. */
  scope?: string | readonly string[]
}

const tokenOptions = {
  issuer: true,
  claims: true,
  scope: true,
} as const satisfies Record<keyof HostileTokenOptions, true>

/** Every case, for issuers with any type of key. */
export const caseDefinitions: readonly CaseDefinition[] = [
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
  ...tokenTypeCases,
  ...encodingCases,
  ...sizeCases,
  ...wireCases,
]

/**
 * The catalogue of hostile tokens as data, for tests of your own. Each case is built from a good
 * token of this issuer, and is wrong in one way. Cases about RSA or ECDSA are included only if the
 * issuer's current key has that type. The URLs in `jku`, `x5u`, `kid` and `iss` name a host that
 * never resolves.
 *
 * @param given The issuer, or the issuer with the claims and the scope of the good token.
 * @throws {TypeError} for an unknown option.
 */
export function hostileTokens(given: TestIssuer | HostileTokenOptions): readonly HostileCase[] {
  const options = 'mint' in given ? { issuer: given } : given
  knownOptions('the options of hostileTokens', options, tokenOptions)
  return buildCases(fixtureOf(options, 'https://canary.test'), caseDefinitions)
}

/** The fixture with the good token of these options. */
export function fixtureOf(
  { issuer, claims, scope }: HostileTokenOptions,
  canary: string,
): CaseFixture {
  return createCaseFixture(issuer, { ...claims, ...(scope !== undefined && { scope }) }, canary)
}

/** The cases that can be built from this fixture. */
export function buildCases(
  fixture: CaseFixture,
  wanted: readonly CaseDefinition[],
): readonly HostileCase[] {
  return wanted
    .filter(({ kty = fixture.key.publicJwk.kty }) => kty === fixture.key.publicJwk.kty)
    .flatMap((definition) => buildCase(fixture, definition) ?? [])
}

function buildCase(fixture: CaseFixture, definition: CaseDefinition): HostileCase | undefined {
  const { id, level, title, refs, needs, expects = 'refusal', afterGood = false } = definition
  const built = definition.build(fixture)
  if (built === undefined) return undefined
  const request =
    typeof built === 'string'
      ? { token: built, headers: [['authorization', `Bearer ${built}`] as const] }
      : built
  return Object.freeze({
    id,
    level,
    title,
    refs,
    attackerNeeds: needs,
    expects,
    afterGood,
    ...request,
  })
}
