import express, { type Express } from 'express'
import type { IssuerOptions, VerifierOptions } from 'tollgate'
import { createAuth } from 'tollgate/express'

/** Where your application keeps its tenants. */
export interface Tenants {
  /** The tenant whose issuer has exactly this name; undefined if there is none. */
  findByIssuer(iss: string): Promise<Tenant | undefined>
}

export interface Tenant {
  readonly id: string
  readonly issuer: string
  readonly audience: string
}

/** An API for many tenants, each with an issuer of its own. */
export function createApp(tenants: Tenants, options: Omit<VerifierOptions, 'issuer'>) {
  const { requireAuth, getAuth, verifier } = createAuth({
    ...options,
    // The `iss` is a claim that nobody has verified yet: it is looked up, and never made a URL of.
    async issuer(iss): Promise<IssuerOptions | undefined> {
      const tenant = await tenants.findByIssuer(iss)
      return tenant && { issuer: tenant.issuer, audience: tenant.audience }
    },
    maxIssuers: 20_000,
  })
  const app: Express = express()
  app.get('/:tenant/orders', requireAuth(), async (req, res) => {
    // A good token of one tenant is no key to the data of another.
    const tenant = await tenants.findByIssuer(getAuth(req).issuer)
    if (tenant?.id !== req.params.tenant) return void res.sendStatus(404)
    res.json({ ordersOf: tenant.id })
  })
  // Called where a tenant is removed, or its issuer is set up anew.
  const onTenantChanged = (tenant: Tenant): void => verifier.forget(tenant.issuer)
  return { app, onTenantChanged }
}
