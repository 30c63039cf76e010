import type { AuthOptions } from 'tollgate/express'
import { descope } from 'tollgate/issuers'

/** Tokens as Descope issues them at first: they name the project alone. */
export const behindDescope = {
  issuer: descope({ projectId: 'P2YuRTmSv8PdoasfasfWiLoBrZP9' }),
} satisfies AuthOptions

/** The project states a URL as issuer, and this API as audience. */
export const behindDescopeWithAudience = {
  issuer: descope({
    projectId: 'P2YuRTmSv8PdoasfasfWiLoBrZP9',
    issuer: 'https://api.descope.com/v1/apps/P2YuRTmSv8PdoasfasfWiLoBrZP9',
    audience: 'https://api.acme.com',
  }),
} satisfies AuthOptions
