import type { Algorithm, PublicKeyAlgorithm } from '../algorithms.ts'
import { sameAlgorithm } from '../algorithms.ts'
import type { Awaitable } from '../awaitable.ts'
import type { ImportedKey } from './imported-key.ts'
import { importPublicKey } from './imported-key.ts'
import type { AdmittedJwk } from './jwk.ts'

/**
 * One public key, or the shared secret. It stays the same object for as long as the issuer publishes
 * it: cached tokens point at it.
 */
export interface Key {
  readonly kid: string | undefined
  /** Equal for equal keys: what a refresh compares. */
  readonly identity: string
  fits(algorithm: string): boolean
  /**
   * The key in the form that the platform's cryptography needs, and a promise until it has been
   * imported. Rejects if the platform does not accept the key, for example because its point is off
   * the curve.
   */
  import(algorithm: Algorithm): Awaitable<ImportedKey>
  /**
   * Imports the key under the first algorithm that it fits, to see whether the platform accepts it.
   */
  probe(): unknown
  /**
   * RFC 8725bis section 3.1: one key is used with one algorithm. The first algorithm that a token
   * was accepted with stays, where the key fits several. 'new': it has been bound to this algorithm
   * now. 'same': it was bound to it before, or fits no other. 'other': it is bound to another one.
   */
  bind(algorithm: Algorithm): 'new' | 'same' | 'other'
  /** The algorithm that a token has bound this key to; undefined if none had to. */
  readonly boundTo: Algorithm | undefined
}

export function createKey({ kid, jwk, algorithms }: AdmittedJwk): Key {
  const importAs = importOnce((algorithm) => importPublicKey(jwk, algorithm as PublicKeyAlgorithm))
  let fitting: readonly Algorithm[] = algorithms
  let boundTo: Algorithm | undefined

  return {
    kid,
    identity: JSON.stringify([kid, jwk, algorithms]),
    fits: (algorithm) => fitting.includes(algorithm as Algorithm),
    import: importAs,
    probe: () => importAs(algorithms[0] as Algorithm),
    bind(algorithm) {
      if (!fitting.includes(algorithm)) return 'other'
      const same = fitting.filter((name) => sameAlgorithm(name, algorithm))
      if (same.length === fitting.length) return 'same'
      fitting = same
      boundTo = algorithm
      return 'new'
    },
    get boundTo() {
      return boundTo
    },
  }
}

/** Imports a key once for each algorithm. What is given is a promise until that has been done. */
export function importOnce(
  load: (algorithm: Algorithm) => Promise<ImportedKey>,
): (algorithm: Algorithm) => Awaitable<ImportedKey> {
  const imported = new Map<Algorithm, Awaitable<ImportedKey>>()
  return (algorithm) => {
    const known = imported.get(algorithm)
    if (known !== undefined) return known
    const key = load(algorithm)
    imported.set(algorithm, key)
    key.then(
      (ready) => imported.set(algorithm, ready),
      () => {},
    )
    return key
  }
}
