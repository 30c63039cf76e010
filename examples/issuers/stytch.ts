import type { AuthOptions } from 'tollgate/express'
import { stytch } from 'tollgate/issuers'

/** Tokens that name the project in `iss`. */
export const behindStytch = {
  issuer: stytch({ projectId: 'project-live-8aed2e54-0266-4793-9b5e-0cc9c56064da' }),
} satisfies AuthOptions

/** Tokens that name the domain of the project in `iss`. */
export const behindStytchDomain = {
  issuer: stytch({
    domain: 'login.acme.com',
    projectId: 'project-live-8aed2e54-0266-4793-9b5e-0cc9c56064da',
  }),
} satisfies AuthOptions
