import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'

/** A token that the issuer knows with the good claims and these, instead of the good token. */
function known(claims: Readonly<Record<string, unknown>>): BuildToken {
  return ({ issuer, claims: good }) => issuer.opaque({ ...good, ...claims })
}

/**
 * Tokens that only the issuer can read, for apps that ask it about them. The issuer says what is
 * wrong with each; an app that asks nobody must refuse all of them.
 */
export const opaqueCases: readonly CaseDefinition[] = [
  ...family(
    { level: 'forgery', needs: 'nothing', refs: ['RFC 7662 section 2.2'] },
    {
      'opaque/invented': ['a token that nobody has issued', () => 'bm9ib2R5LWhhcy1pc3N1ZWQtdGhpcw'],
      'opaque/invented-dots': [
        'such a token in three parts',
        () => 'ya29.a0AfB_nobody.issued-this',
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'a-valid-token', refs: ['RFC 7662 section 2.2', 'RFC 7662 section 4'] },
    {
      'opaque/revoked': [
        'a token that was revoked',
        ({ issuer, claims }) => {
          const token = issuer.opaque(claims)
          issuer.revoke(token)
          return token
        },
      ],
      'opaque/expired': [
        'a token that has expired',
        ({ now, ...fixture }) => known({ iat: now - 1200, exp: now - 600 })({ now, ...fixture }),
      ],
      'opaque/not-yet-valid': [
        'a token that is not yet valid',
        ({ now, ...fixture }) => known({ nbf: now + 600 })({ now, ...fixture }),
      ],
      'opaque/other-audience': [
        'a token for another API: the issuer says active, and names the other',
        known({ aud: 'https://other-api.test' }),
      ],
      'opaque/other-issuer': ['a token of another issuer', known({ iss: 'https://other.test' })],
    },
  ),
  ...family(
    {
      level: 'profile',
      needs: 'a-valid-token',
      refs: ['RFC 7662 section 2.2', 'RFC 9449 section 6.2'],
    },
    {
      'opaque/bound': [
        'a token that is bound to a key, and sent without a proof',
        known({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
      ],
    },
  ),
]

/** RFC 9701 section 8.1: what the issuer says of a token is no token. */
export const introspectionAnswer: BuildToken = ({ claims, signed }) =>
  signed({ token_introspection: { ...claims, active: true } }, { typ: 'token-introspection+jwt' })
