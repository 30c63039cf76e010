import { own } from '../own-members.ts'

/**
 * A JWK Set in which the keys for SVIDs are keys for signatures. A SPIFFE bundle marks them by
 * `use: 'jwt-svid'` (SPIFFE Trust Domain and Bundle, section 4.2.2), which RFC 7517 does not know.
 */
export function readBundle(document: unknown): unknown {
  const keys = own(document, 'keys')
  if (!Array.isArray(keys)) return document
  return {
    keys: keys.map((jwk) => (own(jwk, 'use') === 'jwt-svid' ? { ...jwk, use: 'sig' } : jwk)),
  }
}
