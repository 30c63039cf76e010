import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'
import { readAlgorithm } from './algorithms.ts'
import { algorithmOf, deriveJwk, generateJwk } from './jwk.ts'

/** Where a test issuer has its keys from: chance, a seed, or the caller. */
export type KeyOrigin = 'random' | { readonly seed: string } | readonly JWK[]

/** Private JWKs in the order in which they are asked for. */
export interface KeySource {
  /** The keys that an issuer starts with; the first one signs. */
  readonly initial: readonly JWK[]
  next(alg: Algorithm): JWK
  /** A key that `next()` never gives. */
  foreign(alg: Algorithm): JWK
  /** Makes a seed give the same keys again. */
  rewind(): void
}

/** The counter of a seed that `next()` never reaches. */
const foreignCounter = 0xffffffff

export function createKeySource(origin: KeyOrigin, preferred: Algorithm | undefined): KeySource {
  if (origin === 'random') return randomKeys([generateJwk(readAlgorithm(preferred ?? 'ES256'))])
  if (isList(origin)) return randomKeys(readJwks(origin, preferred))
  const { seed } = origin ?? {}
  if (typeof seed !== 'string' || seed === '') {
    throw new TypeError("keys must be 'random', { seed: 'some text' } or a list of private JWKs.")
  }
  return seededKeys(seed, readAlgorithm(preferred ?? 'ES256'))
}

function isList(origin: KeyOrigin): origin is readonly JWK[] {
  return Array.isArray(origin)
}

function randomKeys(initial: readonly JWK[]): KeySource {
  return {
    initial,
    next: (alg) => generateJwk(alg),
    foreign: (alg) => generateJwk(alg),
    rewind() {},
  }
}

function seededKeys(seed: string, alg: Algorithm): KeySource {
  let counter = 1
  return {
    initial: [deriveJwk(alg, seed, 0)],
    next: (wanted) => deriveJwk(wanted, seed, counter++),
    foreign: (wanted) => deriveJwk(wanted, seed, foreignCounter),
    rewind() {
      counter = 1
    },
  }
}

function readJwks(jwks: readonly JWK[], preferred: Algorithm | undefined): readonly JWK[] {
  const [first] = jwks
  if (!first) throw new TypeError('keys must hold at least one private JWK.')
  const alg = algorithmOf(first, preferred)
  if (preferred !== undefined && alg !== preferred) {
    throw new TypeError(`alg is ${preferred}, but the first of keys signs ${alg}.`)
  }
  return jwks
}
