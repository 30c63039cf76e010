import { saysNothing } from '../jwt/claims.ts'
import type { Claims } from '../jwt/jws.ts'
import { own } from '../own-members.ts'
import { isPlain } from './plain.ts'
import type { Explain, Refused } from './refused.ts'
import { kindOf, listed, quoted, textsIn } from './wording.ts'

export const audienceHint: Explain = ({ policy, claims = {}, issuer }) => {
  const expected = policy?.audience ?? []
  const aud = own(claims, 'aud')
  const allowed = `expected is ${listed(expected)}`
  const elsewhere = policy?.profile.audience ?? 'aud'
  if (elsewhere !== 'aud' && saysNothing(aud, policy?.profile.otherAudiences ?? [])) {
    const value = own(claims, elsewhere)
    const isText = typeof value === 'string' && value !== ''
    const found = isText ? 'has another value' : `is ${kindOf(value)}`
    return `the claim ${quoted(elsewhere)}, which names the audience where aud does not, ${found}, and ${allowed}: if this API is to accept such tokens, name its value in ${optionOf(issuer)}`
  }
  return `the token's aud is ${textsIn(aud)}, and ${allowed}: ${fixOf(aud, expected, claims, issuer)}`
}

/** Audiences of Keycloak's own services. */
const ofKeycloak = ['account', 'broker', 'realm-management']
/** Microsoft Graph, by its id and by its URI. */
const graph = /^(00000003-0000-0000-c000-000000000000|https:\/\/graph\.microsoft\.[a-z.]+\/?)$/

/** Where the audience is configured: what a preset states replaces the option of the verifier. */
function optionOf(issuer: Refused['issuer']): string {
  return issuer === undefined || isPlain(issuer)
    ? "the option 'audience'"
    : "the option 'audience', or the option of the preset that states it (cognito(): clients, clerk(): parties, authgear(): machines)"
}

function fixOf(
  aud: unknown,
  expected: readonly string[],
  claims: Claims,
  issuer: Refused['issuer'],
): string {
  const list: readonly unknown[] = Array.isArray(aud) ? aud : aud === undefined ? [] : [aud]
  if (list.length === 0) return nobody(claims, issuer)
  const names = list.filter((one) => typeof one === 'string')
  if (names.length < list.length) {
    return 'aud must be a string, or a list of strings (RFC 7519 section 4.1.3). Have the issuer correct it'
  }
  // Anybody can write a token whose aud has thousands of members.
  const few = names.slice(0, 20)
  const meant = (spell: (name: string) => readonly string[]): boolean =>
    few.some((name) => spell(name).some((other) => other !== name && expected.includes(other)))
  if (meant((name) => [`${name}/`, name.replace(/\/$/, '')])) {
    return "the two differ by a trailing slash. Write the option 'audience' as the token does"
  }
  if (meant((name) => [`api://${name}`, name.replace(/^api:\/\//, '')])) {
    return "Entra ID names an API by its id in v2.0 tokens, and by its URI (api://) in v1.0 tokens. Write the option 'audience' as the token does"
  }
  if (names.every((name) => ofKeycloak.includes(name))) {
    return "Keycloak names only its own services there. Add a mapper of type Audience to a scope of the client, for the name in the option 'audience'"
  }
  if (names.some((name) => graph.test(name))) {
    return 'this token is for Microsoft Graph. Have the client ask for a scope of this API (api://ID/.default)'
  }
  if (names.every((name) => name.endsWith('/userinfo'))) {
    return 'this token is for the issuer itself. Have the client ask for this API (Auth0: the parameter audience)'
  }
  if (names.every((name) => name === own(claims, 'iss'))) {
    return `this names the issuer itself, as refresh tokens do. Send the access token, and have the client ask for this API. If its access tokens name nothing else, add it to ${optionOf(issuer)}`
  }
  if (names.every((name) => clientClaims.some((claim) => own(claims, claim) === name))) {
    return "this names the client, as ID tokens do. Send the access token, and have the client ask for this API. If the issuer names nothing else, name the client in the option 'audience'"
  }
  return `have the client ask for a token for this API (parameter audience or resource, or a scope of the API). If this names the API, add it to ${optionOf(issuer)}`
}

const clientClaims = ['client_id', 'azp', 'cid', 'appid']

/** What to do where `aud` names nobody. */
function nobody(claims: Claims, issuer: Refused['issuer']): string {
  const ask =
    'have the client ask for this API, or the issuer name it in aud (Keycloak: a mapper of type Audience)'
  const instead = (['client_id', 'azp'] as const).find((name) => Object.hasOwn(claims, name))
  if (instead === undefined || (issuer !== undefined && !isPlain(issuer))) return ask
  const mark = Object.hasOwn(claims, 'token_use')
    ? "accessToken: { claim: 'token_use', is: 'access' }"
    : 'accessToken'
  return `${ask}. Where the issuer names only the client (Cognito, Clerk, WorkOS), use a profile with audience: '${instead}' and ${mark}, and name the client in the option 'audience'`
}
