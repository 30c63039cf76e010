import type { AuthOptions } from 'tollgate/express'
import { casdoor } from 'tollgate/issuers'

/** The audience is the client id of the application, because that is what its tokens name. */
export const behindCasdoor = {
  issuer: casdoor({ url: 'https://login.acme.com' }),
  audience: '0ba528121ea87b3eb54d',
} satisfies AuthOptions
