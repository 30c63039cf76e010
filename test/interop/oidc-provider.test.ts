import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeProtectedHeader } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adapters } from '../../examples/adapters.ts'
import { type Algorithm, close, type Issuer, listening, startIssuer } from './issuer.ts'

const algorithms: readonly Algorithm[] = ['RS256', 'ES256']
const combinations = Object.keys(adapters).flatMap((adapter) =>
  algorithms.map((alg) => ({ adapter, alg }) as const),
)

const resource = 'https://api.orders.test'
const readOrders = { resource, scope: 'orders:read' }

describe.each(combinations)(
  'the $adapter example and oidc-provider with $alg',
  ({ adapter, alg }) => {
    let issuer: Issuer
    let api: string
    let stopped: Server[]
    /** The number of seconds by which the clock of the API is ahead. */
    let ahead: number

    beforeEach(async () => {
      stopped = []
      ahead = 0
      issuer = await startIssuer(alg)
      api = await startApi()
    })
    afterEach(async () => {
      await Promise.all([issuer.stop(), ...stopped.map(close)])
    })

    async function startApi(): Promise<string> {
      const app = await adapters[adapter]?.({
        issuer: issuer.url,
        audience: resource,
        allowInsecureLoopback: true,
        now: () => Date.now() + ahead * 1000,
      })
      const server = await listening(app as RequestListener)
      stopped.push(server)
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }

    function get(path: string, token?: string, origin = api): Promise<Response> {
      return fetch(origin + path, token ? { headers: { authorization: `Bearer ${token}` } } : {})
    }

    async function statusOf(token: string): Promise<number> {
      const answer = await get('/orders', token)
      await answer.text()
      return answer.status
    }

    /** Every part of a refusal that is the same in every adapter. */
    async function readAnswer(answer: Response) {
      const { headers, status } = answer
      const body = await answer.text()
      expect(headers.get('content-length')).toBe(String(body.length))
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(headers.get('cache-control')).toBe('no-store')
      const challenge = headers.get('www-authenticate')
      return { status, challenge, retryAfter: headers.get('retry-after'), body }
    }

    const invalidToken = {
      status: 401,
      challenge:
        'Bearer realm="api", scope="orders:read", error="invalid_token", error_description="The access token is not valid for this resource."',
      retryAfter: null,
      body: '{"type":"about:blank","title":"Unauthorized","status":401,"error":"invalid_token","error_description":"The access token is not valid for this resource.","scope":"orders:read"}',
    }

    test(`the ${adapter} example accepts an ${alg} token of oidc-provider`, async () => {
      const token = await issuer.token(readOrders)
      expect(decodeProtectedHeader(token)).toMatchObject({ alg, typ: 'at+jwt' })
      const orders = await get('/orders', token)
      expect([orders.status, (await orders.json()).length]).toEqual([200, 2])
      const me = await get('/me', token)
      expect(await me.json()).toEqual({
        subject: 'machine',
        clientId: 'machine',
        scopes: ['orders:read'],
      })
      expect(issuer.fetches()).toEqual({ metadata: 1, keys: 1 })
    })

    test(`the ${adapter} example asks for a token without any request to the ${alg} issuer`, async () => {
      expect(await readAnswer(await get('/orders'))).toEqual({
        status: 401,
        challenge: 'Bearer realm="api", scope="orders:read"',
        retryAfter: null,
        body: '{"type":"about:blank","title":"Unauthorized","status":401,"scope":"orders:read"}',
      })
      expect(issuer.fetches()).toEqual({ metadata: 0, keys: 0 })
    })

    test(`the ${adapter} example answers 403 to an ${alg} token without the scope`, async () => {
      const token = await issuer.token({ resource, scope: 'orders:write' })
      expect(await readAnswer(await get('/orders', token))).toEqual({
        status: 403,
        challenge:
          'Bearer realm="api", scope="orders:read", error="insufficient_scope", error_description="The access token does not have the required scope."',
        retryAfter: null,
        body: '{"type":"about:blank","title":"Forbidden","status":403,"error":"insufficient_scope","error_description":"The access token does not have the required scope.","scope":"orders:read"}',
      })
      expect((await get('/me', token)).status).toBe(200)
    })

    test(`the ${adapter} example answers 401 to an ${alg} token for another resource`, async () => {
      const token = await issuer.token({ ...readOrders, resource: 'https://api.billing.test' })
      expect(await readAnswer(await get('/orders', token))).toEqual(invalidToken)
      expect(issuer.fetches()).toEqual({ metadata: 0, keys: 0 })
    })

    test(`the ${adapter} example answers 401 to an opaque token of an ${alg} issuer`, async () => {
      const token = await issuer.token({ scope: 'orders:read' })
      expect(await readAnswer(await get('/orders', token))).toEqual(invalidToken)
      expect(issuer.fetches()).toEqual({ metadata: 0, keys: 0 })
    })

    test(`the ${adapter} example answers 401 to an ${alg} token whose payload was changed`, async () => {
      const token = await issuer.token({ resource, scope: 'orders:write' })
      const [header, payload = '', signature] = token.split('.')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
      const altered = Buffer.from(JSON.stringify({ ...claims, scope: 'orders:read' }))
      const forged = [header, altered.toString('base64url'), signature].join('.')
      expect(await readAnswer(await get('/orders', forged))).toEqual(invalidToken)
    })

    test(`the ${adapter} example answers 401 to an expired ${alg} token, cached or not`, async () => {
      const cached = await issuer.token({ ...readOrders, client: 'brief' })
      const unseen = await issuer.token({ ...readOrders, client: 'brief' })
      expect(await statusOf(cached)).toBe(200)
      ahead = 20
      expect(await readAnswer(await get('/orders', cached))).toEqual(invalidToken)
      expect(await readAnswer(await get('/orders', unseen))).toEqual(invalidToken)
      expect(await statusOf(await issuer.token(readOrders))).toBe(200)
    })

    test(`the ${adapter} example fetches ${alg} keys once for 200 concurrent first requests`, async () => {
      const token = await issuer.token(readOrders)
      const statuses = await Promise.all(Array.from({ length: 200 }, () => statusOf(token)))
      expect(statuses).toEqual(Array(200).fill(200))
      expect(issuer.fetches()).toEqual({ metadata: 1, keys: 1 })
    })

    test(`the ${adapter} example accepts tokens of a new ${alg} key after one fetch, and still those of the old key`, async () => {
      const old = await issuer.token(readOrders)
      expect(await statusOf(old)).toBe(200)
      await issuer.rotate()
      const renewed = await issuer.token(readOrders)
      expect(decodeProtectedHeader(renewed)['kid']).not.toBe(decodeProtectedHeader(old)['kid'])

      const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(renewed)))
      expect(statuses).toEqual(Array(20).fill(200))
      expect(issuer.fetches()).toEqual({ metadata: 1, keys: 2 })
      expect(await statusOf(old)).toBe(200)
      expect(issuer.fetches()).toEqual({ metadata: 1, keys: 2 })
    })

    test(`the ${adapter} example refuses tokens of a removed ${alg} key after the next refresh`, async () => {
      const cached = await issuer.token(readOrders)
      const unseen = await issuer.token(readOrders)
      await issuer.rotate()
      const kept = await issuer.token(readOrders)
      expect([await statusOf(cached), await statusOf(kept)]).toEqual([200, 200])
      expect(issuer.fetches().keys).toBe(1)
      issuer.withdraw()
      expect(await statusOf(cached)).toBe(200)

      // The keys are past max age, so that the first request waits for the refresh.
      ahead = 601
      expect(await readAnswer(await get('/orders', cached))).toEqual(invalidToken)
      expect(await readAnswer(await get('/orders', unseen))).toEqual(invalidToken)
      expect(await statusOf(kept)).toBe(200)
    })

    test(`the ${adapter} example refuses tokens of a removed ${alg} key after a fetch for a new key`, async () => {
      const old = await issuer.token(readOrders)
      expect(await statusOf(old)).toBe(200)
      await issuer.rotate()
      issuer.withdraw()
      expect(await statusOf(await issuer.token(readOrders))).toBe(200)
      expect(issuer.fetches()).toEqual({ metadata: 1, keys: 2 })
      expect(await readAnswer(await get('/orders', old))).toEqual(invalidToken)
    })

    test(`the ${adapter} example accepts ${alg} tokens by its loaded keys while the provider is stopped`, async () => {
      const token = await issuer.token(readOrders)
      const unseen = await issuer.token(readOrders)
      expect(await statusOf(token)).toBe(200)
      await issuer.stop()
      expect([await statusOf(token), await statusOf(unseen)]).toEqual([200, 200])
      // The keys are past max age. Their refresh fails, and the old keys stay in use.
      ahead = 601
      expect([await statusOf(token), await statusOf(unseen)]).toEqual([200, 200])
    })

    test(`the ${adapter} example without any ${alg} key answers 503 until the provider is back`, async () => {
      const token = await issuer.token(readOrders)
      await issuer.stop()
      const cold = await startApi()
      const { retryAfter, ...answer } = await readAnswer(await get('/orders', token, cold))
      expect(answer).toEqual({
        status: 503,
        challenge: null,
        body: '{"type":"about:blank","title":"Service Unavailable","status":503}',
      })
      expect(retryAfter).toMatch(/^[1-9]\d*$/)
      expect((await get('/health', undefined, cold)).status).toBe(200)

      await issuer.resume()
      ahead = Number(retryAfter)
      expect((await get('/orders', token, cold)).status).toBe(200)
    })
  },
)
