import type { AuthOptions } from 'tollgate/express'
import { entraB2c } from 'tollgate/issuers'

/** One user flow. The audience is the client id of the API's app registration. */
export const behindEntraB2c = {
  issuer: entraB2c({
    tenant: '775527ff-9a37-4307-8b3d-cc311f58d925',
    policy: 'B2C_1_SignIn',
    domain: 'acme.b2clogin.com',
  }),
  audience: '90c0fe63-bcf2-44d5-8fb7-b8bbc0b29dc6',
} satisfies AuthOptions
