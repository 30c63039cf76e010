import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { githubActions } from 'tollgate/issuers'

/** The audience is one that jobs ask for, and that no other API has. */
export const behindGithubActions = {
  issuer: githubActions(),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/** The same for an enterprise whose tokens have its slug in `iss`. */
export const behindGithubActionsOfEnterprise = {
  issuer: githubActions({ enterprise: 'acme' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

export function createApp(options: AuthOptions = behindGithubActions): Express {
  const { requireAuth } = createAuth(options)
  const app = express()

  // Every repository on GitHub can get a good token: name those that may call.
  const deploys = requireAuth({ claims: { repository_id: '74', ref: 'refs/heads/main' } })
  app.post('/deployments', deploys, (_, res) => {
    res.json({ deployed: true })
  })

  return app
}
