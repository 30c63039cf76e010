import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { publicHalf, thumbprint } from './jwk.ts'

/** One key of a test issuer. */
export interface TestKey {
  /** The name of the key. The JWK and the tokens state it, unless it was made with kid 'none'. */
  readonly kid: string
  /** The algorithm that it signs with. */
  readonly alg: PublicKeyAlgorithm
  /** The public JWK. It has `kty crv x y n e kid alg use` at most, and never a private member. */
  readonly publicJwk: JWK
  /** The private JWK. */
  readonly privateJwk: JWK
  /** Whether the key is in the JWKS now. */
  readonly published: boolean
}

/** Whether a key is not yet in the JWKS, is in it, or was taken out of it. */
export type KeyState = 'unpublished' | 'published' | 'retired'

/**
 * @param kid The `kid` to state. Default: that of the JWK, else one made from its thumbprint. With
 * null,
 * the JWK and the tokens state none.
 */
export function createTestKey(
  jwk: JWK,
  alg: PublicKeyAlgorithm,
  kid: string | null | undefined,
  states: ReadonlyMap<TestKey, KeyState>,
): TestKey {
  const members = publicHalf(jwk)
  const name = kid ?? jwk.kid ?? `test-${thumbprint(members).slice(0, 16)}`
  const labels = { ...(kid !== null && { kid: name }), alg, use: 'sig' }
  const { kid: _, ...secret } = jwk
  const key: TestKey = Object.freeze({
    kid: name,
    alg,
    publicJwk: Object.freeze({ ...members, ...labels }),
    privateJwk: Object.freeze({ ...secret, ...labels }),
    get published() {
      return states.get(key) === 'published'
    },
  })
  return key
}
