import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeProtectedHeader } from 'jose'
import type { AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adapters } from '../../examples/adapters.ts'
import { createApp } from '../../examples/opaque-tokens.ts'
import type { Algorithm, Glewlwyd } from './glewlwyd.ts'
import { client, startGlewlwyd } from './glewlwyd.ts'
import type { Issuer } from './issuer.ts'
import { close, listening, startIssuer } from './issuer.ts'

const resource = 'https://api.orders.test'
const elsewhere = 'https://api.billing.test'
const readOrders = { resource, scope: 'orders:read' }

describe.each<Algorithm>(['RS256', 'ES256'])('glewlwyd, which signs with %s', (alg) => {
  const servers: Server[] = []
  const events: AuthEvent[] = []
  /** The media types of the answers that introspection has given. */
  const answered: (string | null)[] = []
  /** The only kind of answer that introspection is asked for, if one is stated. */
  let accept: string | undefined
  let issuer: Glewlwyd
  /** The orders API of the examples, in Express. */
  let orders: string
  /** An API of the examples that asks the issuer about JWTs on one route. */
  let account: string

  beforeAll(async () => {
    issuer = await startGlewlwyd(alg, [resource, elsewhere])
    const open = adapters['express'] as (options: VerifierOptions) => Promise<RequestListener>
    orders = await serve(await open(settings(issuer.url)))
    account = await serve(
      createApp(settings({ issuer: issuer.url, client, introspection: { cache: false } })),
    )
  }, 60_000)
  afterAll(async () => {
    await Promise.all([issuer?.stop(), ...servers.map(close)])
  })

  function settings(trusted: string | IssuerOptions): VerifierOptions {
    return {
      issuer: trusted,
      audience: resource,
      allowInsecureLoopback: true,
      onEvent: (event) => void events.push(event),
      // glewlwyd signs its answer only where the header Accept names that type and no other.
      async fetch(url, { headers, ...init }) {
        const isQuestion = url.endsWith('/introspect')
        const only = isQuestion && accept !== undefined ? { accept } : {}
        const response = await fetch(url, { ...init, headers: { ...headers, ...only } })
        if (isQuestion) answered.push(response.headers.get('content-type'))
        return response
      },
    }
  }

  async function serve(app: RequestListener): Promise<string> {
    const server = await listening(app)
    servers.push(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async function statusOf(url: string, token: string, method = 'GET'): Promise<number> {
    const response = await fetch(url, { method, headers: { authorization: `Bearer ${token}` } })
    await response.text()
    return response.status
  }

  function refusal(): AuthEvent | undefined {
    return events.findLast(({ type }) => type.endsWith('.refused'))
  }

  test('its metadata and keys are found, and its token opens the orders', async () => {
    const token = await issuer.token(readOrders)
    expect(decodeProtectedHeader(token)).toMatchObject({ alg, typ: 'at+jwt' })
    expect(await statusOf(`${orders}/orders`, token)).toBe(200)
    const me = await fetch(`${orders}/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(await me.json()).toEqual({
      subject: client.id,
      clientId: client.id,
      scopes: ['orders:read'],
    })
  })

  test('a token without the scope is answered 403', async () => {
    const token = await issuer.token({ resource, scope: 'orders:write' })
    expect(await statusOf(`${orders}/orders`, token)).toBe(403)
    expect(refusal()).toMatchObject({
      reason: 'scope',
      hint: expect.stringContaining('orders:read'),
    })
  })

  test('a token for another resource, or for none, is answered 401', async () => {
    const other = await issuer.token({ ...readOrders, resource: elsewhere })
    expect(await statusOf(`${orders}/orders`, other)).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'audience',
      hint: expect.stringContaining(elsewhere),
    })
    // Where no resource is asked for, glewlwyd writes the scopes into `aud`.
    const general = await issuer.token({ scope: 'orders:read' })
    expect(await statusOf(`${orders}/orders`, general)).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'audience',
      hint: expect.stringContaining("'orders:read'"),
    })
  })

  test('introspection refuses a token that was taken back, where a route asks for it', async () => {
    const token = await issuer.token(readOrders)
    expect(await statusOf(`${account}/account`, token, 'DELETE')).toBe(204)
    await issuer.revoke(token)
    expect(await statusOf(`${account}/account`, token, 'DELETE')).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'inactive',
      hint: expect.stringContaining('not active'),
    })
    expect(await statusOf(`${account}/orders`, token)).toBe(200)
  })

  test('a signed answer of introspection is verified, too (RFC 9701)', async () => {
    const token = await issuer.token(readOrders)
    accept = 'application/token-introspection+jwt'
    answered.length = 0
    expect(await statusOf(`${account}/account`, token, 'DELETE')).toBe(204)
    expect(answered).toEqual([accept])
    accept = undefined
  })

  test('the first token of a new key is accepted, and so are those of the old one', async () => {
    const old = await issuer.token(readOrders)
    await issuer.rotate()
    const fresh = await issuer.token(readOrders)
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid)
    expect(await statusOf(`${orders}/orders`, fresh)).toBe(200)
    expect(await statusOf(`${orders}/orders`, old)).toBe(200)
  })
})

describe('glewlwyd beside oidc-provider', () => {
  let issuers: readonly [Glewlwyd, Issuer]
  beforeAll(async () => {
    issuers = await Promise.all([startGlewlwyd('RS256', [resource]), startIssuer('RS256')])
  }, 60_000)
  afterAll(() => Promise.all(issuers?.map((issuer) => issuer.stop()) ?? []))

  test('the tokens of both are accepted, each as its own issuer', async () => {
    const verifier = createVerifier({
      issuer: issuers.map(({ url }) => url),
      audience: resource,
      allowInsecureLoopback: true,
    })
    for (const issuer of issuers) {
      const auth = await verifier.verify(await issuer.token(readOrders))
      expect(auth).toMatchObject({ issuer: issuer.url, subject: 'machine' })
    }
  })

  test('the token of the one is refused where the other alone is trusted', async () => {
    const [glewlwyd, provider] = issuers
    const trust = { audience: resource, allowInsecureLoopback: true }
    const alone = createVerifier({ ...trust, issuer: glewlwyd.url })
    expect(await alone.verify(await glewlwyd.token(readOrders))).toBeDefined()
    const refused = alone.verify(await provider.token(readOrders))
    await expect(refused).rejects.toHaveProperty('reason', 'issuer')
  })
})
