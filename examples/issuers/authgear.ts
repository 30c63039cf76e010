import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'
import { authgear, authgearUser } from 'tollgate/issuers'

/** People of one application, and machines. */
export const behindAuthgear = {
  issuer: authgear({
    endpoint: 'https://my-project.authgear.cloud',
    users: { clientIds: ['497d841ea22f33d3'] },
    machines: { resource: 'https://myapi.com/api' },
    permissions: {
      store_manager: ['read:orders', 'write:orders'],
      salesperson: ['read:orders'],
    },
  }),
} satisfies AuthOptions

/** People of every application of the project, and no machines. */
export const behindAuthgearForPeople = {
  issuer: authgear({ endpoint: 'https://my-project.authgear.cloud' }),
} satisfies AuthOptions

/** An API in the cluster of an Authgear that you host: keys are fetched inside of it. */
export const behindAuthgearInCluster = {
  issuer: authgear({
    endpoint: 'https://auth.acme.com',
    internalEndpoint: { url: 'http://authgear-main:3000' },
  }),
  allowInsecureHosts: ['authgear-main'],
} satisfies AuthOptions

export function createApp(options: AuthOptions = behindAuthgear): Express {
  const { requireAuth } = createAuth(options)
  const app = express()

  // People may do it by their role, machines by their scope.
  app.get('/orders', requireAuth({ permission: 'read:orders' }), (_, res) => {
    res.json({ orders: [] })
  })

  // People alone, and only those with a verified e-mail address or phone number.
  const verified = requireAuth({ check: (auth) => authgearUser(auth)?.isVerified === true })
  app.get('/account', verified, (req, res) => {
    res.json({ of: getAuth(req).subject })
  })

  return app
}
