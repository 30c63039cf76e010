import type { AuthOptions } from 'tollgate/express'
import { clerk } from 'tollgate/issuers'

/** Session tokens as Clerk makes them, from one web application. */
export const behindClerk = {
  issuer: clerk({ issuer: 'https://clerk.acme.com', parties: 'https://app.acme.com' }),
} satisfies AuthOptions

/** Session tokens that were given a claim `aud`, for native applications too. */
export const behindClerkWithAudience = {
  issuer: clerk({
    issuer: 'https://clerk.acme.com',
    parties: ['https://app.acme.com', 'https://admin.acme.com'],
    audience: 'https://api.acme.com',
  }),
} satisfies AuthOptions
