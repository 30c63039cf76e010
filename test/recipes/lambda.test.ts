import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createExpressHandler, createHonoHandler } from '../../examples/recipes/lambda.ts'

const issuer = createTestIssuer()
const alice = { sub: 'alice', scope: 'orders:read' }

/** An event of an HTTP API (payload version 2.0) or a function URL: header names in lower case. */
function eventWith(authorization?: string): object {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/orders',
    rawQueryString: '',
    headers: { host: 'api.test', ...(authorization !== undefined && { authorization }) },
    requestContext: {
      domainName: 'api.test',
      http: { method: 'GET', path: '/orders', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' },
      stage: '$default',
    },
    isBase64Encoded: false,
  }
}

/** An event of a REST API (payload version 1.0), or a load balancer: two of one header stay two. */
function olderEventWith(...authorization: string[]): object {
  return {
    httpMethod: 'GET',
    path: '/orders',
    headers: { Host: 'api.test', Authorization: authorization.at(-1) },
    multiValueHeaders: { Host: ['api.test'], Authorization: authorization },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: { httpMethod: 'GET', path: '/orders', identity: {}, stage: 'prod' },
    body: null,
    isBase64Encoded: false,
  }
}

interface Result {
  statusCode: number
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  body: string
}
type Call = (event: object) => Promise<Result>

describe.each([
  ['createExpressHandler', createExpressHandler],
  ['createHonoHandler', createHonoHandler],
] as const)('%s of examples/recipes/lambda.ts', (_, create) => {
  const open = (one = issuer): Call => {
    const handler = create(one.trust()) as (event: never, context: never) => Promise<unknown>
    return async (event) => (await handler(event as never, {} as never)) as Result
  }
  const call = open()

  it('answers a caller with the scope, and asks the issuer once for all calls', async () => {
    const counted = createTestIssuer()
    const callCounted = open(counted)
    for (let i = 0; i < 3; i++) {
      const { statusCode, body } = await callCounted(eventWith(`Bearer ${counted.mint(alice)}`))
      expect([statusCode, JSON.parse(body)]).toEqual([200, { ordersOf: 'alice' }])
    }
    expect(counted.requests.count('jwks')).toBe(1)
  })

  it.each([
    ['no token', eventWith(), 401],
    ['an expired token', eventWith(`Bearer ${issuer.bad.expired(alice)}`), 401],
    ['a token by the wrong key', eventWith(`Bearer ${issuer.bad.wrongKey(alice)}`), 401],
    ['a missing scope', eventWith(`Bearer ${issuer.mint()}`), 403],
    [
      'two tokens, which an HTTP API joins',
      eventWith(`Bearer ${issuer.mint(alice)},Bearer ${issuer.mint(alice)}`),
      400,
    ],
    ['an expired token by a REST API', olderEventWith(`Bearer ${issuer.bad.expired(alice)}`), 401],
    [
      'two tokens by a REST API',
      olderEventWith(`Bearer ${issuer.mint(alice)}`, `Bearer ${issuer.mint(alice)}`),
      400,
    ],
  ])('refuses %s', async (_what, event, status) => {
    const { statusCode, headers, multiValueHeaders } = await call(event)
    const challenge =
      headers?.['www-authenticate'] ?? multiValueHeaders?.['www-authenticate']?.join()
    expect(statusCode).toBe(status)
    expect(challenge).toContain('Bearer realm="api"')
  })

  it('answers 503 with Retry-After while the issuer is down', async () => {
    const dead = createTestIssuer()
    dead.fail('*', faults.refuse())
    const { statusCode, headers } = await open(dead)(eventWith(`Bearer ${dead.mint(alice)}`))
    expect(statusCode).toBe(503)
    expect(Number(headers?.['retry-after'])).toBeGreaterThan(0)
  })

  it('admits a good token by a REST API', async () => {
    expect((await call(olderEventWith(`Bearer ${issuer.mint(alice)}`))).statusCode).toBe(200)
  })
})
