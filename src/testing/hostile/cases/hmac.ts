import { createPublicKey } from 'node:crypto'
import type { Definition } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'

function publicKey({ key }: Good): import('node:crypto').KeyObject {
  return createPublicKey({ key: key.publicJwk, format: 'jwk' })
}

function pem(good: Good): string {
  return publicKey(good).export({ type: 'spki', format: 'pem' }) as string
}

/** The numbers of the key as bytes: the modulus, the point, or the one coordinate. */
function numbers({ key: { publicJwk } }: Good): Buffer {
  const { kty, n, x, y } = publicJwk
  const [first, second] = [n ?? x, y].map((part) => Buffer.from(part ?? '', 'base64url'))
  return kty === 'EC'
    ? Buffer.concat([Buffer.of(4), first as Buffer, second as Buffer])
    : (first as Buffer)
}

/** Every text that a public key is known to be passed around as, each once tried as an HMAC secret. */
const publicForms = {
  pem,
  pemTrimmed: (good: Good): string => pem(good).trim(),
  pkcs1: (good: Good): string => publicKey(good).export({ type: 'pkcs1', format: 'pem' }) as string,
  der: (good: Good): Buffer => publicKey(good).export({ type: 'spki', format: 'der' }),
  jwk: ({ key }: Good): string => JSON.stringify(key.publicJwk),
  numbers,
}

function withSecret(secret: (good: Good) => string | Uint8Array, alg = 'HS256') {
  return (good: Good): string => good.maced({ alg }, secret(good))
}

const confusion = {
  level: 'forgery',
  needs: 'public-key',
  refs: ['RFC 8725 §2.1', 'CVE-2015-9235', 'CVE-2016-10555', 'CVE-2026-34950'],
} as const

/** What everyone can read, or guess, as the secret of an HMAC. */
export const hmacCases: readonly Definition[] = [
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
      'kid/dev-null': [
        'kid is the path of an empty file, which is the HS256 secret',
        (good) => good.maced({ kid: '../../../../../../../dev/null' }, ''),
      ],
    },
  ),
]
