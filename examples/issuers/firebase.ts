import type { AuthOptions } from 'tollgate/express'
import { firebase } from 'tollgate/issuers'

/** The audience is the project. */
export const behindFirebase = {
  issuer: firebase({ projectId: 'acme-shop', acceptIdTokens: true }),
} satisfies AuthOptions
