import type { AuthError } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { Adapter, Answer, Route } from './adapter.ts'
import { bearer, through } from './adapter.ts'

const descriptions: Readonly<Record<string, string>> = {
  invalid_request:
    'The request must carry one well-formed access token in the Authorization header.',
  invalid_token: 'The access token is not valid for this resource.',
  insufficient_scope: 'The access token does not have the required scope.',
}
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
}

/** The one answer that DESIGN.md section 3.3 allows, byte for byte. */
function refusal(status: number, error?: string, scope?: string, realm = 'api'): Answer {
  const description = error && descriptions[error]
  const body = JSON.stringify({
    type: 'about:blank',
    title: titles[status],
    status,
    ...(error && { error, error_description: description }),
    ...(scope && { scope }),
  })
  const challenge = [
    `Bearer realm="${realm}"`,
    ...(scope ? [`scope="${scope}"`] : []),
    ...(error ? [`error="${error}"`, `error_description="${description}"`] : []),
  ]
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      'www-authenticate': challenge.join(', '),
    },
    body,
  }
}

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
  '/optional': [{ optional: true }],
  '/optional-scope': [{ optional: true, scope: 'a' }],
} satisfies Record<string, Route[]>
const good = issuer.mint({ sub: 'alice' })
const withScope = (scope: string, sub = 'alice'): string => issuer.mint({ sub, scope })
const foreign = createTestIssuer({ url: 'https://other.test' })

interface Behaviour {
  readonly name: string
  readonly path: keyof typeof routes
  readonly headers: readonly (readonly [string, string])[]
  readonly expected: Answer | 200
}
const invalid = (path: keyof typeof routes, scope?: string) => (name: string, token: string) => ({
  name,
  path,
  headers: [bearer(token)],
  expected: refusal(401, 'invalid_token', scope),
})
const malformed = (name: string, ...values: string[]): Behaviour => ({
  name,
  path: '/orders',
  headers: values.map((value) => ['Authorization', value] as const),
  expected: refusal(400, 'invalid_request'),
})
const anonymous = (name: string, ...values: string[]): Behaviour => ({
  name,
  path: '/orders',
  headers: values.map((value) => ['Authorization', value] as const),
  expected: refusal(401, undefined, 'orders:read'),
})
const passes = (
  name: string,
  path: keyof typeof routes,
  ...authorization: string[]
): Behaviour => ({
  name,
  path,
  headers: authorization.map((value) => ['Authorization', value] as const),
  expected: 200,
})
const lacks = (
  name: string,
  path: keyof typeof routes,
  token: string,
  scope?: string,
): Behaviour => ({
  name,
  path,
  headers: [bearer(token)],
  expected: refusal(403, 'insufficient_scope', scope),
})

const behaviours: readonly Behaviour[] = [
  anonymous('no credentials'),
  anonymous('another scheme', 'Basic YTpi'),
  anonymous('a token under another scheme', `Token ${good}`),
  anonymous('DPoP, which is not enabled', `DPoP ${good}`),
  anonymous('an empty value', ''),
  anonymous('two other schemes', 'Basic YTpi', 'Digest realm="x"'),
  anonymous('Bearer in a quoted string', 'Digest realm="a, Bearer b", nonce=c'),
  anonymous('bearer as a parameter', 'Digest realm=a, bearer=b'),
  anonymous('a scheme that begins like Bearer', `Bearer2 ${good}`),
  { name: 'no credentials, no scope', path: '/me', headers: [], expected: refusal(401) },
  {
    name: 'no credentials, anyScope',
    path: '/any',
    headers: [],
    expected: refusal(401, undefined, 'x'),
  },
  {
    name: 'no credentials, both',
    path: '/all',
    headers: [],
    expected: refusal(401, undefined, 'a x'),
  },

  malformed('Bearer alone', 'Bearer'),
  malformed('Bearer and a space', 'Bearer '),
  malformed('two words', `Bearer ${good} x`),
  malformed('a tab', `Bearer\t${good}`),
  malformed('not token68', 'Bearer a"b'),
  malformed('padding inside', 'Bearer a=b'),
  malformed('an equals sign for the space', `Bearer=${good}`),
  malformed('a comma behind', `Bearer ${good},`),
  malformed('a comma before', `, Bearer ${good}`),
  malformed('two tokens in one header', `Bearer ${good}, Bearer ${good}`),
  malformed('two headers', `Bearer ${good}`, `Bearer ${good}`),
  malformed('Basic and Bearer', 'Basic YTpi', `Bearer ${good}`),
  malformed('Bearer and DPoP', `Bearer ${good}`, `DPoP ${good}`),
  malformed('an empty header and Bearer', '', `Bearer ${good}`),
  malformed('an open quote and Bearer', 'Digest realm="', `Bearer ${good}`),

  ...(
    [
      ['too long', `${'a'.repeat(8200)}.b.c`],
      ['opaque', 'Rjr3abcD1234UVWXYZ1ltQmKpZsEoYdH'],
      ['two parts', 'a.b'],
      ['five parts', 'a.b.c.d.e'],
      ['garbage', issuer.bad.garbage()],
      ['expired', issuer.bad.expired()],
      ['not yet valid', issuer.bad.notYetValid()],
      ['tampered with', issuer.bad.tampered()],
      ['by another key under the right key id', issuer.bad.wrongKey()],
      ['of an unknown key', issuer.bad.unknownKid()],
      ['for another audience', issuer.bad.wrongAudience()],
      ['of another issuer', issuer.bad.wrongIssuer()],
      [
        "of another issuer's key under the right key id",
        foreign.mint({}, { kid: issuer.keys.current.kid }),
      ],
      ['unsigned', issuer.bad.unsigned()],
      ['an ID token', issuer.bad.idToken()],
      ['typ: JWT, otherwise right', issuer.mint({}, { header: { typ: 'JWT' } })],
      ['no typ', issuer.mint({}, { header: { typ: undefined } })],
      ['bound to a key', issuer.mint({ cnf: { jkt: 'x'.repeat(43) } })],
      ['with an unknown critical header', issuer.mint({}, { header: { crit: ['x'], x: 1 } })],
    ] as const
  ).map(([name, token]) => invalid('/orders', 'orders:read')(name, token)),
  invalid('/me')('expired, on a route without scope', issuer.bad.expired()),

  passes('a good token', '/me', `Bearer ${good}`),
  passes('any case of the scheme', '/me', `bEaReR ${good}`),
  passes('several spaces', '/me', `Bearer   ${good}`),
  passes('the scope', '/orders', `Bearer ${withScope('orders:read')}`),
  passes('the scope among others', '/orders', `Bearer ${withScope('a orders:read b')}`),
  passes('both scopes', '/both', `Bearer ${withScope('b a')}`),
  passes('both scopes of a list', '/list', `Bearer ${withScope('b a')}`),
  passes('one of several scopes', '/any', `Bearer ${withScope('y')}`),
  passes('check', '/mine', `Bearer ${withScope('a')}`),
  passes('optional, anonymous', '/optional'),
  passes('optional, another scheme', '/optional', 'Basic YTpi'),
  passes('optional, signed in', '/optional', `Bearer ${good}`),
  passes('optional with scope, anonymous', '/optional-scope'),

  lacks('no scope', '/orders', good, 'orders:read'),
  lacks(
    'a scope that contains the name',
    '/orders',
    withScope('xorders:read orders:reader'),
    'orders:read',
  ),
  lacks('a scope in another case', '/orders', withScope('Orders:Read'), 'orders:read'),
  lacks('one of two scopes', '/both', withScope('a'), 'a b'),
  lacks('none of several scopes', '/any', withScope('z'), 'x'),
  lacks('scope but not anyScope', '/all', withScope('a'), 'a x'),
  lacks('a failed check', '/mine', withScope('a', 'bob')),
  lacks('optional with scope, signed in without it', '/optional-scope', good, 'a'),
  invalid('/optional')('optional, a bad token', issuer.bad.expired()),
  {
    name: 'optional, malformed',
    path: '/optional',
    headers: [['Authorization', 'Bearer a b']],
    expected: refusal(400, 'invalid_request'),
  },
]

/** Every behaviour of an adapter. The same answers, byte for byte, in every framework and on every runtime. */
export function describeAdapter(adapter: Adapter): void {
  describe(adapter.name, () => {
    it.each(behaviours)('$name ($path)', async ({ path, headers, expected }) => {
      const answer = await through(adapter, { auth, routes }, ({ call }) => call(path, headers))
      if (expected === 200) expect(answer.status).toBe(200)
      else expect(answer).toEqual(expected)
    })

    it('answers HEAD with the same headers and no body', async () => {
      await through(adapter, { auth, routes }, async ({ call }) => {
        const { body: _, ...rest } = refusal(401, undefined, 'orders:read')
        expect(await call('/orders', [], 'HEAD')).toEqual({ ...rest, body: '' })
      })
    })

    it('attaches what the token says, frozen, without showing the token', async () => {
      const token = issuer.mint({ sub: 'alice', scope: 'a b', roles: ['x'] })
      const answer = await through(adapter, { auth, routes }, ({ call }) =>
        call('/me', [bearer(token)]),
      )
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

    it('leaves an anonymous pass without auth', async () => {
      const answer = await through(adapter, { auth, routes }, ({ call }) => call('/optional'))
      expect(JSON.parse(answer.body)).toEqual({ auth: null, attached: null })
    })

    it('names the configured realm', async () => {
      const setup = { auth: { ...auth, realm: 'orders "v2" \\' }, routes }
      const answer = await through(adapter, setup, ({ call }) => call('/me'))
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="orders \\"v2\\" \\\\"')
    })

    it('answers 503 with Retry-After and no challenge while keys cannot be had', async () => {
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

    it('answers 200 concurrent first requests with one metadata and one key fetch', async () => {
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

    it('lets a second guard check only its own requirements', async () => {
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

    it('tells of each refusal once, by whoever refused', async () => {
      const told: object[] = []
      const onEvent = (event: { type: string }): void => {
        if (event.type.endsWith('refused')) told.push(event)
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
    })

    it('gives check the framework request, and passes only exactly true', async () => {
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

    it('leaves a throw of check to the framework', async () => {
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

    describe('onRefuse', () => {
      const refused = async (then: 'pass' | 'continue' | 'throw' | 'answer') => {
        const errors: AuthError[] = []
        const onRefuse = { told: (error: AuthError) => void errors.push(error), then }
        const answer = await through(adapter, { auth, routes, onRefuse }, ({ call }) =>
          call('/orders', [bearer(issuer.bad.expired())]),
        )
        return { answer, error: errors[0] as AuthError }
      }

      it('replaces the answer', async () => {
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

      it.each(['pass', 'continue'] as const)(
        '%s: the framework answers with the challenge',
        async (then) => {
          const { answer, error } = await refused(then)
          expect(answer.status).toBe(401)
          expect(answer.headers['www-authenticate']).toBe(error.headers['WWW-Authenticate'])
          expect(answer.body).not.toContain('alice')
        },
      )

      it('leaves a throw of the hook to the framework', async () => {
        expect((await refused('throw')).answer.status).toBe(500)
      })
    })

    it('does not open with a requirement that is undefined', async () => {
      const open = adapter.open({ auth, routes: { '/me': [{ scope: undefined as never }] } })
      await expect(open).rejects.toThrow(/'scope' is present but undefined/)
    })
  })
}
