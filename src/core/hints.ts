import type { Reason } from './errors.ts'
import type { ActiveIssuer } from './issuers/active-issuer.ts'
import type { Claims } from './jwt/jws.ts'
import { own } from './own-members.ts'

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

/** What is known of a token when it is refused. */
interface Found {
  readonly issuer: ActiveIssuer | undefined
  readonly claims: Claims | undefined
  readonly kid: string | undefined
}

/**
 * What a developer who meets a bare 401 should look at. The text is constant: it says nothing that
 * the token says. It is only made when somebody listens. `listed` are the issuers of the
 * configuration.
 */
export function hintFor(
  reason: Reason,
  { issuer, claims, kid }: Found,
  listed: readonly ActiveIssuer[],
): string | undefined {
  const candidates = issuer === undefined ? listed : [issuer]
  if (reason === 'token-type') {
    const lax = candidates.every(({ policy }) => policy.profile.untyped)
    return lax && candidates.length > 0 ? notAnAccessToken : notTyped
  }
  if (claims !== undefined && reason === 'issuer') {
    return slashHint(
      reason,
      own(claims, 'iss'),
      candidates.map((one) => one.issuer),
    )
  }
  if (claims !== undefined && reason === 'audience') {
    return slashHint(
      reason,
      own(claims, 'aud'),
      candidates.flatMap(({ policy }) => policy.audience),
    )
  }
  if (reason === 'unknown-key' && issuer !== undefined) return boundHint(issuer, kid)
  return own(constantHints, reason) as string | undefined
}

/** The key that the token names is there, but may only verify tokens of another algorithm. */
function boundHint({ keys }: ActiveIssuer, kid: string | undefined): string | undefined {
  const named = keys.loaded()?.keys.find((key) => key.kid === kid)
  if (named?.boundTo === undefined) return undefined
  return `the key of this token is used with ${named.boundTo} alone, because the first token accepted with it was signed so: have the issuer state 'alg' in its published keys, or allow only one algorithm`
}

/** Two URLs that differ by a trailing slash alone were meant to be the same. */
function slashHint(
  what: 'issuer' | 'audience',
  claimed: unknown,
  expected: readonly string[],
): string | undefined {
  const nearly = [claimed]
    .flat()
    .some(
      (one) =>
        typeof one === 'string' &&
        (expected.includes(`${one}/`) || expected.includes(one.replace(/\/$/, ''))),
    )
  return nearly
    ? `the token's ${what} and the configured one differ by a trailing slash`
    : undefined
}
