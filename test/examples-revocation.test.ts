import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import supertest from 'supertest'
import { createMemoryStore } from 'tollgate/revocation'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApp } from '../examples/revocation/api.ts'
import { closesAccounts } from '../examples/revocation/own-list.ts'
import { createFeed } from '../examples/sse.ts'
import { createScriptedRedis } from './revocation/scripted-redis.ts'

let undo: (() => unknown)[] = []
beforeEach(() => {
  undo = []
})
afterEach(async () => {
  for (const step of undo.reverse()) await step()
})

async function listen(app: RequestListener): Promise<number> {
  const server = createServer(app).listen(0, '127.0.0.1')
  undo.push(() => new Promise((resolve) => server.closeAllConnections() ?? server.close(resolve)))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

describe('examples/sse.ts', () => {
  async function openStage(trust: object = {}) {
    const issuer = createTestIssuer()
    const store = createMemoryStore()
    const source = { signals: [] as AbortSignal[], send: (_: string): void => {} }
    const feed = createFeed(
      issuer.trust({ revocation: store, ...trust }),
      (subject, signal, send) => {
        source.signals.push(signal)
        source.send = send
        send(`hello ${subject}`)
      },
    )
    const port = await listen(feed)

    /** Opens the stream of events, and gives what has come of it, and the whole when it has ended. */
    async function open(token: string) {
      const headers = { authorization: `Bearer ${token}` }
      const asked = request({ port, host: '127.0.0.1', headers }).end()
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      const ended = once(response, 'end')
      // Where the test is over, the stream breaks off.
      ended.catch(() => {})
      return { status: response.statusCode, text: () => text, ended, drop: () => asked.destroy() }
    }
    const mint = (claims: object = {}) =>
      issuer.mint({ sub: 'alice', scope: 'feed:read', ...claims })
    return { issuer, store, source, open, mint }
  }

  it('examples/sse.ts sends events until the token is revoked, and then says so and ends', async () => {
    const { issuer, store, source, open, mint } = await openStage()
    const [stream, other] = [await open(mint()), await open(mint({ sub: 'bob' }))]
    source.send('again')
    await expect.poll(other.text).toBe('data: hello bob\n\ndata: again\n\n')
    expect(stream.text()).toBe('data: hello alice\n\n')
    await store.revoke({ issuer: issuer.url, subject: 'alice', until: Date.now() / 1000 + 300 })
    await stream.ended
    expect(stream.text()).toBe('data: hello alice\n\nevent: end\ndata: revoked\n\n')
    await expect.poll(() => source.signals.map(({ aborted }) => aborted)).toEqual([true, false])
    // The same token opens no other one.
    expect((await open(mint())).status).toBe(401)
  })

  it('examples/sse.ts ends the stream when the token expires', async () => {
    const { open, mint } = await openStage()
    const stream = await open(mint({ exp: Date.now() / 1000 + 0.5 }))
    expect(stream.status).toBe(200)
    await stream.ended
    expect(stream.text()).toBe('data: hello alice\n\nevent: end\ndata: expired\n\n')
  })

  it('examples/sse.ts ends at once where the token has already expired, and clockTolerance lets it pass', async () => {
    const { source, open, mint } = await openStage()
    const stream = await open(mint({ exp: Date.now() / 1000 - 2 }))
    await stream.ended
    expect([stream.text(), source.signals]).toEqual(['event: end\ndata: expired\n\n', []])
  })

  it('examples/sse.ts stops when the client goes away', async () => {
    const { source, open, mint } = await openStage()
    const stream = await open(mint())
    stream.drop()
    await expect.poll(() => source.signals[0]?.aborted).toBe(true)
  })

  it('examples/sse.ts refuses a caller without the scope', async () => {
    const { open, mint } = await openStage()
    expect((await open(mint({ scope: '' }))).status).toBe(403)
  })
})

describe('examples/revocation/', () => {
  it('examples/revocation/api.ts takes back one token, or all of a person, and is 503 before initialize()', async () => {
    const issuer = createTestIssuer()
    const redis = createScriptedRedis()
    const app = createApp(issuer.trust(), redis)
    const bearer = (claims: object) => ({ authorization: `Bearer ${issuer.mint({ ...claims })}` })
    const [one, other] = [bearer({ sub: 'alice' }), bearer({ sub: 'alice' })]
    const me = (headers: object) =>
      supertest(app)
        .get('/me')
        .set({ ...headers })
    await me(one).expect(503).expect('Retry-After', '1')
    redis.values.set('tollgate:{revocation}:initialized', '1')
    await me(one).expect(200, { id: 'alice' })
    await supertest(app).post('/logout').set(one).expect(204)
    await me(one).expect(401)
    await me(other).expect(200)
    await supertest(app).post('/users/alice/logout').set(other).expect(403)
    await supertest(app)
      .post('/users/alice/logout')
      .use(issuer.as({ roles: ['admin'] }))
      .expect(204)
    await me(other).expect(401)
    await me(bearer({ sub: 'bob' })).expect(200)
    // Times in tokens have whole seconds: the next one begins with a login that counts.
    await pause(1100)
    await me(bearer({ sub: 'alice' })).expect(200)
  })

  it('examples/revocation/own-list.ts asks a list of the application', async () => {
    const issuer = createTestIssuer()
    const verifier = closesAccounts(issuer.trust(), async (id) => id === 'bob')
    await expect(verifier.verify(issuer.mint({ sub: 'alice' }))).resolves.toBeDefined()
    const closed = verifier.verify(issuer.mint({ sub: 'bob' }))
    await expect(closed).rejects.toMatchObject({ status: 401, reason: 'revoked' })
  })
})
