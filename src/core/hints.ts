import { readClaims, readCompact } from './compact.ts'
import type { Reason } from './errors.ts'
import type { LiveIssuer } from './live-issuer.ts'

const constantHints: Partial<Record<Reason, string>> = {
  opaque:
    'the token is opaque, not a JWT: have the issuer give this client JWT access tokens (Authgear: "Issue JWT as access token")',
  encrypted: 'the token is encrypted (JWE): have the issuer sign it only',
  'sender-constraint':
    'the token is bound to a key or certificate (cnf), which is not supported: have the issuer give plain bearer tokens',
  keys: 'the keys of the issuer cannot be fetched: see health() and the key events',
}

const notTyped =
  "the token's typ is not at+jwt: send the access token, not the ID token; if this issuer does not follow RFC 9068, set profile: 'jwt'"
const notAnAccessToken =
  'the token is of another kind, e.g. an ID token or a logout token: send the access token'

/**
 * What a developer who meets a bare 401 should look at. Constant text: it says nothing that the token says. Only called
 * when somebody listens. `issuers` are the one whose token it is, or all that it could be of.
 */
export function hintFor(
  reason: Reason,
  token: string,
  issuers: readonly LiveIssuer[],
): string | undefined {
  if (reason === 'token-type') {
    const lax = issuers.every(({ policy }) => policy.profile.untyped)
    return lax && issuers.length > 0 ? notAnAccessToken : notTyped
  }
  if (reason !== 'issuer' && reason !== 'audience') return constantHints[reason]
  try {
    const { iss, aud } = readClaims(readCompact(token))
    const claimed = reason === 'issuer' ? [iss] : [aud].flat()
    const expected = new Set(
      reason === 'issuer'
        ? issuers.map(({ issuer }) => issuer)
        : issuers.flatMap(({ policy }) => policy.audience),
    )
    const nearly = claimed.some(
      (one) =>
        typeof one === 'string' &&
        (expected.has(`${one}/`) || expected.has(one.replace(/\/$/, ''))),
    )
    return nearly
      ? `the token's ${reason} and the configured one differ by a trailing slash`
      : undefined
  } catch {
    return undefined
  }
}
