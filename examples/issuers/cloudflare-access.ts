import type { AuthOptions } from 'tollgate/express'
import { cloudflareAccess } from 'tollgate/issuers'

/** The token that Access adds is not in Authorization. */
export const behindCloudflareAccess = {
  issuer: cloudflareAccess({
    team: 'acme',
    audience: '32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228',
  }),
  tokenHeader: 'Cf-Access-Jwt-Assertion',
} satisfies AuthOptions
