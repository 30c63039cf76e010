import express, { type Express } from 'express'
import type { Auth } from 'tollgate'
import { type AuthOptions, createAuth } from 'tollgate/express'
import { auth0, keycloak } from 'tollgate/issuers'

/** The new issuer beside the old one, each with its own audience. */
export const behindBoth = {
  issuer: [
    keycloak({ url: 'https://id.acme.com', realm: 'shop', audience: 'https://api.acme.com' }),
    { ...auth0({ domain: 'acme.eu.auth0.com' }), audience: 'https://api.acme.com' },
  ],
} satisfies AuthOptions

/** An API whose users have an id of their own, whichever issuer they come from. */
export function createApp(options: AuthOptions, users: ReadonlyMap<string, string>): Express {
  const { requireAuth, getAuth } = createAuth(options)
  const app = express()
  app.get('/me', requireAuth(), (req, res) => {
    const user = users.get(principal(getAuth(req)))
    if (user === undefined) return void res.status(403).json({ error: 'unknown user' })
    res.json({ user })
  })
  return app
}

/** A subject is unique within its issuer alone: two issuers may give one subject to two people. */
export function principal({ issuer, subject }: Auth<object>): string {
  return JSON.stringify([issuer, subject])
}
