import { detailOf } from '../jwt/details.ts'
import type { Explain } from './refused.ts'

export const tooLargeHint: Explain = ({ error }) => {
  const { part, length, limit } = detailOf(error, 'too-large')
  const what = part === 'header' ? 'the first part of the token, its header,' : 'the token'
  const fix =
    part === 'header'
      ? 'have the issuer leave out what it writes into the header, such as x5c or jwk'
      : 'have the issuer put fewer groups, roles or other claims into it'
  return `${what} has ${length} characters, and at most ${limit} are accepted: ${fix}`
}

export const malformedHint: Explain = ({ error }) =>
  `this is no JWT as RFC 7515 section 7.1 writes it: ${detailOf(error, 'malformed')}`

export const opaqueHint: Explain = ({ error, issuers: { listed } }) => {
  const meant = detailOf(error, 'opaque')
  if (meant === 'no value') {
    return 'what was sent as the token is only the word that JavaScript writes for a value that is not there: the client calls before it has a token, or reads it from the wrong place'
  }
  if (meant !== undefined)
    return `this is no JWT, but perhaps nearly one: ${meant.nearly}. Give verify() the token alone`
  if (listed.some(({ introspection }) => introspection !== undefined)) {
    return "the token is opaque, and it does not begin with what any issuer states in the option 'introspection.prefix': so none was asked about it. Have the client send a token of these issuers, or correct the prefix"
  }
  return 'the token is opaque: its first part is no JSON object, as that of a JWT is. If it is a refresh token, send the access token. Otherwise set the issuer option introspection, or have the issuer give this client JWT access tokens (Auth0: the client asks with an audience; Authgear: "Issue JWT as access token"; Ory Hydra: strategies.access_token: jwt). Google\'s access tokens (ya29.) are for Google alone'
}
