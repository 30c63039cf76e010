import { request } from 'node:http'
import { connect } from 'node:net'
import type { ServedTestIssuer } from 'tollgate/testing'
import { faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { answerIn, authorizationRequest, challenge, formOf, verifier } from './browser.ts'

let issuer: ServedTestIssuer

beforeAll(async () => {
  issuer = await serveTestIssuer({
    redirectUris: ['https://app.example.com/callback', 'com.example.app:/callback'],
  })
})
afterAll(() => issuer.close())
afterEach(() => issuer.reset())

interface Answer {
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  readonly body: string
}

/** Sends headers that fetch would not let a page choose. */
function send(path: string, method: string, headers: Record<string, string>, body = '') {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(`${issuer.url}${path}`, { method, headers, agent: false }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part) => parts.push(part))
      answer.on('end', () => {
        const { statusCode: status, headers: received } = answer
        resolve({ status, headers: received, body: Buffer.concat(parts).toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const credentials = 'grant_type=client_credentials&client_id=app'

describe('the Host of a request', () => {
  test.each([
    'localhost',
    'localhost:1',
    'api.localhost:4000',
    '127.0.0.1',
    '127.0.0.2:80',
    '[::1]:4000',
  ])('may be %s', async (host) => {
    expect((await send('/jwks', 'GET', { host })).status).toBe(200)
  })

  test.each([
    'evil.test',
    'localhost.evil.test',
    'evil.test:4000',
    '127.0.0.1.evil.test',
    'localhost@evil.test',
    'evil.test/localhost',
    '192.168.0.1',
    '0.0.0.0',
    '[::2]',
  ])('must not be %j: a foreign name could be made to point here', async (host) => {
    for (const [path, method] of [
      ['/jwks', 'GET'],
      ['/authorize', 'GET'],
      ['/token', 'POST'],
      ['/', 'GET'],
    ] as const) {
      const answer = await send(
        path,
        method,
        { ...form, host },
        method === 'POST' ? credentials : '',
      )
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
        421,
        undefined,
      ])
      expect(answer.body).not.toContain('evil')
    }
    expect(issuer.requests.count()).toBe(0)
  })

  test.each(['issuer:4000', 'my-issuer_1', 'host.docker.internal:4000'])(
    'may be %s, as another container has it, for what an API asks alone',
    async (host) => {
      const statusOf = async (path: string, method: string, body = '') =>
        (await send(path, method, { ...form, host }, body)).status
      expect(await statusOf('/jwks', 'GET')).toBe(200)
      expect(await statusOf('/.well-known/openid-configuration', 'GET')).toBe(200)
      expect(await statusOf('/.well-known/oauth-authorization-server', 'GET')).toBe(200)
      expect(await statusOf('/introspect', 'POST', 'token=a&client_id=api')).toBe(200)
      expect(await statusOf('/authorize', 'GET')).toBe(421)
      expect(await statusOf('/authorize', 'POST')).toBe(421)
      expect(await statusOf('/token', 'POST', credentials)).toBe(421)
      expect(await statusOf('/userinfo', 'GET')).toBe(421)
      expect(await statusOf('/', 'GET')).toBe(421)
    },
  )

  test.each(['issuer@evil', 'evil.test/issuer', 'issuer?', 'evil.internal.test', 'evil.test.'])(
    'must not be %j, which only looks like the name of a container',
    async (host) => {
      expect((await send('/jwks', 'GET', { host })).status).toBe(421)
    },
  )

  test('must be there in HTTP/1.0, too', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(issuer.port, '127.0.0.1')
      socket.end('GET /jwks HTTP/1.0\r\n\r\n')
      socket.once('data', (data) => resolve(data.toString()))
    })
    expect(answer).toMatch(/^HTTP\/1\.1 421 /)
  })
})

describe('the Origin of a request', () => {
  test.each([
    'http://localhost:5173',
    'https://localhost',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'http://app.localhost',
    'https://app.example.com',
  ])('may be %s', async (origin) => {
    const answer = await send('/token', 'POST', { ...form, origin }, credentials)
    expect(answer.status).toBe(200)
    expect(answer.headers['access-control-allow-origin']).toBe('*')
  })

  test.each([
    'https://evil.test',
    'http://localhost.evil.test',
    'http://evil.test:5173',
    'null',
    '',
    'http://localhost@evil.test',
    'file://localhost',
    'com.example.app://',
    'https://example.com',
    'http://app.example.com',
  ])('must not be %j: its page could be any user of an API', async (origin) => {
    for (const path of ['/token', '/authorize', '/logout', '/introspect', '/jwks']) {
      const answer = await send(path, 'POST', { ...form, origin }, credentials)
      expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([
        403,
        undefined,
      ])
    }
    const preflight = { origin, 'access-control-request-method': 'POST' }
    expect((await send('/token', 'OPTIONS', preflight)).status).toBe(403)
    expect((await send('/jwks', 'GET', { origin })).status).toBe(403)
    expect(issuer.requests.count()).toBe(0)
  })
})

describe('CORS', () => {
  const origin = 'http://localhost:5173'
  const preflight = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,x-requested-with',
  }
  const forApps = [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/jwks',
    '/token',
    '/userinfo',
    '/introspect',
    '/revoke',
  ]

  test.each(forApps)('lets browser apps call %s', async (path) => {
    const before = await send(path, 'OPTIONS', preflight)
    expect(before.status).toBe(204)
    expect(before.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'Authorization, *',
      vary: 'Origin',
    })
    expect(issuer.requests.count()).toBe(0)
    const answer = await send(path, 'GET', { origin })
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'WWW-Authenticate',
      vary: 'Origin',
    })
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test.each(['/authorize', '/logout', '/'])(
    'lets nobody call %s, where browsers are sent (RFC 9700 section 2.6)',
    async (path) => {
      const before = await send(path, 'OPTIONS', preflight)
      expect(before.status).not.toBe(204)
      for (const answer of [before, await send(path, 'GET', { origin })]) {
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
      }
    },
  )

  test('lets an app read the answer of an endpoint that fails', async () => {
    issuer.fail('token', faults.status(503))
    const answer = await send('/token', 'POST', { ...form, origin }, credentials)
    expect(answer).toMatchObject({ status: 503, headers: { 'access-control-allow-origin': '*' } })
  })
})

test('Swagger UI logs in by code with PKCE, from a page on another port', async () => {
  const origin = 'http://localhost:3000'
  const redirect_uri = `${origin}/docs/oauth2-redirect.html`
  const state = Buffer.from('Thu Jan 01 2026').toString('base64')
  // The popup: a navigation, which has no Origin.
  const query = authorizationRequest({
    redirect_uri,
    state,
    scope: 'orders:read',
    client_id: 'docs',
  })
  const page = await send(`/authorize?${query}&realm=any`, 'GET', { 'sec-fetch-mode': 'navigate' })
  expect(page.status).toBe(200)
  const body = formOf({
    ...Object.fromEntries(query),
    realm: 'any',
    code_challenge: challenge,
    user: 'alice',
  })
  // The form of the page: its origin is that of the issuer.
  const login = await fetch(`${issuer.url}/authorize`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: issuer.url },
    body,
  })
  const answer = answerIn(login)
  expect(answer['state']).toBe(state)

  // A form alone needs no preflight. The header that Swagger UI adds to it does.
  const preflight = await send('/token', 'OPTIONS', {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'x-requested-with',
  })
  expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': '*' } })
  const headers = {
    ...form,
    accept: 'application/json, text/plain, */*',
    'x-requested-with': 'XMLHttpRequest',
    origin,
  }
  const redeemed = await send(
    '/token',
    'POST',
    headers,
    formOf({
      grant_type: 'authorization_code',
      code: answer['code'],
      client_id: 'docs',
      client_secret: '',
      redirect_uri,
      code_verifier: verifier,
    }).toString(),
  )
  expect(redeemed).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': '*' } })
  expect(JSON.parse(redeemed.body)).toMatchObject({ token_type: 'Bearer', scope: 'orders:read' })
})
