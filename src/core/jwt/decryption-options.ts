import type { JWK } from 'jose'
import type { DecryptionAlgorithm, DecryptionKey } from '../keys/decryption-key.ts'
import { decryptionAlgorithms, readDecryptionKey } from '../keys/decryption-key.ts'
import type { KeyFault } from '../keys/public-key.ts'
import {
  checkDefined,
  checkDistinct,
  kindOf,
  knownOptions,
  optionalBoolean,
  wrongOption,
} from '../option-checks.ts'
import { inside } from './mark-options.ts'

/** How the content of an encrypted token is encrypted (RFC 7518 section 5.1). */
export type ContentEncryption = 'A256GCM' | 'A128CBC-HS256'

const contentEncryptions: readonly ContentEncryption[] = ['A256GCM', 'A128CBC-HS256']

/** How an issuer encrypts its tokens to this API: signed first, then encrypted (RFC 7519 section 5.2). */
export interface DecryptionOptions {
  /**
   * The private keys of this API: RSA of 2048 to 8192 bits, or EC (P-256, P-384, P-521). Each has a
   * `kid`, which no other key of the verifier has: tokens name it. At most 100.
   */
  keys: readonly JWK[]
  /**
   * How the key of the content is encrypted: those of RSA-OAEP-256, ECDH-ES and ECDH-ES+A256KW that
   * the issuer uses.
   */
  algorithms: readonly DecryptionAlgorithm[]
  /** How the content is encrypted: those of A256GCM and A128CBC-HS256 that the issuer uses. */
  encryption: readonly ContentEncryption[]
  /** Whether tokens that are only signed are refused, as `not-encrypted`. Default: false. */
  required?: boolean | undefined
}

/** The option `decryption`, checked and copied. */
export interface DecryptionSettings {
  readonly keys: readonly DecryptionKey[]
  readonly encryption: readonly ContentEncryption[]
  readonly required: boolean
}

const known = {
  keys: true,
  algorithms: true,
  encryption: true,
  required: true,
} as const satisfies Record<keyof DecryptionOptions, true>

/** More would only make somebody wait: the keys are all checked at construction. */
const mostKeys = 100

export function resolveDecryption(option: string, value: unknown): DecryptionSettings | undefined {
  if (value === undefined) return undefined
  const options = knownOptions(option, value, known)
  checkDefined(`${option}: option`, options, ['required'])
  const at = (name: keyof DecryptionOptions): string => inside(option, name)
  const required = optionalBoolean(at('required'), options['required']) ?? false
  const encryption = readNames(at('encryption'), options['encryption'], contentEncryptions)
  const algorithms = readNames(at('algorithms'), options['algorithms'], decryptionAlgorithms)
  const keys = readKeys(at('keys'), options['keys'], algorithms)
  return Object.freeze({ keys, encryption, required })
}

/** RFC 8725bis section 3.1: what is not named is not used. */
function readNames<Name extends string>(
  option: string,
  value: unknown,
  allowed: readonly Name[],
): readonly Name[] {
  const names = `name those that the issuer uses of ${allowed.join(', ')}`
  if (!Array.isArray(value) || value.length === 0) {
    wrongOption(option, `must be a non-empty array, not ${kindOf(value)}: ${names}`)
  }
  for (const one of value) {
    if (typeof one !== 'string') wrongOption(option, `holds ${kindOf(one)}: ${names}`)
    if (!allowed.includes(one as Name)) wrongOption(option, `holds '%s': ${names}`, one)
  }
  checkDistinct(option, value)
  return Object.freeze([...(value as Name[])])
}

function readKeys(
  option: string,
  value: unknown,
  algorithms: readonly DecryptionAlgorithm[],
): readonly DecryptionKey[] {
  if (!Array.isArray(value) || value.length === 0) {
    wrongOption(option, `must be a non-empty array of private JWKs, not ${kindOf(value)}`)
  }
  if (value.length > mostKeys) wrongOption(option, `holds more than ${mostKeys} keys`)
  const keys = value.map((member, i) => {
    const key = readDecryptionKey(member, algorithms)
    if (!isFault(key)) return key
    return wrongOption(`${option}: key ${i}`, `cannot be used: ${key.why}`)
  })
  checkDistinct(
    option,
    keys.map(({ kid }) => kid),
  )
  return Object.freeze(keys)
}

function isFault(read: DecryptionKey | KeyFault): read is KeyFault {
  return Object.hasOwn(read, 'why')
}
