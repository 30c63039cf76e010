import type { AuthOptions } from 'tollgate/express'
import { fusionauth } from 'tollgate/issuers'

/** The audience is the application that people sign in to, and the entity that is this API. */
export const behindFusionAuth = {
  issuer: fusionauth({ url: 'https://auth.acme.com', issuer: 'acme.com' }),
  audience: ['e9fdb985-9173-4e01-9d73-ac2d60d1dc8e', '2f6d1bd9-0d57-4c9e-8b42-5e7a8c6d1f30'],
} satisfies AuthOptions
