import { deflateRawSync } from 'node:zlib'
import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'
import { introspectionAnswer } from './opaque.ts'

/** The good token with this `typ`. */
function withTyp(typ: unknown): BuildToken {
  return ({ signed }) => signed({}, { typ })
}

/** Claims that an ID token has and an access token does not (OpenID Connect Core section 2). */
const idToken = { nonce: 'n-0S6_WzA2Mj', at_hash: '77QmUPtjPfzWtF2AnpK9RQ', auth_time: 1 }
/** Claims that an access token has and an ID token does not (RFC 9068 section 2.2). */
const notInIdToken = { client_id: undefined, jti: undefined, scope: undefined }

/** What a logout token says has happened (OpenID Connect Back-Channel Logout 1.0 section 2.4). */
const logout = { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }

/** The good token with more members in its header. */
function withHeader(header: Readonly<Record<string, unknown>>): BuildToken {
  return ({ signed }) => signed({}, header)
}

/**
 * Tokens with a right signature that are no access token, that are bound to a key or a certificate
 * which the request does not prove, or whose header demands processing that the guard cannot do.
 */
export const tokenTypeCases: readonly CaseDefinition[] = [
  ...family(
    {
      level: 'profile',
      needs: 'issuer-key',
      refs: ['RFC 9068 section 4', 'RFC 8725 section 3.11', 'RFC 8725 section 3.12'],
    },
    {
      'typ/id-token': [
        'an ID token for the client',
        ({ claims, signed }) =>
          signed({ ...idToken, ...notInIdToken, aud: String(claims['client_id']) }, { typ: 'JWT' }),
      ],
      'typ/id-token-same-aud': [
        'an ID token whose client is the API',
        ({ signed }) => signed({ ...idToken, ...notInIdToken }, { typ: 'JWT' }),
      ],
      'typ/logout+jwt': ['a logout token', ({ signed }) => signed(logout, { typ: 'logout+jwt' })],
      'typ/dpop+jwt': ['a DPoP proof', withTyp('dpop+jwt')],
      'typ/secevent+jwt': ['a security event', withTyp('secevent+jwt')],
      'typ/statuslist+jwt': [
        'a list that says which tokens are revoked',
        ({ signed }) =>
          signed({ status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } }, { typ: 'statuslist+jwt' }),
      ],
      'typ/token-introspection+jwt': ['a signed answer about a token', introspectionAnswer],
      'typ/logout-untyped': [
        'a logout token without typ, as older issuers make it',
        ({ signed }) => signed(logout, { typ: undefined }),
      ],
      'typ/missing': ['a JWT without typ', withTyp(undefined)],
      'typ/jwt': ['a JWT whose typ says only that it is a JWT', withTyp('JWT')],
    },
  ),
  ...family(
    {
      level: 'profile',
      needs: 'issuer-key',
      refs: ['RFC 9449 section 7.2', 'RFC 7800 section 3.1'],
    },
    {
      'cnf/jkt-as-bearer': [
        'the token is bound to a DPoP key, and sent without a proof',
        ({ signed }) => signed({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
      ],
    },
  ),
  ...family(
    { level: 'profile', needs: 'issuer-key', refs: ['RFC 8705 section 3', 'RFC 7800 section 3.1'] },
    {
      'cnf/x5t-without-cert': [
        'the token is bound to a client certificate, and sent without it',
        ({ signed }) =>
          signed({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
      ],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'issuer-key', refs: ['RFC 7515 section 4.1.9', 'CWE-843'] },
    {
      'typ/number': ['typ is a number', withTyp(1)],
      'typ/array': ['typ is a list that holds the right type', withTyp(['at+jwt'])],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7515 section 4.1.11', 'CVE-2025-59420', 'CVE-2026-32597'],
    },
    {
      'crit/unknown': [
        'crit names an extension that does not exist',
        withHeader({ crit: ['x-unknown'], 'x-unknown': 1 }),
      ],
      'crit/empty': ['crit is empty', withHeader({ crit: [] })],
      'crit/string': ['crit is a string', withHeader({ crit: 'x-unknown', 'x-unknown': 1 })],
      'crit/names-missing': [
        'crit names a member that the header does not have',
        withHeader({ crit: ['x-unknown'] }),
      ],
      'crit/registered': ['crit names a claim', withHeader({ crit: ['exp'], exp: 4_102_444_800 })],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7797 section 6', 'RFC 7797 section 7'] },
    {
      'b64/false': [
        'b64 says that the payload is not encoded',
        withHeader({ b64: false, crit: ['b64'] }),
      ],
      'b64/false-not-critical': [
        'b64 says that the payload is not encoded, and crit does not name b64',
        withHeader({ b64: false }),
      ],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7516 section 4.1.3', 'RFC 8725 section 3.6'],
    },
    {
      'zip/deflate': [
        'the payload is compressed, which only a JWE allows',
        ({ claims, sign, header }) =>
          sign({ ...header, zip: 'DEF' }, deflateRawSync(JSON.stringify(claims))),
      ],
    },
  ),
]
