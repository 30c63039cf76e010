import { kindOf, wrongOption } from '../../../core/option-checks.ts'
import { checkOptions } from '../../arguments.ts'
import type { TestIssuer } from '../../issuer.ts'
import { algorithmCases } from './algorithm.ts'
import type { CaseDefinition, HostileCase } from './case.ts'
import { claimCases } from './claims.ts'
import { ecdsaCases } from './ecdsa.ts'
import { embeddedCases } from './embedded.ts'
import { encodingCases } from './encoding.ts'
import { encryptedCases } from './encrypted.ts'
import type { CaseFixture } from './fixture.ts'
import { createCaseFixture } from './fixture.ts'
import type { GoodToken } from './good-token.ts'
import { resolveClaims } from './good-token.ts'
import { hmacCases } from './hmac.ts'
import { formatCases, jsonCases } from './json.ts'
import { keyIdCases } from './key-id.ts'
import { opaqueCases } from './opaque.ts'
import { signatureCases } from './signature.ts'
import { sizeCases } from './size.ts'
import { timeCases } from './times.ts'
import { tokenTypeCases } from './token-type.ts'
import { wireCases } from './wire.ts'

/** What the hostile tokens are built from. */
export interface HostileTokenOptions extends GoodToken {
  /** The issuer that the app under test trusts. */
  issuer: TestIssuer
}

const owner = 'hostileTokens'

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
  ...opaqueCases,
]

/**
 * The catalogue of hostile tokens as data, for tests of your own. Each case is built from a good
 * token of this issuer, and is wrong in one way. Cases about RSA or ECDSA are included only if the
 * issuer's current key has that type. The URLs in `jku`, `x5u`, `kid` and `iss` name a host that
 * never resolves.
 *
 * @param given The issuer, or the issuer with the claims and the scope of the good token.
 * @throws {TypeError} for an unknown option, and for a value that the option cannot have.
 */
export function hostileTokens(given: TestIssuer | HostileTokenOptions): readonly HostileCase[] {
  const options = isIssuer(given) ? { issuer: given } : given
  checkOptions(`the options of ${owner}`, options, tokenOptions, `${owner}({ issuer })`)
  checkIssuer(owner, options.issuer)
  const claims = resolveClaims(owner, options)
  return buildCases(
    createCaseFixture(options.issuer, claims, 'https://canary.test'),
    caseDefinitions,
  )
}

function isIssuer(given: unknown): given is TestIssuer {
  return typeof (given as TestIssuer | null | undefined)?.mint === 'function'
}

/** @param name The function that was given the issuer. */
export function checkIssuer(name: string, issuer: unknown): void {
  if (isIssuer(issuer)) return
  const fix = `must be the test issuer that the app trusts, not ${kindOf(issuer)}`
  wrongOption(`option 'issuer' of ${name}`, fix)
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
