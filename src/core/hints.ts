import { parseObject, readCompact } from './compact.ts'
import type { Reason } from './errors.ts'
import type { LiveIssuer } from './issuers.ts'

const constantHints: Partial<Record<Reason, string>> = {
  opaque:
    'the token is opaque, not a JWT: have the issuer give this client JWT access tokens (Authgear: "Issue JWT as access token")',
  encrypted: 'the token is encrypted (JWE): have the issuer sign it only',
  'token-type':
    "the token's typ is not at+jwt: send the access token, not the ID token; if this issuer does not follow RFC 9068, set profile: 'jwt'",
  'sender-constraint':
    'the token is bound to a key or certificate (cnf), which is not supported: have the issuer give plain bearer tokens',
  keys: 'the keys of the issuer cannot be fetched: see health() and the key events',
}

/**
 * What a developer who meets a bare 401 should look at. Constant text: it says nothing that the token says. Only called
 * when somebody listens.
 */
export function hintFor(
  reason: Reason,
  token: string,
  listed: readonly LiveIssuer[],
): string | undefined {
  if (reason !== 'issuer' && reason !== 'audience') return constantHints[reason]
  try {
    const { iss, aud } = parseObject(readCompact(token).payload)
    const claimed = reason === 'issuer' ? [iss] : [aud].flat()
    const expected =
      reason === 'issuer'
        ? listed.map(({ issuer }) => issuer)
        : listed.flatMap(({ policy }) => policy.audience)
    const nearly = claimed.some((one) => expected.some((other) => differBySlash(one, other)))
    return nearly
      ? `the token's ${reason} and the configured one differ by a trailing slash`
      : undefined
  } catch {
    return undefined
  }
}

function differBySlash(a: unknown, b: string): boolean {
  return a === `${b}/` || `${String(a)}/` === b
}
