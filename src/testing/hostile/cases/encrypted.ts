import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { JWK } from 'jose'
import { encryptBytes } from '../../encrypt.ts'
import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'
import { encode, withAdminClaim } from './fixture.ts'

/**
 * A JWE in compact serialization (RFC 7516 section 7.1), encrypted with AES-256-GCM under this key.
 */
function encrypted(
  header: Readonly<Record<string, unknown>>,
  plaintext: Uint8Array,
  key: Uint8Array,
): string {
  const head = encode({ typ: 'at+jwt', enc: 'A256GCM', ...header })
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(head))
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return `${head}..${encode(iv)}.${encode(text)}.${encode(cipher.getAuthTag())}`
}

const zeroKey = Buffer.alloc(32)

/** The good claims with an admin claim, as JSON. */
function claimsOf(fixture: CaseFixture): Buffer {
  return Buffer.from(JSON.stringify(withAdminClaim(fixture)))
}

/**
 * The key that an empty password gives after one round of PBKDF2. It does not matter that the
 * header states more rounds: no app may derive a key before it refuses the token.
 */
function deriveInOneRound(salt: Uint8Array): Buffer {
  // RFC 7518 section 4.8.1.1: the salt is the name of the algorithm, a zero byte and `p2s`.
  const full = Buffer.concat([Buffer.from('PBES2-HS256+A128KW\u0000'), salt])
  return pbkdf2Sync('', full, 1, 32, 'sha256')
}

/** Encrypted to the key of the app, which everybody can do: that of `issuer.decryption`. */
function encryptedToApp(
  { issuer }: CaseFixture,
  plaintext: Uint8Array,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const [key] = issuer.decryption.keys
  return encryptBytes(plaintext, { key: key as JWK, header })
}

/** A token with alg none and an admin claim. */
function unsigned(fixture: CaseFixture): Buffer {
  const header = encode({ alg: 'none', typ: 'at+jwt' })
  return Buffer.from(`${header}.${encode(withAdminClaim(fixture))}.`)
}

/**
 * Encrypted tokens that no issuer made. An app that expects signed tokens must refuse them by their
 * five parts, before it decrypts, inflates or derives anything.
 */
const undecryptable = family(
  {
    level: 'forgery',
    needs: 'nothing',
    refs: ['RFC 7516', 'CVE-2026-29000', 'CVE-2022-36083', 'CVE-2024-28176'],
  },
  {
    'jwe/dir': [
      'claims without a signature, encrypted with a key of 32 zero bytes',
      (fixture) => encrypted({ alg: 'dir' }, claimsOf(fixture), zeroKey),
    ],
    'jwe/nested-none': [
      'an unsigned token, encrypted',
      (fixture) => encrypted({ alg: 'dir', cty: 'JWT' }, unsigned(fixture), zeroKey),
    ],
    'jwe/zip-bomb': [
      'a small token whose claims become one megabyte when they are inflated',
      (fixture) => {
        const json = Buffer.concat([claimsOf(fixture), Buffer.alloc(1_048_576, 0x20)])
        return encrypted({ alg: 'dir', zip: 'DEF' }, deflateRawSync(json), zeroKey)
      },
    ],
    'jwe/pbes2-p2c': [
      'the header asks for 2,147,483,647 rounds of PBKDF2',
      (fixture) => {
        const salt = randomBytes(16)
        const header = { alg: 'PBES2-HS256+A128KW', p2s: encode(salt), p2c: 2_147_483_647 }
        return encrypted(header, claimsOf(fixture), deriveInOneRound(salt))
      },
    ],
  },
)

/**
 * Tokens that are encrypted to the key of the app, as somebody can make them who knows its public
 * half. To an app without such a key they are like the others: five parts.
 */
const decryptable: readonly CaseDefinition[] = [
  ...family(
    { level: 'forgery', needs: 'public-key', refs: ['RFC 8725bis section 3.3', 'CVE-2026-29000'] },
    {
      'jwe/encrypted-claims': [
        'claims without a signature, encrypted to the app',
        (fixture) => encryptedToApp(fixture, claimsOf(fixture), { cty: undefined, typ: 'at+jwt' }),
      ],
      'jwe/encrypted-none': [
        'an unsigned token, encrypted to the app',
        (fixture) => encryptedToApp(fixture, unsigned(fixture)),
      ],
      'jwe/encrypted-forged': [
        'a token that an attacker has signed, encrypted to the app',
        (fixture) => encryptedToApp(fixture, Buffer.from(fixture.forged({}))),
      ],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'a-valid-token', refs: ['RFC 8725bis section 3.6'] },
    {
      'jwe/encrypted-zip': [
        'the good token, compressed and encrypted to the app',
        (fixture) =>
          encryptedToApp(fixture, deflateRawSync(Buffer.from(fixture.token)), { zip: 'DEF' }),
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'a-valid-token', refs: ['RFC 7516 section 4.1.13'] },
    {
      'jwe/encrypted-crit': [
        'the good token, encrypted to the app, with an extension that nobody knows',
        (fixture) =>
          encryptedToApp(fixture, Buffer.from(fixture.token), { crit: ['urn:x'], 'urn:x': 1 }),
      ],
    },
  ),
]

export const encryptedCases: readonly CaseDefinition[] = [...undecryptable, ...decryptable]
