import type { AuthOptions } from 'tollgate/express'
import { xsuaa } from 'tollgate/issuers'

/** `url` and the audience are `url` and `xsappname` of the service binding. */
export const behindXsuaa = {
  issuer: xsuaa({ url: 'https://acme.authentication.eu10.hana.ondemand.com' }),
  audience: 'shop!t53187',
} satisfies AuthOptions
