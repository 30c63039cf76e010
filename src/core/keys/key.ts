import type { CryptoKey } from 'jose'
import { importJWK } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { sameAlgorithm } from '../algorithms.ts'
import type { AdmittedJwk } from './policy.ts'

/** One public key. The same object for as long as the issuer publishes the key: remembered tokens point at it. */
export interface Key {
  readonly kid: string | undefined
  /** Equal for equal keys: what a refresh compares. */
  readonly identity: string
  fits(algorithm: string): boolean
  /**
   * The key as the platform's cryptography takes it, a promise until it is there. Rejects if the platform refuses it, e.g. a
   * point off the curve.
   */
  import(algorithm: Algorithm): CryptoKey | Promise<CryptoKey>
  /** Imports the key under the first algorithm that it fits, to see that the platform takes it. */
  probe(): unknown
  /** RFC 8725bis section 3.1: one key, one algorithm. The first that verified with it stays; false for another. */
  pin(algorithm: Algorithm): boolean
}

export function createKey({ kid, jwk, algorithms }: AdmittedJwk): Key {
  const imported = new Map<string, CryptoKey | Promise<CryptoKey>>()
  let fitting = algorithms

  function importAs(algorithm: Algorithm): CryptoKey | Promise<CryptoKey> {
    let key = imported.get(algorithm)
    if (key === undefined) {
      key = importJWK(jwk, algorithm) as Promise<CryptoKey>
      imported.set(algorithm, key)
      key.then(
        (ready) => imported.set(algorithm, ready),
        () => {},
      )
    }
    return key
  }

  return {
    kid,
    identity: JSON.stringify([kid, jwk, algorithms]),
    fits: (algorithm) => fitting.includes(algorithm as Algorithm),
    import: importAs,
    probe: () => importAs(algorithms[0] as Algorithm),
    pin(algorithm) {
      if (!fitting.includes(algorithm)) return false
      fitting = fitting.filter((name) => sameAlgorithm(name, algorithm))
      return true
    },
  }
}
