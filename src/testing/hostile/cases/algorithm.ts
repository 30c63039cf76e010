import type { PublicKeyAlgorithm } from '../../../core/algorithms.ts'
import { generateJwk } from '../../jwk.ts'
import { createTestKey } from '../../test-key.ts'
import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'
import { encode, withAdminClaim } from './fixture.ts'

/** The good header with another `alg`, the claims with an admin claim, and an empty signature. */
function unsigned(alg: unknown) {
  return (fixture: CaseFixture): string =>
    `${encode({ ...fixture.header, alg })}.${encode(withAdminClaim(fixture))}.`
}

/** The good token with another `alg` in its header. Payload and signature stay as they were. */
function withAlg(alg: unknown) {
  return ({ header, parts }: CaseFixture): string =>
    `${encode({ ...header, alg })}.${parts[1]}.${parts[2]}`
}

/** Signed by a new key of this algorithm, under the `kid` of the issuer's key. */
function signedByNewKey(alg: PublicKeyAlgorithm) {
  return (fixture: CaseFixture): string => {
    const key = createTestKey(generateJwk(alg), alg, undefined, new Map())
    return fixture.sign({ ...fixture.header, alg }, withAdminClaim(fixture), key)
  }
}

type ChooseAlgorithm = (fixture: CaseFixture) => PublicKeyAlgorithm

function isPss({ key }: CaseFixture): boolean {
  return key.alg.startsWith('PS')
}

function bits({ key }: CaseFixture): string {
  return key.alg.slice(2)
}

function otherPadding(fixture: CaseFixture): PublicKeyAlgorithm {
  return `${isPss(fixture) ? 'RS' : 'PS'}${bits(fixture)}` as PublicKeyAlgorithm
}

function otherDigest(fixture: CaseFixture): PublicKeyAlgorithm {
  return `${fixture.key.alg.slice(0, 2)}${bits(fixture) === '256' ? '384' : '256'}` as PublicKeyAlgorithm
}

/** The good token, signed by the issuer's key with one algorithm while `alg` states another. */
function mislabelled(stated: ChooseAlgorithm, used: ChooseAlgorithm) {
  return (fixture: CaseFixture): string =>
    fixture.sign(
      { ...fixture.header, alg: stated(fixture) },
      fixture.claims,
      fixture.key,
      used(fixture),
    )
}

function algorithmOfKey({ key }: CaseFixture): PublicKeyAlgorithm {
  return key.alg
}

/**
 * Tokens whose header states no algorithm, an unknown one, or one that the key is not for. The
 * header is written by whoever sends the token, so a verifier must not take the algorithm from it
 * (RFC 8725 section 3.1).
 */
export const algorithmCases: readonly CaseDefinition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'nothing',
      refs: ['RFC 8725 section 3.2', 'CVE-2015-2951', 'CVE-2020-28042'],
    },
    {
      'alg/none': ['alg "none", empty signature', unsigned('none')],
      'alg/None': ['alg "None", empty signature', unsigned('None')],
      'alg/NONE': ['alg "NONE", empty signature', unsigned('NONE')],
      'alg/nOnE': ['alg "nOnE", empty signature', unsigned('nOnE')],
      'alg/none-two-parts': [
        'alg "none", no signature part at all',
        (fixture) => unsigned('none')(fixture).slice(0, -1),
      ],
      'alg/missing': ['no alg, empty signature', unsigned(undefined)],
      'alg/empty': ['an empty alg, empty signature', unsigned('')],
      'alg/null': ['alg null, empty signature', unsigned(null)],
      'alg/array': ['alg ["none"], empty signature', unsigned(['none'])],
      'alg/object': ['alg {"name":"none"}, empty signature', unsigned({ name: 'none' })],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'a-valid-token', refs: ['RFC 8725 section 3.2'] },
    {
      'alg/none-kept-signature': ['alg "none" with a signature', withAlg('none')],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'public-key', refs: ['RFC 8725 section 3.1', 'CVE-2026-48523'] },
    {
      'alg/other-family': [
        'signed by an attacker with a key of another type, under the kid of the right key',
        (fixture) => signedByNewKey(fixture.key.alg.startsWith('ES') ? 'EdDSA' : 'ES256')(fixture),
      ],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 8725 section 3.1', 'CVE-2026-22818', 'CVE-2026-48523'],
      kty: 'RSA',
    },
    {
      'alg/rsa-other-padding': [
        'PSS instead of PKCS #1 or the reverse, although the key states the other',
        mislabelled(otherPadding, otherPadding),
      ],
      'alg/rsa-other-digest': [
        'signed with another digest than the alg of the key states',
        mislabelled(otherDigest, otherDigest),
      ],
      'alg/rsa-padding-mislabelled': [
        'signed with the other padding than alg states',
        mislabelled(algorithmOfKey, otherPadding),
      ],
      'alg/rsa-digest-mislabelled': [
        'signed with another digest than alg states',
        mislabelled(otherDigest, algorithmOfKey),
      ],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7518 section 3.4', 'RFC 8725 section 3.1'],
      kty: 'EC',
    },
    {
      'alg/ecdsa-mislabelled': [
        'alg names another curve than the key is on',
        mislabelled(otherDigest, algorithmOfKey),
      ],
    },
  ),
]
