import type { Reason, UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
import { detailOf } from '../jwt/details.ts'
import type { Explain } from './refused.ts'
import { duration, quoted } from './wording.ts'

/** Characters of a text that the library has made of its own words and of a document's. */
const longestError = 200

/** Why an issuer says nothing of a user. */
export const userinfoHints: Partial<Record<Reason, Explain>> = {
  inactive: ({ issuer }) =>
    `the userinfo endpoint of the issuer (${quoted(issuer?.issuer ?? '')}) answers 401 to the token: it was revoked, or is not for that endpoint. Have the client get a new one; if all are refused so, have it ask for the scope openid, or for a token that is for the issuer as well (Entra ID: userinfo takes tokens for Microsoft Graph alone)`,

  scope: ({ issuer }) =>
    `the userinfo endpoint of the issuer (${quoted(issuer?.issuer ?? '')}) demands a scope that the token lacks: have the client ask for the scope openid, and for profile and email where their claims are needed`,

  userinfo({ error, issuer }) {
    const why = printable(detailOf(error, 'userinfo'), longestError)
    const { retryAfter } = error as UnavailableError
    return `the issuer (${quoted(issuer?.issuer ?? '')}) could not be asked who the user is: ${why}. A call after ${duration(retryAfter)} asks again: check userinfo_endpoint in its metadata, and this API's network and proxy`
  },
}
