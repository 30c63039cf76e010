import express from 'express'
import supertest from 'supertest'
import type { AuthEvent } from 'tollgate'
import { assertAuth, createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/express'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const introspection = { clientId: 'api', clientSecret: 'secret-of-the-api' }

function createStage(options: object = {}) {
  const issuer = createTestIssuer({ expiresIn: 3600 })
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const { requireAuth, verifier } = createAuth({
    ...issuer.trust(),
    issuer: { issuer: issuer.url, introspection },
    onEvent: (event: AuthEvent) => void events.push(event),
    ...options,
  })
  const app = express()
  const ok = (_: unknown, res: express.Response): void => void res.sendStatus(204)
  app.get('/plain', requireAuth(), ok)
  app.get('/asked', requireAuth({ introspect: true }), ok)
  app.get('/both', requireAuth(), requireAuth({ introspect: true, scope: 'orders:read' }), ok)
  app.get('/twice', requireAuth({ introspect: true }), requireAuth({ introspect: true }), ok)
  app.get('/optional', requireAuth({ introspect: true, optional: true }), ok)
  const get = async (path: string, token?: string): Promise<string> => {
    events.length = 0
    const request = supertest(app).get(path)
    if (token !== undefined) request.set('authorization', `Bearer ${token}`)
    const { status } = await request
    const refused = events.find(({ type }) => type.endsWith('.refused'))
    return refused !== undefined && 'reason' in refused
      ? `${status} ${refused.reason}`
      : `${status}`
  }
  const calls = (): number => issuer.requests.count('introspection')
  return { issuer, get, calls, verifier, events }
}

describe('requireAuth({ introspect: true })', () => {
  it('asks the issuer about a JWT, once a minute, and refuses one that was taken back', async () => {
    const { issuer, get, calls } = createStage()
    const token = issuer.mint()
    expect(await get('/plain', token)).toBe('204')
    expect(calls()).toBe(0)
    expect(await get('/asked', token)).toBe('204')
    expect(await get('/asked', token)).toBe('204')
    expect(calls()).toBe(1)
    issuer.revoke(token)
    issuer.clock.advance(60)
    expect(await get('/asked', token)).toBe('401 inactive')
    expect(await get('/plain', token)).toBe('204')
    expect(await get('/asked', token)).toBe('401 inactive')
    expect(calls()).toBe(2)
  })

  it('is asked even where an earlier guard of the request has accepted the token, and then once', async () => {
    const { issuer, get, calls } = createStage()
    const token = issuer.mint({ scope: 'orders:read' })
    expect(await get('/both', token)).toBe('204')
    expect(calls()).toBe(1)
    const revoked = issuer.mint({ scope: 'orders:read' })
    issuer.revoke(revoked)
    expect(await get('/both', revoked)).toBe('401 inactive')
    expect(await get('/both', issuer.mint())).toBe('403 scope')
    expect(await get('/twice', issuer.mint())).toBe('204')
    expect(calls()).toBe(4)
  })

  it('asks about an opaque token no second time', async () => {
    const { issuer, get, calls } = createStage()
    expect(await get('/asked', issuer.opaque())).toBe('204')
    expect(calls()).toBe(1)
  })

  it('asks about no token that is refused already', async () => {
    const { issuer, get, calls } = createStage()
    expect(await get('/asked', issuer.bad.expired())).toBe('401 expired')
    expect(await get('/asked', issuer.bad.wrongKey())).toMatch(/^401/)
    expect(await get('/asked')).toBe('401 no-credentials')
    expect(await get('/optional')).toBe('204')
    expect(calls()).toBe(0)
  })

  it('is 503 where the issuer cannot be asked, and the token passes elsewhere', async () => {
    const { issuer, get } = createStage()
    issuer.fail('introspection', faults.status(500))
    const token = issuer.mint()
    expect(await get('/asked', token)).toBe('503 introspection')
    expect(await get('/plain', token)).toBe('204')
  })

  it('is 503 for a token of an issuer without introspection, and for an answer about another token', async () => {
    const other = createTestIssuer({ url: 'https://other.test' })
    const issuers = createTestIssuer({ expiresIn: 3600 })
    const issuer = [{ issuer: issuers.url, introspection }, other.url]
    const fetch = (url: string, init: never) =>
      (url.startsWith(other.url) ? other : issuers).fetch(url, init)
    const { get } = createStage({ issuer, fetch })
    expect(await get('/plain', other.mint())).toBe('204')
    expect(await get('/asked', other.mint())).toBe('503 introspection')

    const stage = createStage()
    for (const claims of [{ sub: 'bob' }, { iss: other.url }, { jti: 'x' }]) {
      const body = JSON.stringify({ active: true, ...claims })
      using _ = stage.issuer.fail('introspection', faults.body(body))
      expect(await stage.get('/asked', stage.issuer.mint())).toBe('503 introspection')
    }
    using _ = stage.issuer.fail('introspection', faults.body('{"active":true}'))
    expect(await stage.get('/asked', stage.issuer.mint())).toBe('204')
  })

  it('is refused at construction where nobody could be asked', () => {
    const { issuer, verifier } = createStage()
    const guard = (options: object): unknown =>
      createAuth(options as never).requireAuth({ introspect: true })
    expect(() => guard(issuer.trust())).toThrow(
      /'introspect' needs a listed issuer with the option/,
    )
    const resolver = { ...issuer.trust(), issuer: () => undefined }
    expect(() => guard(resolver)).toThrow(/'introspect' needs a listed issuer/)
    const wrapped = { ...verifier, verify: (token: string) => verifier.verify(token) }
    expect(() => guard({ verifier: wrapped })).toThrow(/needs a verifier whose verify\(\)/)
    expect(() => guard({ verifier })).not.toThrow()
  })

  it('fails closed where verify() was replaced after construction', async () => {
    const issuer = createTestIssuer()
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, introspection },
    })
    const { requireAuth } = createAuth({ verifier })
    const guard = requireAuth({ introspect: true })
    const { verify } = verifier
    verifier.verify = (token) => verify(token)
    const app = express()
    app.get('/', guard, (_, res) => void res.sendStatus(204))
    app.use(((error, _req, res, _next) => {
      res.status(500).send(String(error))
    }) as express.ErrorRequestHandler)
    const answer = await supertest(app).get('/').set(issuer.headers())
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('introspect')
  })

  it.each([['yes'], [1], [undefined], [null]])('%j is refused', (introspect) => {
    const { verifier } = createStage()
    const { requireAuth } = createAuth({ verifier })
    expect(() => requireAuth({ introspect } as never)).toThrow(/'introspect'/)
  })

  it('assertAuth does not know it: no Auth tells whether its token is still active', async () => {
    const { issuer, verifier } = createStage()
    const auth = await verifier.verify(issuer.mint())
    expect(() => assertAuth(auth, { introspect: true } as never)).toThrow(
      /unknown option 'introspect'/,
    )
  })
})
