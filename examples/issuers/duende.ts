import type { AuthOptions } from 'tollgate/express'
import { duende } from 'tollgate/issuers'

/** The audience is the name of the ApiResource. */
export const behindDuende = {
  issuer: duende({ url: 'https://login.acme.com' }),
  audience: 'orders',
} satisfies AuthOptions
