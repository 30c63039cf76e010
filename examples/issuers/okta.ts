import type { AuthOptions } from 'tollgate/express'
import { okta } from 'tollgate/issuers'

/** The authorization server `default`, with the audience that Okta gives it. */
export const behindOkta = {
  issuer: okta({ domain: 'acme.okta.com' }),
  audience: 'api://default',
} satisfies AuthOptions

/** Another authorization server, by its id. */
export const behindOktaServer = {
  issuer: okta({ domain: 'login.acme.com', server: 'aus1a2b3c4d5e6f7g8h9' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions
