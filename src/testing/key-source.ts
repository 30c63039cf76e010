import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { signatureParameters } from '../core/algorithms.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import { resolveAlgorithm } from './algorithms.ts'
import { algorithmOf, deriveJwk, generateJwk } from './jwk.ts'

/** Where the keys of a test issuer come from: random numbers, a seed, or a list of private JWKs. */
export type KeyOrigin = 'random' | { readonly seed: string } | readonly JWK[]

/** Makes private JWKs for a key ring. */
export interface KeySource {
  /** The keys that the issuer starts with. The first one signs. */
  readonly initial: readonly JWK[]
  /** A new key. */
  next(alg: PublicKeyAlgorithm): JWK
  /** A key that `next()` never gives, and that is not among the known ones. */
  foreign(alg: PublicKeyAlgorithm, known: readonly JWK[]): JWK
  /** Starts again, so that a seed gives the same keys once more. */
  rewind(): void
}

/** The counter that derives the attacker's key from a seed. `next()` never counts so far. */
const foreignCounter = 0xffffffff

const algOption = "option 'alg' of the test issuer"
const keysOption = "option 'keys' of the test issuer"

export function createKeySource(
  origin: KeyOrigin,
  preferred: PublicKeyAlgorithm | undefined,
): KeySource {
  if (origin === 'random')
    return randomKeys([generateJwk(resolveAlgorithm(algOption, preferred ?? 'ES256'))])
  if (isList(origin)) return randomKeys(checkJwks(origin, preferred))
  const { seed } = origin ?? {}
  if (typeof seed !== 'string' || seed === '') {
    const found = kindOf(origin)
    const fix = `must be 'random', { seed: 'some text' } or a list of private JWKs, not ${found}`
    wrongOption(keysOption, fix)
  }
  return seededKeys(seed, resolveAlgorithm(algOption, preferred ?? 'ES256'))
}

function isList(origin: KeyOrigin): origin is readonly JWK[] {
  return Array.isArray(origin)
}

function randomKeys(initial: readonly JWK[]): KeySource {
  return {
    initial,
    next: (alg) => generateJwk(alg),
    foreign: foreignJwk,
    rewind() {},
  }
}

/** The RSA key that is foreign to every issuer of the process, once it is made. */
let foreignRsa: JWK | undefined

/**
 * One RSA key is enough for all issuers, because to make one takes longer than most tests. An issuer
 * that was given it as a key of its own gets another.
 */
function foreignJwk(alg: PublicKeyAlgorithm, known: readonly JWK[]): JWK {
  if (signatureParameters[alg].kty !== 'RSA') return generateJwk(alg)
  foreignRsa ??= generateJwk(alg)
  const { n } = foreignRsa
  return known.some((key) => key.n === n) ? generateJwk(alg) : { ...foreignRsa, alg }
}

function seededKeys(seed: string, alg: PublicKeyAlgorithm): KeySource {
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

function checkJwks(
  jwks: readonly JWK[],
  preferred: PublicKeyAlgorithm | undefined,
): readonly JWK[] {
  const [first] = jwks
  if (!first) wrongOption(keysOption, 'must hold at least one private JWK')
  const alg = algorithmOf(keysOption, first, preferred)
  if (preferred !== undefined && alg !== preferred) {
    wrongOption(
      algOption,
      `is ${preferred}, but the first of 'keys' signs ${alg}: change one of them`,
    )
  }
  return jwks
}
