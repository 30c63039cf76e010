import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'

function publicKey({ key }: CaseFixture): KeyObject {
  return createPublicKey({ key: key.publicJwk, format: 'jwk' })
}

function pem(fixture: CaseFixture): string {
  return publicKey(fixture).export({ type: 'spki', format: 'pem' }) as string
}

/** The bare numbers of the public key: the modulus, the point of the curve, or one coordinate. */
function numbers({ key: { publicJwk } }: CaseFixture): Buffer {
  const { kty, n, x, y } = publicJwk
  const [first, second] = [n ?? x, y].map((part) => Buffer.from(part ?? '', 'base64url'))
  return kty === 'EC'
    ? Buffer.concat([Buffer.of(4), first as Buffer, second as Buffer])
    : (first as Buffer)
}

/** The forms in which apps store a public key. Each of them has been used as an HMAC secret. */
const publicForms = {
  pem,
  pemTrimmed: (fixture: CaseFixture): string => pem(fixture).trim(),
  pkcs1: (fixture: CaseFixture): string =>
    publicKey(fixture).export({ type: 'pkcs1', format: 'pem' }) as string,
  der: (fixture: CaseFixture): Buffer => publicKey(fixture).export({ type: 'spki', format: 'der' }),
  jwk: ({ key }: CaseFixture): string => JSON.stringify(key.publicJwk),
  numbers,
}

/** The good token with an admin claim, and an HMAC with this secret as its signature. */
function withSecret(secret: (fixture: CaseFixture) => string | Uint8Array, alg = 'HS256') {
  return (fixture: CaseFixture): string => fixture.signedWithHmac({ alg }, secret(fixture))
}

const confusion = {
  level: 'forgery',
  needs: 'public-key',
  refs: ['RFC 8725 section 2.1', 'CVE-2015-9235', 'CVE-2016-10555', 'CVE-2026-34950'],
} as const

/** Tokens with an HMAC whose secret everyone can read or guess. */
export const hmacCases: readonly CaseDefinition[] = [
  ...family(confusion, {
    'alg/hs256-spki-pem': ['HS256 with the public key’s PEM as secret', withSecret(pem)],
    'alg/hs384-spki-pem': ['HS384 with the public key’s PEM as secret', withSecret(pem, 'HS384')],
    'alg/hs512-spki-pem': ['HS512 with the public key’s PEM as secret', withSecret(pem, 'HS512')],
    'alg/hs256-spki-pem-trimmed': [
      'HS256 with the PEM without its last line break as secret',
      withSecret(publicForms.pemTrimmed),
    ],
    'alg/hs256-der': ['HS256 with the public key’s DER as secret', withSecret(publicForms.der)],
    'alg/hs256-jwk-json': ['HS256 with the JWK’s JSON as secret', withSecret(publicForms.jwk)],
    'alg/hs256-numbers': [
      'HS256 with the modulus, the point or the coordinate as secret',
      withSecret(numbers),
    ],
  }),
  ...family(
    { ...confusion, kty: 'RSA' },
    {
      'alg/hs256-pkcs1-pem': [
        'HS256 with the PKCS #1 PEM as secret',
        withSecret(publicForms.pkcs1),
      ],
    },
  ),
  ...family(
    {
      level: 'forgery',
      needs: 'nothing',
      refs: ['CVE-2019-20933', 'CVE-2020-28637', 'jwt_tool -X b'],
    },
    {
      'hmac/empty-secret': ['HS256 with an empty secret', withSecret(() => '')],
      'hmac/common-secret': ['HS256 with the secret "secret"', withSecret(() => 'secret')],
      'hmac/zero-secret': [
        'HS256 with 32 zero bytes as secret',
        withSecret(() => Buffer.alloc(32)),
      ],
      'hmac/issuer-secret': [
        'HS256 with the URL of the issuer as secret',
        withSecret(({ issuer }) => issuer.url),
      ],
      'hmac/kid-secret': [
        'HS256 with the kid of the issuer’s key as secret',
        withSecret(({ key }) => key.kid),
      ],
      'kid/dev-null': [
        'kid is the path of an empty file, which is the HS256 secret',
        (fixture) => fixture.signedWithHmac({ kid: '../../../../../../../dev/null' }, ''),
      ],
    },
  ),
]
