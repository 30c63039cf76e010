import type { UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
import { detailOf } from '../jwt/details.ts'
import { privateKeyAdvice } from './client.ts'
import type { Explain } from './refused.ts'
import { duration, quoted } from './wording.ts'

export const inactiveHint: Explain = ({ issuer }) =>
  `the issuer (${quoted(issuer?.issuer ?? '')}) says that the token is not active, or not active for this client: it has expired, was revoked, or is of another issuer. Have the client get a new one. If all tokens are refused so, let the client of the option 'introspection' ask about tokens of other clients`

/** Characters of a text that the library has made of its own words and of a document's. */
const longestError = 200

export const introspectionHint: Explain = ({ error, issuer }) => {
  const why = printable(detailOf(error, 'introspection'), longestError)
  const { retryAfter } = error as UnavailableError
  const fix =
    privateKeyAdvice(why, issuer?.introspection?.client) ??
    "check the endpoint, the option 'introspection' or 'client', and this API's network"
  return `the issuer (${quoted(issuer?.issuer ?? '')}) could not be asked about the token: ${why}. The answer is 503, and a request after ${duration(retryAfter)} asks again: ${fix}`
}
