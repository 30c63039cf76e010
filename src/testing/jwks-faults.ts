import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { numberWithin } from '../core/option-checks.ts'
import { answerJson, readJson } from './answer.ts'
import type { Fault } from './fault.ts'
import { createFault, withRecipes } from './fault.ts'
import { generateJwk, publicHalf } from './jwk.ts'
import { anyCount } from './number-bounds.ts'
import type { TestKey } from './test-key.ts'

/**
 * Key sets that are wrong. Some faults change every key, others add a bad key before the good ones.
 */
export interface JwksFaults {
  /** No keys at all. */
  empty(): Fault
  /** `keys` is an object instead of a list. */
  notAnArray(): Fault
  /** Before every key there is a foreign key with the same `kid`. */
  duplicateKid(): Fault
  /** Adds a symmetric key. */
  symmetricKey(): Fault
  /** Every key includes its private members. */
  privateLeaked(): Fault
  /** Adds an RSA key that is too short. Default: 1024 bits. At least 512. */
  weakRsa(bits?: number): Fault
  /** Adds a key of a type that does not exist. */
  unknownKty(): Fault
  /** No key has a `kid`. */
  noKid(): Fault
  /** No key has an `alg`. */
  noAlg(): Fault
  /** Every key is for encryption. */
  encOnly(): Fault
  /**
   * Every key has its numbers in padded standard base64, after a zero byte. RFC 7518 section 2
   * forbids both.
   */
  padded(): Fault
  /** Adds this many valid foreign keys. */
  many(n: number): Fault
}

type Edit = (keys: JWK[], published: readonly TestKey[]) => unknown

function edited(name: string, edit: Edit): Fault {
  return createFault(
    name,
    (answer, published) => {
      const document = readJson(answer)
      return document ? answerJson({ keys: edit(document['keys'] as JWK[], published) }) : answer
    },
    'jwks',
  )
}

function each(name: string, change: (key: JWK) => JWK): Fault {
  return edited(name, (keys) => keys.map(change))
}

function adding(name: string, make: () => JWK): Fault {
  let extra: JWK | undefined
  return edited(name, (keys) => {
    extra ??= make()
    return [extra, ...keys]
  })
}

/**
 * Makes public keys that no token is signed with. There is one key for each algorithm, because it
 * takes long to generate RSA keys.
 */
function createForeignKeys(): (alg: string | undefined) => JWK {
  const keys = new Map<string, JWK>()
  return (alg = 'ES256') => {
    const key = keys.get(alg) ?? publicHalf(generateJwk(alg as PublicKeyAlgorithm))
    keys.set(alg, key)
    return { ...key, alg, use: 'sig' }
  }
}

/**
 * A number of a JWK in a wrong spelling: with a zero byte before it, and in padded standard base64
 * instead of base64url.
 */
function zeroPadded(number: string): string {
  return Buffer.concat([Buffer.alloc(1), Buffer.from(number, 'base64url')]).toString('base64')
}

export const jwksFaults: JwksFaults = withRecipes<JwksFaults>(
  {
    empty: () => edited('empty', () => []),
    notAnArray: () => edited('notAnArray', ([first]) => ({ ...first })),
    duplicateKid() {
      const foreignKey = createForeignKeys()
      return edited('duplicateKid', (keys) =>
        keys.flatMap((key) => [{ ...foreignKey(key.alg), ...(key.kid && { kid: key.kid }) }, key]),
      )
    },
    symmetricKey: () =>
      adding('symmetricKey', () => ({
        kty: 'oct',
        kid: 'symmetric',
        alg: 'HS256',
        use: 'sig',
        k: randomBytes(32).toString('base64url'),
      })),
    privateLeaked: () =>
      edited('privateLeaked', (_, published) => published.map((key) => key.privateJwk)),
    weakRsa(bits = 1024) {
      numberWithin("argument 'bits' of faults.jwks.weakRsa", bits, { min: 512, max: 16_384 })
      return adding('weakRsa', () => ({
        ...publicHalf(generateJwk('RS256', bits)),
        kid: 'weak-rsa',
        alg: 'RS256',
        use: 'sig',
      }))
    },
    unknownKty: () =>
      adding('unknownKty', () => ({ kty: 'XYZ', kid: 'unknown-kty', alg: 'XY256', use: 'sig' })),
    noKid: () => each('noKid', ({ kid: _, ...key }) => key),
    noAlg: () => each('noAlg', ({ alg: _, ...key }) => key),
    encOnly: () => each('encOnly', (key) => ({ ...key, use: 'enc' })),
    padded: () =>
      each('padded', (key) => {
        const changed = { ...key }
        for (const name of ['n', 'x', 'y'] as const) {
          if (key[name] !== undefined) changed[name] = zeroPadded(key[name])
        }
        return changed
      }),
    many(n) {
      numberWithin("argument 'n' of faults.jwks.many", n, anyCount)
      const foreignKey = createForeignKeys()
      return edited('many', (keys) => [
        ...Array.from({ length: n }, (_, i) => ({
          ...foreignKey(keys[0]?.alg),
          kid: `filler-${i}`,
        })),
        ...keys,
      ])
    },
  },
  'jwks.',
)
