import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'
import { publicHalf, thumbprint } from './jwk.ts'

/** One key of a test issuer. */
export interface TestKey {
  /** Its name in the key ring. The JWK and the tokens state it, unless it was made with `kid: 'none'`. */
  readonly kid: string
  /** What it signs with. */
  readonly alg: Algorithm
  /** What the JWKS shows: `kty crv x y n e kid alg use` at most, never a private member. */
  readonly publicJwk: JWK
  /** The private JWK. */
  readonly privateJwk: JWK
  /** Whether the JWKS shows the key now. */
  readonly published: boolean
}

/** Where a key stands: before, in, or after its time in the JWKS. */
export type KeyState = 'unpublished' | 'published' | 'retired'

/** @param kid undefined: that of the JWK, else made from its thumbprint. null: nameless to the outside. */
export function createTestKey(
  jwk: JWK,
  alg: Algorithm,
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
