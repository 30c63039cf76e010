import type { Reason } from '../errors.ts'
import type { WrongClaim, WrongKind } from '../jwt/details.ts'
import { detailOf } from '../jwt/details.ts'
import { own } from '../own-members.ts'
import { wrongClaimHint } from './claims.ts'
import type { Explain } from './refused.ts'
import { kindOf, listed, quoted, textsIn } from './wording.ts'

const send = 'give verifyIdToken() the ID token, and verify() the access token'

/** Where an ID token that is refused needs other words than an access token. */
export const idTokenHints: Partial<Record<Reason, Explain>> = {
  opaque: () =>
    `the ID token is no JWT: its first part is no JSON object, and every ID token is a JWT (OIDC Core section 2). If this is the access token or the authorization code, ${send}`,

  encrypted: () =>
    "the ID token is encrypted (JWE, five parts): expected is a signed JWT (three parts). Turn the encryption of this client's ID tokens off at the issuer (id_token_encrypted_response_alg)",

  'token-type': ({ error, header }) => {
    const shown = detailOf(error, 'token-type') as WrongKind | undefined
    return shown === undefined
      ? `the header's typ is ${textsIn(header?.typ)}, and expected is 'JWT' or none: this is another kind of token, such as an access token or a logout token. To see who has signed in, ${send}`
      : `the claim ${quoted(shown.claim)} says that this is another kind of token, e.g. an access, refresh or logout token: ${send}`
  },

  audience({ policy, claims = {} }) {
    const aud = own(claims, 'aud')
    const expected = policy?.audience ?? []
    const named = [aud].flat().includes(expected[0])
    if (!named) {
      return `the ID token's aud is ${textsIn(aud)}, and expected is ${listed(expected)} (clientId): it was issued to another client. If that client is yours, name it as clientId`
    }
    const azp = own(claims, 'azp')
    const found = azp === undefined ? kindOf(azp) : 'another value'
    return `the ID token's aud is ${textsIn(aud)}, and its azp, which names the client that it was issued to, is ${found}: expected is ${listed(expected)} (clientId). Another client has got this token`
  },

  claims({ error, claims = {} }) {
    const detail = detailOf(error, 'claims') as WrongClaim
    return wrongClaimHint(
      detail,
      claims,
      ([name]) => fixes[name ?? ''] ?? 'have the issuer correct it',
    )
  },

  nonce({ claims = {} }) {
    const found = Object.hasOwn(claims, 'nonce') ? 'has another value' : 'is missing'
    return `the claim 'nonce' ${found}, and expected is the one given in the option 'nonce': this ID token belongs to another sign-in. Send a new random nonce with each authentication request, and keep it in the session of that browser`
  },
}

const fixes: Readonly<Record<string, string>> = {
  at_hash:
    "the two tokens are not of one answer, or the issuer states no at_hash. Give the access token that came with this ID token, or leave out 'accessToken'",
  auth_time:
    'send the user to sign in again, with max_age in the authentication request, so that the issuer states the time',
}
