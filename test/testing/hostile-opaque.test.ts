import express from 'express'
import { createAuth } from 'tollgate/express'
import { assertRejectsHostileTokens, createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const introspection = { clientId: 'api', clientSecret: 'secret-of-the-api' }

describe('hostile opaque tokens', () => {
  it('an app that asks the issuer refuses every hostile token, opaque or not', async () => {
    const issuer = createTestIssuer()
    const { requireAuth } = createAuth(
      issuer.trust({ issuer: { issuer: issuer.url, introspection } }),
    )
    const app = express()
    app.get('/', requireAuth(), (_, res) => void res.sendStatus(204))
    const { problems, ran } = await assertRejectsHostileTokens(app, { issuer, path: '/' })
    expect(problems).toEqual([])
    expect(ran).toBeGreaterThan(200)
    expect(issuer.requests.count('introspection')).toBeGreaterThanOrEqual(8)
  })

  it('an app that believes everything that is active is told of all that it lets in', async () => {
    const issuer = createTestIssuer()
    const app = express()
    app.get('/', async (req, res) => {
      const token = req.headers.authorization?.replace('Bearer ', '') ?? ''
      const answer = await issuer.fetch(`${issuer.url}/introspect`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('api:secret')}` },
        body: new URLSearchParams({ token }),
      })
      const { active } = (await answer.json()) as { active?: boolean }
      if (active === true) res.sendStatus(204)
      else res.status(401).set('www-authenticate', 'Bearer').end()
    })
    const only = hostileTokens(issuer)
      .map(({ id }) => id)
      .filter((id) => id.startsWith('opaque/'))
    const error = await assertRejectsHostileTokens(app, { issuer, path: '/', only }).then(
      () => expect.fail('nothing was found'),
      (thrown: Error) => thrown,
    )
    for (const id of only) {
      const isLetIn = /audience|issuer|bound/.test(id)
      expect(error.message.includes(id), id).toBe(isLetIn)
    }
  })

  it('every hostile opaque token has a name, and is of one of three levels', () => {
    const cases = hostileTokens(createTestIssuer()).filter(({ id }) => id.startsWith('opaque/'))
    expect(cases.map(({ id }) => id)).toEqual([
      'opaque/invented',
      'opaque/invented-dots',
      'opaque/revoked',
      'opaque/expired',
      'opaque/not-yet-valid',
      'opaque/other-audience',
      'opaque/other-issuer',
      'opaque/bound',
    ])
  })
})
