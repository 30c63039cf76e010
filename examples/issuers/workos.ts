import type { AuthOptions } from 'tollgate/express'
import { workos } from 'tollgate/issuers'

/** Access tokens as AuthKit makes them. */
export const behindWorkos = {
  issuer: workos({ clientId: 'client_01HXYZ4K5M6N7P8Q9R0S1T2V3W' }),
} satisfies AuthOptions

/** Access tokens that a JWT template has named this API in, with a custom domain. */
export const behindWorkosWithAudience = {
  issuer: workos({
    clientId: 'client_01HXYZ4K5M6N7P8Q9R0S1T2V3W',
    audience: 'https://api.acme.com',
    domain: 'auth.acme.com',
  }),
} satisfies AuthOptions
