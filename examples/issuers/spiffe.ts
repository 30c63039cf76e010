import type { AuthOptions } from 'tollgate/express'
import { spiffe } from 'tollgate/issuers'

/** JWT-SVIDs of one trust domain. The audience is what workloads ask their SVID for. */
export const behindSpiffe = {
  issuer: spiffe({
    trustDomain: 'acme.com',
    bundle: 'https://bundles.acme.com/acme.com',
  }),
  audience: 'spiffe://acme.com/shop/orders',
} satisfies AuthOptions

/** The same, of a SPIRE server that states an issuer in its SVIDs (`jwt_issuer`). */
export const behindSpireWithIssuer = {
  issuer: spiffe({
    trustDomain: 'acme.com',
    bundle: 'https://bundles.acme.com/acme.com',
    issuer: 'https://oidc.acme.com',
  }),
  audience: 'spiffe://acme.com/shop/orders',
} satisfies AuthOptions
