import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import express from 'express'
import express4 from 'express4'
import { Hono } from 'hono'
import { createBackchannelLogout, createEventReceiver } from 'tollgate/revocation'
import { afterEach, describe, expect, test } from 'vitest'
import type { Stage } from './stage.ts'
import { createStage } from './stage.ts'

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function receiversOf({ verifier, store }: Stage) {
  const logout = createBackchannelLogout({ verifier, clientId: 'client-1', store })
  const events = createEventReceiver({ verifier, audience: 'https://api.test', store })
  return { logout, events }
}

function postLogout(origin: string, token: string): Promise<Response> {
  return fetch(`${origin}/logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  })
}

function postEvent(origin: string, token: string): Promise<Response> {
  const headers = { 'content-type': 'application/secevent+jwt' }
  return fetch(`${origin}/events`, { method: 'POST', body: token, headers })
}

type Receivers = ReturnType<typeof receiversOf>

const servers: Readonly<Record<string, (receivers: Receivers) => RequestListener>> = {
  'node:http': ({ logout, events }) => {
    return (req: IncomingMessage, res: ServerResponse) =>
      void (req.url === '/logout' ? logout : events).node(req, res)
  },
  'Express 5': ({ logout, events }) =>
    express().post('/logout', logout.node).post('/events', events.node),
  'Express 4': ({ logout, events }) =>
    express4().post('/logout', logout.node).post('/events', events.node),
  'Express 5 behind body parsers': ({ logout, events }) =>
    express()
      .use(express.json(), express.urlencoded(), express.text({ type: '*/*' }))
      .post('/logout', logout.node)
      .post('/events', events.node),
  'Express 4 behind body parsers': ({ logout, events }) =>
    express4()
      .use(express4.json(), express4.urlencoded({ extended: true }))
      .use(express4.raw({ type: '*/*' }))
      .post('/logout', logout.node)
      .post('/events', events.node),
}

describe.each(Object.keys(servers))('in %s', (name) => {
  test('a logout token and a security event are received, and what is wrong is refused', async () => {
    const stage = createStage()
    const receivers = receiversOf(stage)
    const origin = await listen((servers[name] as (typeof servers)[string])(receivers))
    const logout = await postLogout(origin, stage.issuer.logoutToken())
    expect([logout.status, await logout.text()]).toEqual([200, ''])
    expect(logout.headers.get('cache-control')).toBe('no-store')
    expect((await postEvent(origin, stage.issuer.securityEvent())).status).toBe(202)
    expect(stage.store.revoked).toMatchObject([{ session: 'session-1' }, { subject: 'user-1' }])

    const refused = await postLogout(origin, stage.issuer.logoutToken({ nonce: 'n' }))
    expect([refused.status, refused.headers.get('content-type')]).toEqual([400, 'application/json'])
    expect(await refused.json()).toMatchObject({ error: 'invalid_request' })
    const unknown = await postEvent(origin, stage.issuer.securityEvent({ iss: 'https://x.test' }))
    expect([unknown.status, (await unknown.json()).err]).toEqual([400, 'invalid_issuer'])

    stage.store.failing = new Error('down')
    expect((await postLogout(origin, stage.issuer.logoutToken())).status).toBe(503)
  })
})

test('in Hono, as a handler of fetch', async () => {
  const stage = createStage()
  const { logout } = receiversOf(stage)
  const app = new Hono().post('/logout', (c) => logout(c.req.raw))
  const body = new URLSearchParams({ logout_token: stage.issuer.logoutToken() })
  const answer = await app.request('/logout', { method: 'POST', body })
  expect(answer.status).toBe(200)
})

test('over HTTP/2', async () => {
  const stage = createStage()
  const { logout } = receiversOf(stage)
  const server = http2.createServer((req, res) => void logout.node(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  stops.push(
    () => client.destroy(),
    () => void server.close(),
  )
  const form = 'application/x-www-form-urlencoded'
  const request = client.request({ ':method': 'POST', ':path': '/', 'content-type': form })
  request.end(`logout_token=${stage.issuer.logoutToken()}`)
  const status = await new Promise((resolve) => {
    request.on('response', (headers) => resolve(headers[':status']))
  })
  expect(status).toBe(200)
})

test('a body that somebody has read and not kept is answered 500, with what to change', async () => {
  const stage = createStage()
  const { logout } = receiversOf(stage)
  const origin = await listen((req, res) => {
    req.on('data', () => {})
    req.on('end', () => void logout.node(req, res))
  })
  const answer = await postLogout(origin, stage.issuer.logoutToken())
  expect(answer.status).toBe(500)
  expect((await answer.json()).error_description).toMatch(/before the body parser/)
})

test('a security event that a parser has made an object of is answered 500, with what to change', async () => {
  const stage = createStage()
  const { events } = receiversOf(stage)
  const app = express()
    .use(express.urlencoded({ type: '*/*' }))
    .post('/events', events.node)
  const answer = await postEvent(await listen(app), stage.issuer.securityEvent())
  expect(answer.status).toBe(500)
})

test('a body without end is answered 413, and the connection is closed', async () => {
  const stage = createStage()
  const { logout } = receiversOf(stage)
  const origin = await listen((req, res) => void logout.node(req, res))
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (part) => {
    answer += part
  })
  socket.on('error', () => {})
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const chunk = `4000\r\n${'a'.repeat(16_384)}\r\n`
  const writing = setInterval(() => socket.writable && socket.write(chunk), 1)
  await new Promise((resolve) => socket.on('close', resolve))
  clearInterval(writing)
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect(answer).toMatch(/^connection: close\r$/im)
  expect(stage.events.at(-1)).toMatchObject({ type: 'notice.rejected', status: 413 })
})

test('a client that goes away leaves no rejection behind', async () => {
  const stage = createStage()
  const { logout } = receiversOf(stage)
  let handled: Promise<void> | undefined
  const origin = await listen((req, res) => {
    handled = logout.node(req, res)
  })
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.write(
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nlogout_token=',
  )
  await expect.poll(() => handled !== undefined).toBe(true)
  socket.destroy()
  await handled
  expect(stage.store.revoked).toEqual([])
})
