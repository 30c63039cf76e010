import type { Algorithm } from '../../../index.ts'
import { generateJwk } from '../../jwk.ts'
import { createTestKey } from '../../test-key.ts'
import type { Definition } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'
import { elevated, encode } from './fixture.ts'

/** The good header and raised claims, with another `alg` and no signature. */
function unsigned(alg: unknown) {
  return (good: Good): string => `${encode({ ...good.header, alg })}.${encode(elevated(good))}.`
}

/** The same header and payload as were signed, but for the algorithm, with the old signature. */
function relabelled(alg: unknown) {
  return ({ header, parts }: Good): string =>
    `${encode({ ...header, alg })}.${parts[1]}.${parts[2]}`
}

/** Signed by a stranger with an algorithm of another family, under the `kid` of the issuer's key. */
function foreign(alg: Algorithm) {
  return (good: Good): string => {
    const key = createTestKey(generateJwk(alg), alg, undefined, new Map())
    return good.compose({ ...good.header, alg }, elevated(good), key)
  }
}

function isPss({ key }: Good): boolean {
  return key.alg.startsWith('PS')
}
function bits({ key }: Good): string {
  return key.alg.slice(2)
}
function otherPadding(good: Good): Algorithm {
  return `${isPss(good) ? 'RS' : 'PS'}${bits(good)}` as Algorithm
}
function otherDigest(good: Good): Algorithm {
  return `${good.key.alg.slice(0, 2)}${bits(good) === '256' ? '384' : '256'}` as Algorithm
}

/** A good signature by the issuer's key, of one algorithm, under the name of another. */
function mixed(stated: (good: Good) => Algorithm, used: (good: Good) => Algorithm) {
  return (good: Good): string =>
    good.compose({ ...good.header, alg: stated(good) }, good.claims, good.key, used(good))
}

function own({ key }: Good): Algorithm {
  return key.alg
}

/** The algorithm is the caller's word: none, nonsense, or one that the key is not for. */
export const algorithmCases: readonly Definition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'nothing',
      refs: ['RFC 8725 §3.2', 'CVE-2015-2951', 'CVE-2020-28042'],
    },
    {
      'alg/none': ['alg "none", empty signature', unsigned('none')],
      'alg/None': ['alg "None", empty signature', unsigned('None')],
      'alg/NONE': ['alg "NONE", empty signature', unsigned('NONE')],
      'alg/nOnE': ['alg "nOnE", empty signature', unsigned('nOnE')],
      'alg/none-two-parts': [
        'alg "none", no signature part at all',
        (good) => unsigned('none')(good).slice(0, -1),
      ],
      'alg/missing': ['no alg, empty signature', unsigned(undefined)],
      'alg/empty': ['an empty alg, empty signature', unsigned('')],
      'alg/null': ['alg null, empty signature', unsigned(null)],
      'alg/array': ['alg ["none"], empty signature', unsigned(['none'])],
      'alg/object': ['alg {"name":"none"}, empty signature', unsigned({ name: 'none' })],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'a-valid-token', refs: ['RFC 8725 §3.2'] },
    {
      'alg/none-kept-signature': ['alg "none" with a signature', relabelled('none')],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'public-key', refs: ['RFC 8725 §3.1', 'CVE-2026-48523'] },
    {
      'alg/other-family': [
        'signed by a stranger with a key of another family, under the kid of the right key',
        (good) => foreign(good.key.alg.startsWith('ES') ? 'EdDSA' : 'ES256')(good),
      ],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 8725 §3.1', 'CVE-2026-22818', 'CVE-2026-48523'],
      kty: 'RSA',
    },
    {
      'alg/rsa-other-padding': [
        'PSS for PKCS #1 or the reverse, against the alg of the key',
        mixed(otherPadding, otherPadding),
      ],
      'alg/rsa-other-digest': [
        'another digest than the alg of the key has',
        mixed(otherDigest, otherDigest),
      ],
      'alg/rsa-padding-mislabelled': [
        'made with the other padding than alg says',
        mixed(own, otherPadding),
      ],
      'alg/rsa-digest-mislabelled': [
        'made with another digest than alg says',
        mixed(otherDigest, own),
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7518 §3.4', 'RFC 8725 §3.1'], kty: 'EC' },
    {
      'alg/ecdsa-mislabelled': [
        'alg names another curve than the key is on',
        mixed(otherDigest, own),
      ],
    },
  ),
]
