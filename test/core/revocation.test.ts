import type { Auth, AuthError, AuthEvent, RevocationStore, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/fetch'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it, vi } from 'vitest'
import { expectNoLeak } from '../leaks.ts'

function createStage(
  revocation: VerifierOptions['revocation'],
  options: Partial<VerifierOptions> = {},
) {
  const issuer = createTestIssuer()
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const onEvent = (event: AuthEvent): void => void events.push(event)
  const verifier = createVerifier({ ...issuer.trust({ revocation, onEvent }), ...options })
  return { issuer, verifier, events }
}

/** A function that counts its calls, and gives the answers in their order, the last one again. */
function scripted(...answers: readonly unknown[]) {
  const asked: Auth[] = []
  const revocation = (auth: Auth): boolean => {
    asked.push(auth)
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    return (typeof answer === 'function' ? answer() : answer) as boolean
  }
  return { revocation, asked }
}

describe('the option revocation', () => {
  it.each([
    ['false', () => false],
    ['a promise of false', async () => false],
  ])('%s lets the token pass', async (_, revocation) => {
    const { issuer, verifier } = createStage(revocation)
    await expect(verifier.verify(issuer.mint({ sub: 'a' }))).resolves.toMatchObject({
      subject: 'a',
    })
  })

  it.each([
    ['true', () => true],
    ['a promise of true', async () => true],
  ])(
    '%s refuses the token with 401 invalid_token, for the reason revoked',
    async (_, revocation) => {
      const { issuer, verifier, events } = createStage(revocation)
      await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({
        name: 'InvalidTokenError',
        status: 401,
        error: 'invalid_token',
        reason: 'revoked',
      })
      const refused = { type: 'token.refused', issuer: issuer.url, reason: 'revoked' }
      expect(events.filter(({ type }) => type.startsWith('token.'))).toMatchObject([refused])
    },
  )

  it.each([undefined, null, 0, 1, '', 'false', 'true', [], {}, Number.NaN, () => false])(
    '%o is a TypeError, which is no refusal, at once and as a promise',
    async (answer) => {
      for (const revocation of [() => answer, async () => answer]) {
        const { issuer, verifier } = createStage(revocation as never)
        const error = await verifier.verify(issuer.mint()).catch((error: unknown) => error)
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toMatch(/^TypeError: tollgate: option 'revocation' must give true or/)
      }
    },
  )

  it('says nothing of a wrong answer but its kind', async () => {
    const { issuer, verifier } = createStage((() => 4711) as never)
    await expect(verifier.verify(issuer.mint())).rejects.toThrow(/not a number$/)
  })

  it('an answer that does not come within the timeout is 503, and the request waits no longer', async () => {
    let tellAsked = (): void => {}
    const isAsked = new Promise<void>((resolve) => {
      tellAsked = resolve
    })
    const never = (): Promise<boolean> => {
      tellAsked()
      return new Promise(() => {})
    }
    const { issuer, verifier, events } = createStage(never, { keys: { timeout: 2 } })
    await verifier.ready()
    vi.useFakeTimers()
    try {
      const verdict = expect(verifier.verify(issuer.mint())).rejects.toMatchObject({
        name: 'UnavailableError',
        status: 503,
        reason: 'revocation',
      })
      await isAsked
      await vi.advanceTimersByTimeAsync(2_000)
      await verdict
      expect(events.at(-1)).toMatchObject({
        reason: 'revocation',
        hint: expect.stringMatching(/TIMEOUT/),
      })
    } finally {
      vi.useRealTimers()
    }
  })

  it.each(['userinfo', 'exchange'] as const)(
    'is asked again before %s() sends the token on',
    async (name) => {
      const { revocation, asked } = scripted(false, true, () => {
        throw new Error('down')
      })
      const issuer = createTestIssuer()
      const client = { id: 'orders-api', secret: 'for tests only' }
      const trusted = { issuer: issuer.url, client }
      const verifier = createVerifier(issuer.trust({ issuer: trusted, revocation }))
      const auth = await verifier.verify(issuer.mint())
      const before = issuer.requests.count()
      await expect(verifier[name](auth)).rejects.toMatchObject({ status: 401, reason: 'revoked' })
      await expect(verifier[name](auth)).rejects.toMatchObject({
        status: 503,
        reason: 'revocation',
      })
      expect(asked).toHaveLength(3)
      expect(issuer.requests.count()).toBe(before)
    },
  )

  it('waits for a promise of another library', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what such a promise has
    const thenable = { then: (resolve: (value: boolean) => void) => resolve(true) }
    const { issuer, verifier } = createStage((() => thenable) as never)
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ reason: 'revoked' })
  })

  it.each([
    [
      'throws',
      (error: unknown) => {
        throw error
      },
    ],
    [
      'rejects',
      async (error: unknown) => {
        throw error
      },
    ],
  ])(
    'what %s is 503 with Retry-After, and neither the error nor the event shows why',
    async (_, fail) => {
      const failures = [
        (token: string) => new Error(`no answer about ${token}`),
        (token: string) => Object.assign(new Error('alice'), { code: token }),
        () => new TypeError('alice'),
        () => undefined,
        () => 'alice',
      ]
      for (const failure of failures) {
        const { issuer, verifier, events } = createStage((({ token }: Auth) =>
          fail(failure(token))) as never)
        const token = issuer.mint({ sub: 'alice' })
        const error: AuthError = await verifier.verify(token).catch((error) => error)
        expect(error).toMatchObject({
          status: 503,
          reason: 'revocation',
          headers: { 'Retry-After': '1' },
        })
        expect(error.cause).toBeUndefined()
        expectNoLeak([error, events], token, 'alice')
      }
    },
  )

  it('an InvalidTokenError that the function throws is 503 as well: only true refuses', async () => {
    const other = createTestIssuer()
    const refused = await createVerifier(other.trust())
      .verify('')
      .catch((error: unknown) => error)
    const { issuer, verifier } = createStage(() => {
      throw refused
    })
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ status: 503 })
  })

  it.each([100, false] as const)(
    'is asked on every verify(), with tokenCache %s',
    async (tokenCache) => {
      const { revocation, asked } = scripted(false, false, true, false)
      const { issuer, verifier } = createStage(revocation, { tokenCache })
      const token = issuer.mint({ sub: 'alice' })
      const outcomes = []
      for (let i = 0; i < 4; i++) {
        outcomes.push(
          await verifier.verify(token).then(
            () => 'passed',
            (error: AuthError) => error.reason,
          ),
        )
      }
      expect(outcomes).toEqual(['passed', 'passed', 'revoked', 'passed'])
      expect(asked.map((auth) => auth.subject)).toEqual(['alice', 'alice', 'alice', 'alice'])
      expect(asked.every(Object.isFrozen)).toBe(true)
    },
  )

  it('is asked last: not about a token that any other check refuses', async () => {
    const { revocation, asked } = scripted(false)
    const claims = {
      '~standard': { version: 1 as const, vendor: 'test', validate: () => ({ issues: [] }) },
    }
    const { issuer, verifier } = createStage(revocation)
    for (const make of [issuer.bad.tampered, issuer.bad.expired, issuer.bad.wrongAudience]) {
      await expect(verifier.verify(make())).rejects.toMatchObject({ status: 401 })
    }
    const strict = createVerifier({ ...issuer.trust(), revocation, claims } as never)
    await expect(strict.verify(issuer.mint())).rejects.toMatchObject({ reason: 'claims' })
    expect(asked).toEqual([])
  })

  it('a cached token that has expired since is not asked about', async () => {
    const { revocation, asked } = scripted(false)
    const { issuer, verifier } = createStage(revocation)
    const token = issuer.mint()
    await verifier.verify(token)
    issuer.clock.advance(400)
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'expired' })
    expect(asked).toHaveLength(1)
  })

  it('what it is given has the claims that the schema of the application gives', async () => {
    const issuer = createTestIssuer()
    const asked: string[] = []
    const verifier = createVerifier<{ tenant: string }>({
      ...issuer.trust(),
      claims: {
        '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { tenant: 'a' } }) },
      },
      revocation: (auth) => {
        asked.push(auth.claims.tenant)
        return false
      },
    })
    await verifier.verify(issuer.mint())
    expect(asked).toEqual(['a'])
  })

  it('a revoked token is 401 with the usual challenge, also on a route whose requirements it does not meet', async () => {
    const { revocation, asked } = scripted(true)
    const { issuer, verifier } = createStage(revocation)
    const { requireAuth } = createAuth({ verifier })
    const headers = issuer.headers({ scope: 'a' })
    const answerOf = async (requirements: object) => {
      const answer = await requireAuth(requirements)(new Request('https://api.test/', { headers }))
      expect(answer).toBeInstanceOf(Response)
      const { status, headers: sent } = answer as unknown as Response
      return [status, sent.get('www-authenticate')]
    }
    const challenge =
      'error="invalid_token", error_description="The access token is not valid for this resource."'
    expect(await answerOf({})).toEqual([401, `Bearer realm="api", ${challenge}`])
    expect(await answerOf({ scope: 'b' })).toEqual([
      401,
      `Bearer realm="api", scope="b", ${challenge}`,
    ])
    expect(await answerOf({ check: () => false })).toEqual([
      401,
      `Bearer realm="api", ${challenge}`,
    ])
    expect(asked).toHaveLength(3)
  })

  it('a TypeError of it reaches the framework, and is no answer of the guard', async () => {
    const { issuer, verifier } = createStage((() => undefined) as never)
    const guard = createAuth({ verifier }).requireAuth()
    const request = new Request('https://api.test/', { headers: issuer.headers() })
    await expect(guard(request)).rejects.toBeInstanceOf(TypeError)
  })

  it('explain() asks it last, too, and names the check', async () => {
    const { revocation, asked } = scripted(false, true, () => {
      throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
    })
    const { issuer, verifier, events } = createStage(revocation)
    const token = issuer.mint()
    const last = async () => (await verifier.explain(token)).checks.slice(-2)
    expect(await last()).toEqual([
      { name: 'revocation', outcome: 'passed' },
      { name: 'revoked', outcome: 'passed' },
    ])
    expect(await last()).toEqual([
      { name: 'revocation', outcome: 'passed' },
      { name: 'revoked', outcome: 'failed', hint: expect.stringContaining('is revoked') },
    ])
    expect(await last()).toEqual([
      { name: 'revocation', outcome: 'failed', hint: expect.stringContaining('ECONNREFUSED') },
      { name: 'revoked', outcome: 'not reached' },
    ])
    expect((await verifier.explain(issuer.bad.tampered())).accepted).toBe(false)
    expect(asked).toHaveLength(3)
    expect(events.filter(({ type }) => type.startsWith('token.'))).toEqual([])
  })

  it('without the option, explain() has no such check', async () => {
    const { issuer, verifier } = createStage(undefined)
    const { checks } = await verifier.explain(issuer.mint())
    expect(checks.map(({ name }) => name)).not.toContain('revoked')
  })

  it('a store is called as a method of itself, whether its methods are its own or of its class', async () => {
    class Store implements RevocationStore {
      readonly #answer = true
      isRevoked(): boolean {
        return this.#answer
      }
      async revoke(): Promise<void> {}
    }
    const { issuer, verifier } = createStage(new Store())
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({ reason: 'revoked' })
  })

  it.each<[string, unknown]>([
    ['a text', 'yes'],
    ['true', true],
    ['null', null],
    ['a list', ['token']],
    ['a promise of a store', Promise.resolve({})],
    ['a store that cannot revoke', { isRevoked: () => false }],
    ['a store that cannot be asked', { revoke: async () => {} }],
    [
      'subscribe that is no function',
      { isRevoked: () => false, revoke: async () => {}, subscribe: 1 },
    ],
  ])('refuses %s when the verifier is made', (_, revocation) => {
    expect(() => createStage(revocation as never)).toThrow(/tollgate: option 'revocation'/)
  })
})
