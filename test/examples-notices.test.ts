import request from 'supertest'
import { createVerifier } from 'tollgate'
import type { SecurityEvent } from 'tollgate/revocation'
import { createMemoryStore } from 'tollgate/revocation'
import { createTestIssuer } from 'tollgate/testing'
import { expect, test } from 'vitest'
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
