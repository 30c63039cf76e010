import type { AuthOptions } from 'tollgate/express'
import { salesforce } from 'tollgate/issuers'

/** Tokens in the form of a JWT. Most of them name the organisation itself as their audience. */
export const behindSalesforce = {
  issuer: salesforce({ domain: 'acme.my.salesforce.com' }),
  audience: 'https://acme.my.salesforce.com',
} satisfies AuthOptions
