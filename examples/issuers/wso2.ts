import type { AuthOptions } from 'tollgate/express'
import { wso2 } from 'tollgate/issuers'

/** WSO2 Identity Server. The audience is the client id of the application. */
export const behindWso2 = {
  issuer: wso2({ url: 'https://is.acme.com' }),
  audience: 'jVcW4oLn1Jjb2T94H4gtPV9z5Y0a',
} satisfies AuthOptions

/** An organization of Asgardeo, which adds this API to the audience. */
export const behindAsgardeo = {
  issuer: wso2({ url: 'https://api.asgardeo.io/t/acme' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions
