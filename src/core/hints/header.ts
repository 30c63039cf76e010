import { isAlgorithm, isHmac } from '../algorithms.ts'
import type { WrongKind } from '../jwt/details.ts'
import { detailOf } from '../jwt/details.ts'
import { profiles } from '../jwt/profile.ts'
import type { HeaderPolicy } from '../jwt/token-policy.ts'
import { mediaType } from '../jwt/token-policy.ts'
import { isPlain } from './plain.ts'
import type { Explain, Refused } from './refused.ts'
import { listed, quoted, textsIn } from './wording.ts'

/** What the header was measured by. */
function policyOf({ policy, issuers }: Refused): HeaderPolicy {
  return policy ?? issuers.headerPolicy
}

export const algorithmHint: Explain = (refused) => {
  const alg = refused.header?.alg
  const { algorithms } = policyOf(refused)
  return `the token's alg is ${textsIn(alg)}, and allowed is ${listed(algorithms)}: ${algorithmFix(alg, algorithms)}`
}

function algorithmFix(alg: unknown, allowed: readonly string[]): string {
  if (typeof alg !== 'string')
    return 'every JWT states it as a string (RFC 7515 section 4.1.1). Have the issuer correct it'
  if (/^none$/i.test(alg)) return 'the token is not signed. Have the issuer sign it'
  if (/^HS/i.test(alg)) {
    return allowed.some(isHmac)
      ? "if the issuer signs so, name it in the option 'algorithms', and give it a 'secret' that is long enough"
      : "it is signed with a shared secret. Have the issuer sign with a key pair (RS256 or ES256); Auth0 and Supabase have a setting for it. If it cannot, give its options the 'secret' that it shares with this API"
  }
  if (allowed.every(isHmac)) {
    return "this issuer has the option 'secret', which is for HS256, HS384 and HS512 alone. If it signs with a key pair, leave 'secret' out"
  }
  return isAlgorithm(alg)
    ? "if the issuer signs so, name it in the option 'algorithms'"
    : 'this algorithm is not supported. Have the issuer sign with RS256 or ES256'
}

export const criticalHeaderHint: Explain = ({ header }) => {
  const name = header !== undefined && Object.hasOwn(header, 'crit') ? 'crit' : 'b64'
  return `the token's header has ${name}, which demands an extension of JWS (RFC 7515 section 4.1.11), and none is supported: have the issuer leave it out`
}

export const tokenTypeHint: Explain = (refused) => {
  const shown = detailOf(refused.error, 'token-type') as WrongKind | undefined
  return shown === undefined ? headerTypeHint(refused) : kindHint(shown, refused)
}

function headerTypeHint(refused: Refused): string {
  const { header, issuers } = refused
  const typ = header?.typ
  const { types = [], untyped = false } = policyOf(refused).profile ?? {}
  const expected = listed([...new Set(types)])
  const found = `the header's typ is ${textsIn(typ)}, and expected is ${expected}${untyped ? ' or none' : ''}`
  const type = mediaType(typ)
  if (type === 'okta-internal-at+jwt') {
    return `${found}: tokens of Okta's org authorization server are for Okta alone. Use a custom authorization server`
  }
  if (otherTypes.test(type ?? '')) {
    return `${found}: this is another kind of token. Send the access token`
  }
  const usual = type === undefined || profiles.jwt.types.includes(type)
  if (usual && !untyped) {
    const send = `${found}: send the access token, not the ID token`
    // A preset, or whoever wrote a profile, knows the issuer's tokens. `profile: 'jwt'` would only weaken that.
    if (issuers.listed.length > 0 && !issuers.listed.some(isPlain)) return send
    return `${send}. If it is the access token (Auth0's default, Entra ID, Keycloak, Okta, Cognito), set profile: 'jwt'`
  }
  return `${found}: send the access token. If it is the access token, name its typ in types of a profile`
}

/** Registered types of tokens that are no access tokens. */
const otherTypes =
  /^(logout|secevent|dpop|kb|vp|token-introspection|client-authentication|oauth-authz-req|statuslist)\+jwt$/

function kindHint({ claim, shows }: WrongKind, { issuer }: Refused): string {
  const name = `the claim ${quoted(claim)}`
  switch (shows) {
    case 'another kind':
      return `${name} says that this is another kind of token, e.g. an ID, refresh or logout token: send the access token`
    case 'no mark':
      return `${name}, by which the issuer's profile tells access tokens (accessToken), is missing or has another value: send the access token, or correct the profile`
    case 'no kind': {
      const marks = new Set(issuer?.kinds?.map(({ when }) => when.claim))
      return `the token has none of the marks by which the option 'kinds' tells the tokens of this issuer apart (in ${listed([...marks])}): send the access token. If it is the access token, have the issuer put in a mark (Entra ID: give the machine an app role), name its value (Authgear: users.clientIds), or add its kind`
    }
    case 'a sign':
      return `${name} often marks ID tokens, and nothing says that this is an access token: expected is typ 'at+jwt', or a claim such as token_use. Send the access token. If this is one, state in a profile what marks it: accessToken: { claim: 'scp' }`
    case 'a refused mark':
      return `${name} marks a kind of token that the profile refuses (refused): send the access token, or correct the profile`
  }
}
