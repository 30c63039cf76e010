import type { AuthOptions } from 'tollgate/express'
import { authentik } from 'tollgate/issuers'

/** The audience is the client id of the provider, because that is what its tokens name. */
export const behindAuthentik = {
  issuer: authentik({ url: 'https://auth.acme.com', application: 'shop' }),
  audience: 'kGPN2rhtUO2PC3GAZOsnRmsGUjEdV4MMj7EO8vMu',
} satisfies AuthOptions
