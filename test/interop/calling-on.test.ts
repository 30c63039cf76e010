import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp as createCallingApi } from '../../examples/calling-on.ts'
import { createApp as createGuardedApi } from '../../examples/express.ts'
import { createApp as createOrdersApi } from '../../examples/opaque-tokens.ts'
import type { ExchangeProvider } from './exchange-provider.ts'
import {
  api,
  billing,
  invoices,
  orders,
  startExchangeProvider,
  stranger,
} from './exchange-provider.ts'
import { close, listening } from './issuer.ts'

let provider: ExchangeProvider
let invoicesUrl: string
const servers: Server[] = []
const events: AuthEvent[] = []

beforeAll(async () => {
  provider = await startExchangeProvider()
  invoicesUrl = await serve(createGuardedApi(settings({ audience: invoices })))
})
afterAll(() => Promise.all([provider?.stop(), ...servers.map(close)]))
beforeEach(() => {
  events.length = 0
})

function settings(options: Partial<VerifierOptions>): VerifierOptions {
  const onEvent = (event: AuthEvent): void => void events.push(event)
  const trust = { issuer: provider.url, audience: orders, allowInsecureLoopback: true, onEvent }
  return { ...trust, ...options } as VerifierOptions
}

async function serve(app: RequestListener): Promise<string> {
  const server = await listening(app)
  servers.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The orders API of the examples, which asks the provider about opaque tokens. */
function serveOrders(options: Partial<IssuerOptions> = {}): Promise<string> {
  const issuer = { issuer: provider.url, client: api, introspection: { cache: false }, ...options }
  return serve(createOrdersApi(settings({ issuer } as Partial<VerifierOptions>)))
}

/** The API of the examples that calls the invoices for its caller. */
function serveCalling(client = api, beforeExchange?: () => Promise<void>): Promise<string> {
  const issuer: IssuerOptions = {
    issuer: provider.url,
    client,
    introspection: {},
    async fetch(url, init) {
      if (url.endsWith('/token')) await beforeExchange?.()
      return fetch(url, init)
    },
  }
  return serve(
    createCallingApi(settings({ issuer }), (url, init) => {
      expect(new URL(url).origin).toBe(invoices)
      return fetch(`${invoicesUrl}/me`, init)
    }),
  )
}

function get(url: string, token: string): Promise<Response> {
  return fetch(url, { headers: { authorization: `Bearer ${token}` } })
}

async function statusOf(url: string, token: string): Promise<number> {
  const response = await get(url, token)
  await response.text()
  return response.status
}

function refusal(): AuthEvent | undefined {
  return events.findLast(({ type }) => type.endsWith('.refused'))
}

function tokenFor(scope: string, resource?: string): Promise<string> {
  return provider.tokenOfAlice(scope, resource)
}

describe('opaque tokens of oidc-provider at the API of the examples', () => {
  test('one for the API is accepted, and says whose it is', async () => {
    const response = await get(`${await serveOrders()}/orders`, await tokenFor('orders:read'))
    expect(await response.json()).toEqual({ ordersOf: 'alice' })
  })

  test.each([
    { what: 'without the scope', scope: 'orders:write', status: 403, reason: 'scope' },
    { what: 'for another API', resource: billing, status: 401, reason: 'audience' },
  ])('one $what is answered $status', async ({ scope = 'orders:read', resource, ...expected }) => {
    const token = await tokenFor(scope, resource)
    expect(await statusOf(`${await serveOrders()}/orders`, token)).toBe(expected.status)
    expect(refusal()).toMatchObject({
      reason: expected.reason,
      hint: expect.stringContaining(resource ?? 'orders:read'),
    })
  })

  test('one that nobody has issued is answered 401', async () => {
    expect(await statusOf(`${await serveOrders()}/orders`, 'nobody-has-issued-this')).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'inactive',
      hint: expect.stringContaining('not active'),
    })
  })

  test('one that is taken back is accepted before, and refused after', async () => {
    const url = `${await serveOrders()}/orders`
    const token = await tokenFor('orders:read')
    expect(await statusOf(url, token)).toBe(200)
    await provider.revoke(token)
    expect(await statusOf(url, token)).toBe(401)
    expect(refusal()).toMatchObject({ reason: 'inactive' })
  })

  test('without the option, and with a wrong secret, the hint says what to do', async () => {
    const token = await tokenFor('orders:read')
    const without = await serve(createGuardedApi(settings({})))
    expect(await statusOf(`${without}/orders`, token)).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'opaque',
      hint: expect.stringContaining('introspection'),
    })
    const wrong = await serveOrders({ client: { ...api, secret: 'wrong' } })
    expect(await statusOf(`${wrong}/orders`, token)).toBe(503)
    expect(refusal()).toMatchObject({
      reason: 'introspection',
      hint: expect.stringContaining('invalid_client'),
    })
  })
})

describe('token exchange at oidc-provider, for the API of the examples', () => {
  test('the next service sees the same user, and a token that is for it alone', async () => {
    const url = `${await serveCalling()}/invoices`
    const token = await tokenFor('orders:read')
    const before = provider.count('/token')
    const expected = { subject: 'alice', clientId: api.id, scopes: ['invoices:read'] }
    expect(await (await get(url, token)).json()).toEqual(expected)
    expect(await (await get(url, token)).json()).toEqual(expected)
    expect(provider.count('/token')).toBe(before + 1)
    // What the caller has sent does not open the next service by itself.
    expect(await statusOf(`${invoicesUrl}/me`, token)).toBe(401)
    expect(refusal()).toMatchObject({ reason: 'opaque' })
  })

  test('a token that was taken back meanwhile is not exchanged: 401 inactive', async () => {
    const token = await tokenFor('orders:read')
    // The guard has asked about the token, and then it is taken back.
    const url = `${await serveCalling(api, () => provider.revoke(token))}/invoices`
    expect(await statusOf(url, token)).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'inactive',
      hint: expect.stringMatching(/was revoked/),
    })
  })

  test('a client that may not exchange tokens gets none, and the hint says what to do', async () => {
    const url = `${await serveCalling(stranger)}/invoices`
    expect(await statusOf(url, await tokenFor('orders:read'))).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'inactive',
      hint: expect.stringMatching(/have the issuer let the option 'client' exchange tokens/),
    })
  })

  test('a service that the issuer does not know: 503 exchange', async () => {
    const url = `${await serveCalling(api, () => provider.forget(invoices))}/invoices`
    expect(await statusOf(url, await tokenFor('orders:read'))).toBe(503)
    expect(refusal()).toMatchObject({
      reason: 'exchange',
      hint: expect.stringContaining('invalid_target'),
    })
  })
})
