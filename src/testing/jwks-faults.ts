import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'
import { answerJson, readJson } from './answer.ts'
import type { Fault } from './fault.ts'
import { createFault } from './fault.ts'
import { generateJwk, publicHalf } from './jwk.ts'
import { readNumber } from './options.ts'
import type { TestKey } from './test-key.ts'

/** Key sets that are wrong. Some spoil every key; others add a bad key in front of the good ones. */
export interface JwksFaults {
  /** No keys at all. */
  empty(): Fault
  /** `keys` is an object. */
  notAnArray(): Fault
  /** In front of every key stands a stranger's with the same `kid`. */
  duplicateKid(): Fault
  /** Adds a symmetric key. */
  symmetricKey(): Fault
  /** Every key shows its private members. */
  privateLeaked(): Fault
  /** Adds an RSA key that is too short (1024 bits). */
  weakRsa(bits?: number): Fault
  /** Adds a key of a type that nobody knows. */
  unknownKty(): Fault
  /** No key has a `kid`. */
  noKid(): Fault
  /** No key has an `alg`. */
  noAlg(): Fault
  /** Every key is for encryption. */
  encOnly(): Fault
  /** Every key has its numbers in padded standard base64 behind a zero byte (against RFC 7518 §2). */
  padded(): Fault
  /** Adds so many good keys of a stranger. */
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

/** Public keys that nobody signs with; one per algorithm, as RSA keys take long to make. */
function createStranger(): (alg: string | undefined) => JWK {
  const made = new Map<string, JWK>()
  return (alg = 'ES256') => {
    const key = made.get(alg) ?? publicHalf(generateJwk(alg as Algorithm))
    made.set(alg, key)
    return { ...key, alg, use: 'sig' }
  }
}

function zeroPadded(number: string): string {
  return Buffer.concat([Buffer.alloc(1), Buffer.from(number, 'base64url')]).toString('base64')
}

export const jwksFaults: JwksFaults = Object.freeze<JwksFaults>({
  empty: () => edited('empty', () => []),
  notAnArray: () => edited('notAnArray', ([first]) => ({ ...first })),
  duplicateKid() {
    const stranger = createStranger()
    return edited('duplicateKid', (keys) =>
      keys.flatMap((key) => [{ ...stranger(key.alg), ...(key.kid && { kid: key.kid }) }, key]),
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
    readNumber('faults.jwks.weakRsa(bits)', bits, 512)
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
      const spoilt = { ...key }
      for (const name of ['n', 'x', 'y'] as const) {
        if (key[name] !== undefined) spoilt[name] = zeroPadded(key[name])
      }
      return spoilt
    }),
  many(n) {
    readNumber('faults.jwks.many(n)', n, 0)
    const stranger = createStranger()
    return edited('many', (keys) => [
      ...Array.from({ length: n }, (_, i) => ({ ...stranger(keys[0]?.alg), kid: `filler-${i}` })),
      ...keys,
    ])
  },
})
