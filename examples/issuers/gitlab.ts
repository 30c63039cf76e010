import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import { gitlab } from 'tollgate/issuers'

/** The audience is the `aud` that jobs ask for, and that no other API has. */
export const behindGitlab = {
  issuer: gitlab(),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/** The same with a GitLab of your own. */
export const behindGitlabOfYourOwn = {
  issuer: gitlab({ url: 'https://gitlab.acme.com' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

export function createApp(options: AuthOptions = behindGitlab): Express {
  const { requireAuth } = createAuth(options)
  const app = express()

  // Every project on gitlab.com can get a good token: name those that may call.
  const deploys = requireAuth({ claims: { project_id: '22', ref_protected: 'true' } })
  app.post('/deployments', deploys, (_, res) => {
    res.json({ deployed: true })
  })

  return app
}
