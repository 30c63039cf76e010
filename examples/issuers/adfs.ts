import type { AuthOptions } from 'tollgate/express'
import { adfs } from 'tollgate/issuers'

/** The audience is the identifier of the Web API in its application group. */
export const behindAdfs = {
  issuer: adfs({ host: 'fs.acme.com' }),
  audience: 'microsoft:identityserver:97fec0e9-d322-4922-83e6-4b8208415ddf',
} satisfies AuthOptions
