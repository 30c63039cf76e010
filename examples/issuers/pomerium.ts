import type { AuthOptions } from 'tollgate/express'
import { pomerium } from 'tollgate/issuers'

/** The assertion that the proxy adds is not in Authorization. */
export const behindPomerium = {
  issuer: pomerium({ host: 'orders.acme.com' }),
  tokenHeader: 'X-Pomerium-Jwt-Assertion',
} satisfies AuthOptions
