import { createAuth } from 'tollgate/fetch'
import type { HostileOptions, HostileReport } from 'tollgate/testing'
import {
  assertRejectsHostileTokens,
  assertSurvivesIssuerFaults,
  createTestIssuer,
  hostileTokens,
} from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { isValid } from './hostile/reference-verifier.ts'

const issuer = createTestIssuer()

/** A route for good tokens that permits what its guard finds in the claim `scope`. */
function routeThat(permits: (scope: unknown) => boolean, refused: () => Response = forbidden) {
  return {
    async fetch(request: Request) {
      const token = /^bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
      if (token === undefined || !(await isValid(token, issuer))) {
        return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
      }
      const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
      return permits(JSON.parse(payload).scope) ? new Response('welcome') : refused()
    },
  }
}

function answer(status: number): () => Response {
  return () => new Response(null, { status })
}
function forbidden(): Response {
  return answer(403)()
}
function named(scope: unknown): string[] {
  return String(scope ?? '').split(' ')
}
function demands(...scopes: string[]): (scope: unknown) => boolean {
  return (scope) => scopes.every((one) => named(scope).includes(one))
}

type Target = Parameters<typeof assertRejectsHostileTokens>[0]

function attack(target: Target, options: Partial<HostileOptions>): Promise<HostileReport> {
  const given = { issuer, path: '/', only: ['exp/past'], ...options } as const
  return assertRejectsHostileTokens(target, given).catch(
    (error) => error.report ?? Promise.reject(error),
  )
}

async function problemsOf(...given: Parameters<typeof attack>): Promise<readonly string[]> {
  const report = await attack(...given)
  expect(report.ok).toBe(report.problems.length === 0)
  for (const problem of report.problems) expect(String(report)).toContain(`- ${problem}`)
  return report.problems
}

const meant = 'If that is meant, give the scope in claims: { scope } instead.'

describe('with the option scope, a run fails for a route', () => {
  test('a run with the option scope fails for a route that demands no scope', async () => {
    const { requireAuth } = createAuth(issuer.trust())
    const guard = requireAuth()
    const open = {
      async fetch(request: Request) {
        const result = await guard(request)
        return result instanceof Response ? result : new Response('welcome')
      },
    }
    expect(await problemsOf(open, { scope: 'orders:read' })).toEqual([
      `GET / does not demand the scope 'orders:read': it answered 200 to a good token without a scope. ${meant}`,
    ])
  })

  test('a run names every scope that a route without a scope requirement does not demand', async () => {
    const problems = await problemsOf(
      routeThat(() => true),
      { scope: ['a', 'b'] },
    )
    expect(problems).toEqual([
      `GET / does not demand the scopes 'a', 'b': it answered 200 to a good token without a scope. ${meant}`,
      `GET / does not demand the scope 'a': it answered 200 to a good token with the scope 'b'. ${meant}`,
      `GET / does not demand the scope 'b': it answered 200 to a good token with the scope 'a'. ${meant}`,
    ])
  })

  test('a run names the one of two scopes that a route does not demand', async () => {
    expect(await problemsOf(routeThat(demands('a')), { scope: 'a b' })).toEqual([
      `GET / does not demand the scope 'b': it answered 200 to a good token with the scope 'a'. ${meant}`,
    ])
    expect(await problemsOf(routeThat(demands('b')), { scope: ['a', 'b'] })).toEqual([
      expect.stringContaining("does not demand the scope 'a'"),
    ])
  })

  test.each<readonly [string, (scope: unknown) => boolean, RegExp]>([
    [
      'demands any one of two scopes',
      (scope) => named(scope).some((one) => ['a', 'b'].includes(one)),
      /^GET \/ does not demand the scope 'a': .* with the scope 'b'\..*\n.* the scope 'b': .*'a'\./,
    ],
    [
      'demands nothing of a token without the claim scope',
      (scope) => scope === undefined || demands('a', 'b')(scope),
      /^GET \/ does not demand the scopes 'a', 'b': it answered 200 to a good token without a sc/,
    ],
    [
      'searches the names in the text of the claim',
      (scope) => ['a', 'b'].every((one) => String(scope ?? '').includes(one)),
      /^GET \/ does not demand the scope 'a': .* with the scope 'a-not b not-a'\./,
    ],
    [
      'searches the names as words in the text of the claim',
      (scope) => /\ba\b/.test(`${scope ?? ''}`) && /\bb\b/.test(`${scope ?? ''}`),
      /^GET \/ does not demand the scope 'a': .* with the scope 'a-not b not-a'\./,
    ],
    [
      'looks at the beginning of each scope alone',
      (scope) => ['a', 'b'].every((one) => named(scope).some((each) => each.startsWith(one))),
      /^GET \/ does not demand the scope 'a': .* with the scope 'a-not b not-a'\./,
    ],
    [
      'looks at the end of each scope alone',
      (scope) => ['a', 'b'].every((one) => named(scope).some((each) => each.endsWith(one))),
      /^GET \/ does not demand the scope 'a': .* with the scope 'a-not b not-a'\./,
    ],
  ])('a run with two scopes fails for a route that %s', async (_, permits, message) => {
    const problems = await problemsOf(routeThat(permits), { scope: ['a', 'b'] })
    expect(problems.join('\n')).toMatch(message)
  })

  test.each<readonly [string, () => Response, string]>([
    ['answers 404', answer(404), 'it answered 404'],
    ['answers 429', answer(429), 'it answered 429'],
    ['answers 500', answer(500), 'it answered 500'],
    [
      'throws',
      () => {
        throw new RangeError('oops')
      },
      'the handler threw RangeError',
    ],
  ])('a run fails for a route that %s where a scope is missing', async (_, refused, told) => {
    expect(await problemsOf(routeThat(demands('a'), refused), { scope: 'a' })).toEqual([
      `GET / must refuse a good token without a scope with 403 or 401, because it lacks the scope 'a': ${told}.`,
    ])
  })
})

describe('with the option scope, refusals', () => {
  test('a run succeeds for the guard of tollgate that demands the scopes', async () => {
    const { requireAuth } = createAuth(issuer.trust())
    const guard = requireAuth({ scope: 'orders:read orders:write' })
    const route = {
      async fetch(request: Request) {
        const result = await guard(request)
        return result instanceof Response ? result : new Response('welcome')
      },
    }
    expect(await problemsOf(route, { scope: 'orders:read orders:write' })).toEqual([])
    expect(await problemsOf(route, { scope: ['orders:write', 'orders:read'] })).toEqual([])
  })

  test.each([403, 401])('a run succeeds for a route that answers %i', async (status) => {
    const route = routeThat(demands('a', 'b'), answer(status))
    expect(await problemsOf(route, { scope: ['a', 'b'] })).toEqual([])
  })

  /** The route, with another answer to a request without a token. */
  function withoutToken(status: number, refused: () => Response) {
    const { fetch } = routeThat(demands('a'), refused)
    return {
      fetch: async (request: Request) =>
        request.headers.has('authorization') ? fetch(request) : answer(status)(),
    }
  }

  test.each([404, 401])(
    'a run succeeds for a route that answers 404 without a token, and %i where a scope is missing',
    async (status) => {
      expect(await problemsOf(withoutToken(404, answer(status)), { scope: 'a' })).toEqual([])
    },
  )

  test.each([429, 500, 503])(
    'a %i is no refusal where a scope is missing, even if a request without a token gets it, too',
    async (status) => {
      expect(await problemsOf(withoutToken(status, answer(status)), { scope: 'a' })).toEqual([
        expect.stringContaining(`it answered ${status}`),
      ])
    },
  )

  test('the tokens of the scope proof have the other claims of the good token', async () => {
    const seen = new Set<unknown>()
    const { fetch } = routeThat(demands('a'))
    const watched = {
      fetch(request: Request) {
        const payload = request.headers.get('authorization')?.split('.')[1]
        if (payload) seen.add(JSON.parse(Buffer.from(payload, 'base64url').toString()).sub)
        return fetch(request)
      },
    }
    await problemsOf(watched, { scope: 'a', claims: { sub: 'ada', scope: 'b' } })
    expect(seen).toEqual(new Set(['ada']))
  })

  test('a run without the option scope proves no scope, whatever the claims are', async () => {
    expect(
      await problemsOf(
        routeThat(() => true),
        { claims: { scope: 'a' } },
      ),
    ).toEqual([])
  })
})

describe('a wrong option scope', () => {
  const path = '/'
  const route = routeThat(() => true)
  const functions: Readonly<Record<string, (scope: unknown) => unknown>> = {
    assertRejectsHostileTokens: (scope) => attack(route, { scope } as object),
    assertSurvivesIssuerFaults: (scope) =>
      assertSurvivesIssuerFaults(() => route, { issuer, path, scope } as never),
    hostileTokens: (scope) => hostileTokens({ issuer, scope } as never),
  }

  test.each(
    Object.keys(functions).flatMap((owner) =>
      [
        [undefined, 'is present but undefined: name the scopes that the route demands, or leave'],
        ['', 'names no scope: name those that the route demands, or leave the option out'],
        [[], 'names no scope: name those that the route demands, or leave the option out'],
        [[' '], 'names no scope: name those that the route demands, or leave the option out'],
        [7, 'must be a string with spaces or a list of strings, not 7'],
        [null, 'must be a string with spaces or a list of strings, not null'],
        [['a', 7], 'must be a string with spaces or a list of strings: it holds 7'],
      ].map(([scope, message]) => [owner, scope, message] as const),
    ),
  )('%s throws a TypeError for the scope %j', async (owner, scope, message) => {
    const result = Promise.resolve(scope).then(functions[owner])
    const error = await result.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(`tollgate: option 'scope' of ${owner} ${message}`)
  })
})
