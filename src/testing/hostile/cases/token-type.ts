import { deflateRawSync } from 'node:zlib'
import type { Definition, Make } from './case.ts'
import { family } from './case.ts'

function typed(typ: unknown): Make {
  return ({ signed }) => signed({}, { typ })
}

/** What OpenID Connect Core §2 puts into an ID token. */
const idToken = { nonce: 'n-0S6_WzA2Mj', at_hash: '77QmUPtjPfzWtF2AnpK9RQ', auth_time: 1 }
const notInIdToken = { client_id: undefined, jti: undefined, scope: undefined }

function headed(header: Readonly<Record<string, unknown>>): Make {
  return ({ signed }) => signed({}, header)
}

/** Right signatures on what is no access token for whoever bears it, or asks for what a guard cannot do. */
export const kindCases: readonly Definition[] = [
  ...family(
    {
      level: 'profile',
      needs: 'issuer-key',
      refs: ['RFC 9068 §4', 'RFC 8725 §3.11', 'RFC 8725 §3.12'],
    },
    {
      'typ/id-token': [
        'an ID token, for the client',
        ({ claims, signed }) =>
          signed({ ...idToken, ...notInIdToken, aud: String(claims['client_id']) }, { typ: 'JWT' }),
      ],
      'typ/id-token-same-aud': [
        'an ID token whose client is the API',
        ({ signed }) => signed({ ...idToken, ...notInIdToken }, { typ: 'JWT' }),
      ],
      'typ/logout+jwt': [
        'a logout token',
        ({ signed }) =>
          signed(
            { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
            { typ: 'logout+jwt' },
          ),
      ],
      'typ/dpop+jwt': ['a DPoP proof', typed('dpop+jwt')],
      'typ/secevent+jwt': ['a security event', typed('secevent+jwt')],
      'typ/missing': ['a JWT that does not say what it is', typed(undefined)],
      'typ/jwt': ['a JWT that says no more than that', typed('JWT')],
    },
  ),
  ...family(
    { level: 'profile', needs: 'issuer-key', refs: ['RFC 9449 §7.2', 'RFC 7800 §3.1'] },
    {
      'cnf/jkt-as-bearer': [
        'bound to a DPoP key, and sent without a proof',
        ({ signed }) => signed({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
      ],
    },
  ),
  ...family(
    { level: 'profile', needs: 'issuer-key', refs: ['RFC 8705 §3', 'RFC 7800 §3.1'] },
    {
      'cnf/x5t-without-cert': [
        'bound to a client certificate, and sent without it',
        ({ signed }) =>
          signed({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
      ],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'issuer-key', refs: ['RFC 7515 §4.1.9', 'CWE-843'] },
    {
      'typ/number': ['typ is a number', typed(1)],
      'typ/array': ['typ is a list that holds the right one', typed(['at+jwt'])],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7515 §4.1.11', 'CVE-2025-59420', 'CVE-2026-32597'],
    },
    {
      'crit/unknown': [
        'crit names what nobody knows',
        headed({ crit: ['x-unknown'], 'x-unknown': 1 }),
      ],
      'crit/empty': ['crit is empty', headed({ crit: [] })],
      'crit/string': ['crit is a string', headed({ crit: 'x-unknown', 'x-unknown': 1 })],
      'crit/names-missing': ['crit names what is not there', headed({ crit: ['x-unknown'] })],
      'crit/registered': ['crit names a claim', headed({ crit: ['exp'], exp: 4_102_444_800 })],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7797 §6', 'RFC 7797 §7'] },
    {
      'b64/false': ['says that the payload is not encoded', headed({ b64: false, crit: ['b64'] })],
      'b64/false-not-critical': ['says so without crit', headed({ b64: false })],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7516 §4.1.3', 'RFC 8725 §3.6'] },
    {
      'zip/deflate': [
        'the payload is compressed, as only a JWE’s may be',
        ({ claims, compose, header }) =>
          compose({ ...header, zip: 'DEF' }, deflateRawSync(JSON.stringify(claims))),
      ],
    },
  ),
]
