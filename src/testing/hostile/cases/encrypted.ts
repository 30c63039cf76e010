import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Definition } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'
import { elevated, encode } from './fixture.ts'

/** A JWE in compact serialization (RFC 7516 §7.1), encrypted with AES-256-GCM under this key. */
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
function claimsOf(good: Good): Buffer {
  return Buffer.from(JSON.stringify(elevated(good)))
}

/** The key that a password of no characters gives after one round, whatever the header states. */
function oneRound(salt: Uint8Array): Buffer {
  // RFC 7518 §4.8.1.1: the algorithm's name, a zero byte, the salt.
  const full = Buffer.concat([Buffer.from('PBES2-HS256+A128KW\u0000'), salt])
  return pbkdf2Sync('', full, 1, 32, 'sha256')
}

/** Five parts: refused before any of them is decrypted, inflated or derived. */
export const encryptedCases: readonly Definition[] = family(
  {
    level: 'forgery',
    needs: 'nothing',
    refs: ['RFC 7516', 'CVE-2026-29000', 'CVE-2022-36083', 'CVE-2024-28176'],
  },
  {
    'jwe/dir': [
      'encrypted to nobody’s key, with no signature inside',
      (good) => encrypted({ alg: 'dir' }, claimsOf(good), zeroKey),
    ],
    'jwe/nested-none': [
      'an unsigned token, encrypted',
      (good) => {
        const inner = `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(elevated(good))}.`
        return encrypted({ alg: 'dir', cty: 'JWT' }, Buffer.from(inner), zeroKey)
      },
    ],
    'jwe/zip-bomb': [
      'one megabyte once it is inflated',
      (good) => {
        const json = Buffer.concat([claimsOf(good), Buffer.alloc(1_048_576, 0x20)])
        return encrypted({ alg: 'dir', zip: 'DEF' }, deflateRawSync(json), zeroKey)
      },
    ],
    'jwe/pbes2-p2c': [
      'asks for 2,147,483,647 rounds of PBKDF2',
      (good) => {
        const salt = randomBytes(16)
        const header = { alg: 'PBES2-HS256+A128KW', p2s: encode(salt), p2c: 2_147_483_647 }
        return encrypted(header, claimsOf(good), oneRound(salt))
      },
    ],
  },
)
