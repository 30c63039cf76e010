import { once } from 'node:events'
import type { Server } from 'node:http'
import request from 'supertest'
import type { VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { RevocationStore, SecurityEvent } from 'tollgate/revocation'
import { createMemoryStore } from 'tollgate/revocation'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createApp as createFastifyApp } from '../examples/recipes/notices-fastify.ts'
import { createApp as createKoaApp } from '../examples/recipes/notices-koa.ts'
import { createApp as createLogoutApp } from '../examples/revocation/backchannel-logout.ts'
import { createApp as createEventsApp } from '../examples/revocation/security-events.ts'
import { createStatusVerifier } from '../examples/revocation/status-list.ts'

test('examples/revocation/backchannel-logout.ts: the tokens of a session end with it', async () => {
  const issuer = createTestIssuer()
  const app = createLogoutApp(issuer.trust(), createMemoryStore({ now: issuer.now }))
  const bearer = issuer.as({ sub: 'alice', sid: 'session-1' })
  await request(app).get('/me').use(bearer).expect(200, { id: 'alice' })
  const logout_token = issuer.logoutToken({ sub: 'alice', aud: 'web' })
  await request(app).post('/backchannel-logout').type('form').send({ logout_token }).expect(200)
  await request(app).get('/me').use(bearer).expect(401)
  await request(app)
    .get('/me')
    .use(issuer.as({ sid: 'session-2' }))
    .expect(200)
})

test('examples/revocation/security-events.ts: an event revokes, and another one is handed on', async () => {
  const issuer = createTestIssuer()
  const store = createMemoryStore({ now: issuer.now })
  const verifier = createVerifier({ ...issuer.trust(), revocation: store })
  const handled: string[] = []
  const app = createEventsApp(verifier, store, async ({ type }: SecurityEvent) => {
    handled.push(type)
  })
  const token = issuer.mint({ sub: 'alice' })
  const push = async (claims: object): Promise<number> => {
    const aud = 'https://api.example.com/events'
    const response = await app.request('/events', {
      method: 'POST',
      body: issuer.securityEvent({ aud, ...claims }),
      headers: {
        'content-type': 'application/secevent+jwt',
        authorization: 'Bearer the-value-that-was-agreed-on',
      },
    })
    return response.status
  }
  await verifier.verify(token)
  expect(await push({ sub_id: { format: 'iss_sub', iss: issuer.url, sub: 'alice' } })).toBe(202)
  await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'revoked' })
  expect(await push({ events: { 'urn:example:device': {} } })).toBe(202)
  expect(handled).toHaveLength(2)
  expect((await app.request('/events', { method: 'POST', body: 'x' })).status).toBe(400)
})

/** Listens, and stops at the end of the test. */
async function listening(app: ReturnType<typeof createKoaApp>): Promise<Server> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

describe.each([
  [
    'koa',
    async (options: VerifierOptions, store: RevocationStore) =>
      listening(createKoaApp(options, store)),
  ],
  [
    'fastify',
    async (options: VerifierOptions, store: RevocationStore) => {
      const app = createFastifyApp(options, store)
      onTestFinished(() => app.close())
      await app.ready()
      return app.server
    },
  ],
])('examples/recipes/notices-%s.ts', (_, start) => {
  async function stage() {
    const issuer = createTestIssuer()
    const server = await start(issuer.trust(), createMemoryStore({ now: issuer.now }))
    const bearer = issuer.as({ sub: 'alice', sid: 'session-1' })
    const me = () => request(server).get('/me').use(bearer)
    await me().expect(200, { id: 'alice' })
    return { issuer, server, me }
  }

  test('a logout ends the tokens of the session', async () => {
    const { issuer, server, me } = await stage()
    const logout = () => request(server).post('/backchannel-logout').type('form')
    await logout()
      .send({ logout_token: issuer.mint() })
      .expect(400, /invalid_request/)
    await me().expect(200)
    const logout_token = issuer.logoutToken({ sub: 'alice', aud: 'web' })
    await logout().send({ logout_token }).expect(200, '')
    await me().expect(401)
  })

  test('an event ends the tokens of the person', async () => {
    const { issuer, server, me } = await stage()
    const push = (type: string) => request(server).post('/events').type(type)
    const aud = 'https://api.example.com/events'
    const sub_id = { format: 'iss_sub', iss: issuer.url, sub: 'alice' }
    const token = issuer.securityEvent({ aud, sub_id })
    await push('text/plain')
      .send(token)
      .expect(400, /invalid_request/)
    await me().expect(200)
    await push('application/secevent+jwt').send(token).expect(202, '')
    await me().expect(401)
  })

  test('what is too long, empty or no POST is refused', async () => {
    const { server, me } = await stage()
    const logout = () => request(server).post('/backchannel-logout').type('form')
    await logout()
      .send(`logout_token=${'a'.repeat(70_000)}`)
      .expect(413)
    await logout().expect(400)
    const { status } = await request(server).get('/backchannel-logout')
    expect([404, 405]).toContain(status)
    await me().expect(200)
  })
})

test('examples/revocation/status-list.ts: a list at another origin is asked, and must be signed by the issuer', async () => {
  const issuer = createTestIssuer({
    url: 'https://login.example.com',
    audience: 'https://api.example.com',
  })
  const list = issuer.statusList()
  const uri = 'https://status.example.com/lists/1'
  list.replace({ sub: uri })
  list.revoke(1)
  const verifier = createStatusVerifier({
    now: issuer.now,
    fetch: (url, init) => issuer.fetch(url === uri ? list.uri : url, init),
  })
  const mint = (idx: number): string => issuer.mint({ status: { status_list: { idx, uri } } })
  await verifier.verify(mint(0))
  await expect(verifier.verify(mint(1))).rejects.toMatchObject({ status: 401, reason: 'revoked' })
  await expect(verifier.verify(issuer.mint(list.claim()))).rejects.toMatchObject({
    reason: 'status',
  })
})
