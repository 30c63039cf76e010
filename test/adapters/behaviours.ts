import type { AuthError } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { Adapter, AdapterSetup, Answer, Route } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { keptOpen } from './kept-open.ts'
import { refusal } from './refusal.ts'

const issuer = createTestIssuer()
const auth = issuer.trust()
const routes = {
  '/me': [{}],
  '/orders': [{ scope: 'orders:read' }],
  '/both': [{ scope: 'a b' }],
  '/list': [{ scope: ['a', 'b'] }],
  '/any': [{ anyScope: ['x', 'y'] }],
  '/all': [{ scope: 'a', anyScope: ['x', 'y'] }],
  '/mine': [{ scope: 'a', check: (auth: { subject: string }) => auth.subject === 'alice' }],
  '/admin': [{ role: 'Shop Admin' }],
  '/roles': [{ role: ['a', 'b'] }],
  '/any-role': [{ anyRole: ['x', 'y'] }],
  '/permission': [{ permission: 'refund' }],
  '/permissions': [{ permission: ['refund', 'void'] }],
  '/any-permission': [{ anyPermission: ['refund', 'void'] }],
  '/claims': [{ claims: { tenant: ['acme', 'umbrella'], verified: true, groups: 'staff' } }],
  '/in-person': [{ actor: false }],
  '/delegated': [{ actor: true }],
  '/agents': [{ actor: ['agent-1', 'agent-2'] }],
  '/scope-and-role': [{ scope: 'a', role: 'admin' }],
  '/optional-role': [{ optional: true, role: 'admin' }],
  '/optional': [{ optional: true }],
  '/optional-scope': [{ optional: true, scope: 'a' }],
} satisfies Record<string, Route[]>
const good = issuer.mint({ sub: 'alice' })
const withScope = (scope: string, sub = 'alice'): string => issuer.mint({ sub, scope })
const stating = (claims: Record<string, unknown>): string =>
  issuer.mint({ sub: 'alice', ...claims })
const acme = { tenant: 'acme', verified: true, groups: ['staff', 'sales'] }
const byAgent = { act: { sub: 'agent-1', act: { sub: 'agent-0' } } }
const foreign = createTestIssuer({ url: 'https://other.test' })

interface Behaviour {
  readonly name: string
  readonly path: keyof typeof routes
  readonly headers: readonly (readonly [string, string])[]
  readonly expected: Answer | 200
}
const invalid = (path: keyof typeof routes, scope?: string) => (which: string, token: string) => ({
  name: `refuses a token ${which}`,
  path,
  headers: [bearer(token)],
  expected: refusal(401, 'invalid_token', scope),
})
const malformed = (what: string, ...values: string[]): Behaviour => ({
  name: `answers 400 to ${what}`,
  path: '/orders',
  headers: values.map((value) => ['Authorization', value] as const),
  expected: refusal(400, 'invalid_request'),
})
const anonymous = (which: string, ...values: string[]): Behaviour => ({
  name: `asks for a token when a request comes ${which}`,
  path: '/orders',
  headers: values.map((value) => ['Authorization', value] as const),
  expected: refusal(401, undefined, 'orders:read'),
})
const passes = (
  what: string,
  path: keyof typeof routes,
  ...authorization: string[]
): Behaviour => ({
  name: `accepts ${what}`,
  path,
  headers: authorization.map((value) => ['Authorization', value] as const),
  expected: 200,
})
const lacks = (
  which: string,
  path: keyof typeof routes,
  token: string,
  scope?: string,
): Behaviour => ({
  name: `answers 403 to a token ${which}`,
  path,
  headers: [bearer(token)],
  expected: refusal(403, 'insufficient_scope', scope),
})

const behaviours: readonly Behaviour[] = [
  anonymous('without credentials'),
  anonymous('with credentials of another scheme', 'Basic YTpi'),
  anonymous('with a good token under another scheme', `Token ${good}`),
  anonymous('with a DPoP token, because DPoP is not supported', `DPoP ${good}`),
  anonymous('with an empty Authorization header', ''),
  anonymous('with credentials of two other schemes', 'Basic YTpi', 'Digest realm="x"'),
  anonymous('with the word Bearer inside a quoted string', 'Digest realm="a, Bearer b", nonce=c'),
  anonymous('with a parameter named bearer', 'Digest realm=a, bearer=b'),
  anonymous('with a scheme whose name begins with Bearer', `Bearer2 ${good}`),
  {
    name: 'asks for a token and names no scope on a route that needs none',
    path: '/me',
    headers: [],
    expected: refusal(401),
  },
  {
    name: 'asks for a token and names the first scope of anyScope',
    path: '/any',
    headers: [],
    expected: refusal(401, undefined, 'x'),
  },
  {
    name: 'asks for a token and names the scope and the first scope of anyScope',
    path: '/all',
    headers: [],
    expected: refusal(401, undefined, 'a x'),
  },

  malformed('only the word Bearer', 'Bearer'),
  malformed('the word Bearer and a space', 'Bearer '),
  malformed('two words after Bearer', `Bearer ${good} x`),
  malformed('a tab after Bearer', `Bearer\t${good}`),
  malformed('a character that token68 does not allow', 'Bearer a"b'),
  malformed('padding inside of the token', 'Bearer a=b'),
  malformed('an equals sign instead of the space', `Bearer=${good}`),
  malformed('a comma after the token', `Bearer ${good},`),
  malformed('a comma before Bearer', `, Bearer ${good}`),
  malformed('two tokens in one header', `Bearer ${good}, Bearer ${good}`),
  malformed('two Authorization headers', `Bearer ${good}`, `Bearer ${good}`),
  malformed('a Basic and a Bearer header', 'Basic YTpi', `Bearer ${good}`),
  malformed('a Bearer and a DPoP header', `Bearer ${good}`, `DPoP ${good}`),
  malformed('an empty and a Bearer header', '', `Bearer ${good}`),
  malformed('a header with an open quote and a Bearer header', 'Digest realm="', `Bearer ${good}`),

  ...(
    [
      ['that is too long', `${'a'.repeat(8200)}.b.c`],
      ['that is opaque', 'Rjr3abcD1234UVWXYZ1ltQmKpZsEoYdH'],
      ['of two parts', 'a.b'],
      ['of five parts', 'a.b.c.d.e'],
      ['that is only random text', issuer.bad.garbage()],
      ['that has expired', issuer.bad.expired()],
      ['that is not yet valid', issuer.bad.notYetValid()],
      ['that was tampered with', issuer.bad.tampered()],
      ['that is signed by another key under the right key id', issuer.bad.wrongKey()],
      ['that is signed by an unknown key', issuer.bad.unknownKid()],
      ['for another audience', issuer.bad.wrongAudience()],
      ['of another issuer', issuer.bad.wrongIssuer()],
      [
        'that is signed by the key of another issuer under the right key id',
        foreign.mint({}, { kid: issuer.keys.current.kid }),
      ],
      ['without a signature', issuer.bad.unsigned()],
      ['that is an ID token', issuer.bad.idToken()],
      ['whose typ is JWT', issuer.mint({}, { header: { typ: 'JWT' } })],
      ['without typ', issuer.mint({}, { header: { typ: undefined } })],
      ['that is bound to a key', issuer.mint({ cnf: { jkt: 'x'.repeat(43) } })],
      ['with an unknown critical header', issuer.mint({}, { header: { crit: ['x'], x: 1 } })],
    ] as const
  ).map(([which, token]) => invalid('/orders', 'orders:read')(which, token)),
  invalid('/me')('that has expired, on a route without a scope', issuer.bad.expired()),

  passes('a good token', '/me', `Bearer ${good}`),
  passes('a good token under bEaReR', '/me', `bEaReR ${good}`),
  passes('a good token after several spaces', '/me', `Bearer   ${good}`),
  passes('a token with the required scope', '/orders', `Bearer ${withScope('orders:read')}`),
  passes(
    'a token with the required scope among others',
    '/orders',
    `Bearer ${withScope('a orders:read b')}`,
  ),
  passes('a token with both required scopes', '/both', `Bearer ${withScope('b a')}`),
  passes('a token with both required scopes of a list', '/list', `Bearer ${withScope('b a')}`),
  passes('a token with one scope of anyScope', '/any', `Bearer ${withScope('y')}`),
  passes('a token that passes the check', '/mine', `Bearer ${withScope('a')}`),
  passes(
    'a token with the required role',
    '/admin',
    `Bearer ${stating({ roles: ['Shop Admin'] })}`,
  ),
  passes('a token with both required roles', '/roles', `Bearer ${stating({ roles: ['b', 'a'] })}`),
  passes('a token with one role of anyRole', '/any-role', `Bearer ${stating({ roles: ['y'] })}`),
  passes(
    'a token with the required permission',
    '/permission',
    `Bearer ${stating({ entitlements: ['void', 'refund'] })}`,
  ),
  passes(
    'a token with both required permissions',
    '/permissions',
    `Bearer ${stating({ entitlements: ['void', 'refund'] })}`,
  ),
  passes(
    'a token with one permission of anyPermission',
    '/any-permission',
    `Bearer ${stating({ entitlements: ['void'] })}`,
  ),
  passes('a token with the required claims', '/claims', `Bearer ${stating(acme)}`),
  passes('a token that its subject uses itself', '/in-person', `Bearer ${good}`),
  passes('a token with an actor', '/delegated', `Bearer ${stating(byAgent)}`),
  passes('a token with an actor of the list', '/agents', `Bearer ${stating(byAgent)}`),
  passes('a request without a token on an optional route with a role', '/optional-role'),
  passes('a request without a token on an optional route', '/optional'),
  passes('a request with another scheme on an optional route', '/optional', 'Basic YTpi'),
  passes('a good token on an optional route', '/optional', `Bearer ${good}`),
  passes('a request without a token on an optional route with a scope', '/optional-scope'),

  lacks('without a scope', '/orders', good, 'orders:read'),
  lacks(
    'with scopes that only contain the name of the required one',
    '/orders',
    withScope('xorders:read orders:reader'),
    'orders:read',
  ),
  lacks(
    'with the required scope in another case',
    '/orders',
    withScope('Orders:Read'),
    'orders:read',
  ),
  lacks('with one of two required scopes', '/both', withScope('a'), 'a b'),
  lacks('without any scope of anyScope', '/any', withScope('z'), 'x'),
  lacks('with the scope but without any scope of anyScope', '/all', withScope('a'), 'a x'),
  lacks('that fails the check', '/mine', withScope('a', 'bob')),
  lacks('without a role', '/admin', good),
  lacks(
    'with roles that only contain the name of the required one',
    '/admin',
    stating({ roles: ['Shop', 'Admin', 'Shop Admins', 'shop admin'] }),
  ),
  lacks('whose roles are a text', '/admin', stating({ roles: 'Shop Admin' })),
  lacks('with one of two required roles', '/roles', stating({ roles: ['a'] })),
  lacks('without any role of anyRole', '/any-role', stating({ roles: ['z'] })),
  lacks('with the required permission as a role', '/permission', stating({ roles: ['refund'] })),
  lacks(
    'with one of two required permissions',
    '/permissions',
    stating({ entitlements: ['void'] }),
  ),
  lacks('without any permission of anyPermission', '/any-permission', good),
  lacks('without the required claims', '/claims', good),
  lacks('with another value of a required claim', '/claims', stating({ ...acme, tenant: 'other' })),
  lacks('with a required claim of another type', '/claims', stating({ ...acme, verified: 'true' })),
  lacks(
    'with none of the values in a claim that is a list',
    '/claims',
    stating({ ...acme, groups: [] }),
  ),
  lacks('with an actor where nobody may act', '/in-person', stating(byAgent)),
  lacks('without an actor where somebody must act', '/delegated', good),
  lacks('without an actor of the list', '/agents', stating({ act: { sub: 'agent-0' } })),
  lacks(
    'whose earlier actor is in the list',
    '/agents',
    stating({ act: { sub: 'agent-0', act: { sub: 'agent-1' } } }),
  ),
  lacks('with the scope and without the role', '/scope-and-role', withScope('a')),
  lacks(
    'with the role and without the scope',
    '/scope-and-role',
    stating({ roles: ['admin'] }),
    'a',
  ),
  lacks('without the role of an optional route', '/optional-role', good),
  {
    name: 'asks for a token and names no role',
    path: '/admin',
    headers: [],
    expected: refusal(401),
  },
  invalid('/admin')('whose act is malformed', stating({ act: 'agent-1' })),
  lacks('without the scope of an optional route', '/optional-scope', good, 'a'),
  invalid('/optional')('that has expired, on an optional route', issuer.bad.expired()),
  {
    name: 'answers 400 to two words after Bearer on an optional route',
    path: '/optional',
    headers: [['Authorization', 'Bearer a b']],
    expected: refusal(400, 'invalid_request'),
  },
]

/**
 * Tests every behaviour of an adapter. The answers are the same in every framework and on every
 * runtime, byte for byte.
 */
export function describeAdapter(adapter: Adapter): void {
  const { name } = adapter

  describe(name, () => {
    const call = keptOpen(adapter, { auth, routes })

    it.each(behaviours.map((behaviour) => [behaviour.name, behaviour.path, behaviour] as const))(
      `${name} %s (route %s)`,
      async (_name, _path, { path, headers, expected }) => {
        const answer = await call(path, headers)
        if (expected === 200) expect(answer.status).toBe(200)
        else expect(answer).toEqual(expected)
      },
    )

    it(`${name} answers a refused HEAD request with the headers of GET and no body`, async () => {
      const { body: _, ...rest } = refusal(401, undefined, 'orders:read')
      expect(await call('/orders', [], 'HEAD')).toEqual({ ...rest, body: '' })
    })

    it(`${name} attaches an Auth that holds what the token says and does not show the token`, async () => {
      const token = issuer.mint({ sub: 'alice', scope: 'a b', roles: ['x'] })
      const answer = await call('/me', [bearer(token)])
      const { auth: got, attached } = JSON.parse(answer.body)
      expect(got).toEqual(attached)
      expect(got).toMatchObject({
        issuer: issuer.url,
        subject: 'alice',
        clientId: 'client-1',
        scopes: ['a', 'b'],
        claims: { roles: ['x'] },
      })
      expect(got.expiresAt).toBe(got.claims.exp)
      expect(answer.body).not.toContain(token.split('.')[2])
    })

    it(`${name} attaches no Auth for a request without a token on an optional route`, async () => {
      const answer = await call('/optional')
      expect(JSON.parse(answer.body)).toEqual({
        auth: null,
        other: null,
        last: null,
        attached: null,
      })
    })

    it(`T14: ${name} quotes the configured realm in its challenge`, async () => {
      const setup = { auth: { ...auth, realm: 'orders "v2" \\' }, routes }
      const answer = await through(adapter, setup, ({ call }) => call('/me'))
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="orders \\"v2\\" \\\\"')
    })

    it(`T12: ${name} answers 503 with Retry-After and no challenge while the keys cannot be loaded`, async () => {
      const dead = createTestIssuer()
      dead.fail('*', faults.refuse())
      const setup = {
        auth: dead.trust(),
        routes: { '/optional': [{ optional: true }], '/me': [{}] },
      }
      const answers = await through(adapter, setup, async ({ call }) => [
        await call('/me', [bearer(dead.mint())]),
        await call('/me', [bearer(dead.mint())]),
        await call('/optional', [bearer(dead.mint())]),
      ])
      const body = '{"type":"about:blank","title":"Service Unavailable","status":503}'
      for (const answer of answers) {
        expect(answer).toEqual({
          status: 503,
          headers: {
            'content-type': 'application/problem+json',
            'content-length': String(body.length),
            'cache-control': 'no-store',
            'retry-after': '1',
          },
          body,
        })
      }
    })

    it(`${name} answers 200 concurrent first requests with one fetch of metadata and one of keys`, async () => {
      const cold = createTestIssuer()
      const setup = { auth: cold.trust(), routes: { '/me': [{}] } }
      const answers = await through(adapter, setup, ({ call }) =>
        Promise.all(Array.from({ length: 200 }, () => call('/me', [bearer(cold.mint())]))),
      )
      expect(answers.every(({ status }) => status === 200)).toBe(true)
      expect(cold.requests.count('openid-configuration')).toBe(1)
      expect(cold.requests.count('jwks')).toBe(1)
      expect(cold.requests.all.length).toBe(2)
    })

    it(`${name} checks only the requirements in a second guard, and not the token again`, async () => {
      const seen: string[] = []
      const setup = {
        auth: {
          ...auth,
          tokenCache: false as const,
          onEvent: ({ type }: { type: string }) => seen.push(type),
        },
        routes: { '/twice': [{}, { scope: 'a' }] },
      }
      await through(adapter, setup, async ({ call }) => {
        expect((await call('/twice', [bearer(withScope('a'))])).status).toBe(200)
        expect(seen.filter((type) => type === 'token.accepted')).toHaveLength(1)
        expect((await call('/twice', [bearer(withScope('b'))])).status).toBe(403)
      })
    })

    it(`${name} causes exactly one event for each refused request`, async () => {
      const told: object[] = []
      const hints: unknown[] = []
      const onEvent = ({ hint, ...event }: { type: string; hint?: string }): void => {
        if (!event.type.endsWith('refused')) return
        told.push(event)
        hints.push(hint)
      }
      const setup = { auth: { ...auth, onEvent }, routes }
      await through(adapter, setup, async ({ call }) => {
        await call('/orders')
        await call('/orders', [['Authorization', 'Bearer a b']])
        await call('/orders', [bearer(issuer.bad.expired())])
        await call('/orders', [bearer(good)])
        await call('/mine', [bearer(withScope('a', 'bob'))])
      })
      expect(told).toEqual([
        { type: 'request.refused', status: 401, reason: 'no-credentials' },
        { type: 'request.refused', status: 400, reason: 'malformed-credentials' },
        { type: 'token.refused', issuer: issuer.url, reason: 'expired' },
        { type: 'request.refused', status: 403, reason: 'scope' },
        { type: 'request.refused', status: 403, reason: 'check' },
      ])
      expect(hints).toEqual([
        expect.stringContaining('no Authorization header'),
        expect.stringContaining('there is a space'),
        expect.stringMatching(/^the token expired \d+ s ago/),
        expect.stringContaining("the route needs 'orders:read'"),
        expect.stringContaining('check of the route returned false'),
      ])
    })

    it(`${name} gives check the request of the framework, and accepts only true as its result`, async () => {
      const outcomes: unknown[] = [true, Promise.resolve(true), 1, 'true', {}, undefined, false]
      const check = (_auth: unknown, { method }: { method: string }): boolean => {
        expect(method).toBe('PUT')
        return outcomes.shift() as boolean
      }
      await through(adapter, { auth, routes: { '/checked': [{ check }] } }, async ({ call }) => {
        const statuses: number[] = []
        while (outcomes.length > 0) {
          statuses.push((await call('/checked', [bearer(good)], 'PUT')).status)
        }
        expect(statuses).toEqual([200, 200, 403, 403, 403, 403, 403])
      })
    })

    it(`${name} leaves an error that check throws to the framework`, async () => {
      const check = (): boolean => {
        throw new Error('the database is down')
      }
      const answer = await through(
        adapter,
        { auth, routes: { '/checked': [{ check }] } },
        ({ call }) => call('/checked', [bearer(good)]),
      )
      expect(answer.status).toBe(500)
    })

    describe('the hook onRefuse', () => {
      const refused = async (then: 'pass' | 'continue' | 'throw' | 'answer') => {
        const errors: AuthError[] = []
        const onRefuse = { told: (error: AuthError) => void errors.push(error), then }
        const answer = await through(adapter, { auth, routes, onRefuse }, ({ call }) =>
          call('/orders', [bearer(issuer.bad.expired())]),
        )
        return { answer, error: errors[0] as AuthError }
      }

      it(`${name} lets onRefuse replace the answer to a refusal`, async () => {
        const { answer, error } = await refused('answer')
        expect(answer.status).toBe(418)
        expect(error).toMatchObject({ status: 401, error: 'invalid_token', reason: 'expired' })
        expect(error.headers).toEqual({
          'WWW-Authenticate': refusal(401, 'invalid_token', 'orders:read').headers[
            'www-authenticate'
          ],
          'Cache-Control': 'no-store',
        })
        expect(Object.isFrozen(error.headers)).toBe(true)
      })

      it(`${name} gives onRefuse the body of the usual answer, for requests with and without a token`, async () => {
        const requests: readonly [keyof typeof routes, readonly [string, string][]][] = [
          ['/me', []],
          ['/orders', []],
          ['/orders', [['Authorization', 'Bearer a b']]],
          ['/orders', [bearer(issuer.bad.expired())]],
          ['/orders', [bearer(good)]],
          ['/mine', [bearer(withScope('a', 'bob'))]],
        ]
        const bodies: AuthError['body'][] = []
        const told = ({ body }: AuthError): void => void bodies.push(body)
        const ask = (setup: AdapterSetup) =>
          through(adapter, setup, async ({ call }) => {
            const answers: Answer[] = []
            for (const [path, headers] of requests) answers.push(await call(path, headers))
            return answers
          })
        const usual = await ask({ auth, routes })
        const then = 'answer'
        await ask({ auth, routes, onRefuse: { told, then } })
        expect(bodies.map((body) => JSON.stringify(body))).toEqual(usual.map(({ body }) => body))
        expect(bodies.every((body) => Object.isFrozen(body))).toBe(true)
        expect(bodies[3]).toStrictEqual({
          type: 'about:blank',
          title: 'Unauthorized',
          status: 401,
          error: 'invalid_token',
          error_description: 'The access token is not valid for this resource.',
          scope: 'orders:read',
        })
        expect(bodies[0]).toStrictEqual({ type: 'about:blank', title: 'Unauthorized', status: 401 })
      })

      it.each(['pass', 'continue'] as const)(
        `${name} answers with the challenge when onRefuse decides to %s`,
        async (then) => {
          const { answer, error } = await refused(then)
          expect(answer.status).toBe(401)
          expect(answer.headers['www-authenticate']).toBe(error.headers['WWW-Authenticate'])
          expect(answer.body).not.toContain('alice')
        },
      )

      it(`${name} leaves an error that onRefuse throws to the framework`, async () => {
        expect((await refused('throw')).answer.status).toBe(500)
      })
    })

    it(`T16: ${name} refuses a requirement that is undefined at construction`, async () => {
      const open = adapter.open({ auth, routes: { '/me': [{ scope: undefined as never }] } })
      await expect(open).rejects.toThrow(/'scope' is present but undefined/)
    })
  })
}
