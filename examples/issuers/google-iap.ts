import type { AuthOptions } from 'tollgate/express'
import { googleIap } from 'tollgate/issuers'

/** The assertion that the proxy adds is not in Authorization. */
export const behindGoogleIap = {
  issuer: googleIap({ audience: '/projects/123456789/global/backendServices/987654321' }),
  tokenHeader: 'X-Goog-IAP-JWT-Assertion',
} satisfies AuthOptions
