import type { Reason, UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
import { detailOf } from '../jwt/details.ts'
import { privateKeyAdvice } from './client.ts'
import type { Explain } from './refused.ts'
import { duration, quoted } from './wording.ts'

/** Characters of a text that the library has made of its own words and of a document's. */
const longestError = 200

/** Why an issuer gives no token in exchange for the one of a caller. */
export const exchangeHints: Partial<Record<Reason, Explain>> = {
  inactive({ error, issuer }) {
    const from = `the issuer (${quoted(issuer?.issuer ?? '')})`
    // RFC 8693 section 2.2.2: this code means either.
    if (detailOf(error, 'inactive') === 'invalid_request') {
      return `${from} answers invalid_request to the exchange: either the caller's token is not good for it (expired, revoked, or none that this API may exchange). Have the client get a new one. Or the request is wrong, if all are refused so: have the issuer let the option 'client' exchange tokens, and check audience, scope and resource`
    }
    return `${from} does not take the caller's token in exchange: it has expired, was revoked, or is none that this API may exchange. Have the client get a new one. If all are refused so, have the issuer let the option 'client' exchange tokens`
  },

  exchange({ error, issuer }) {
    const why = printable(detailOf(error, 'exchange'), longestError)
    const { retryAfter } = error as UnavailableError
    const fix =
      privateKeyAdvice(why, issuer?.client) ??
      "check the option 'client', what the issuer lets it exchange tokens for (audience, scope, resource), and this API's network"
    return `the issuer (${quoted(issuer?.issuer ?? '')}) gave no token in exchange for the caller's: ${why}. The next call after ${duration(retryAfter)} asks again: ${fix}`
  },
}
