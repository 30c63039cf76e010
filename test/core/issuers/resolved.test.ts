import type {
  AuthError,
  AuthEvent,
  IssuerOptions,
  IssuerResolver,
  Verifier,
  VerifierOptions,
} from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../verdict.ts'

const tenant = createTestIssuer({ url: 'https://tenant.test/1' })
tenant.clock.freeze()

function createStage(resolve: IssuerResolver, options: Partial<VerifierOptions> = {}) {
  tenant.reset()
  tenant.clock.freeze()
  const asked: string[] = []
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    ...tenant.trust(),
    onEvent: (event) => void events.push(event),
    ...options,
    issuer: (iss) => {
      asked.push(iss)
      return resolve(iss)
    },
  })
  const outcome = (token = tenant.mint()): Promise<string> => verdictOf(verifier.verify(token))
  return { verifier, outcome, asked, events }
}

const known: IssuerResolver = (iss) => (iss === tenant.url ? { issuer: iss } : undefined)

describe('the issuer resolver', () => {
  it('the issuer resolver is called once for 50 concurrent tokens of an issuer, and again after 600 seconds', async () => {
    const { outcome, asked } = createStage(async (iss) => known(iss))
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome()))
    expect(new Set(outcomes)).toEqual(new Set(['accepted']))
    tenant.clock.advance(599)
    expect(await outcome()).toBe('accepted')
    expect(asked).toEqual([tenant.url])
    tenant.clock.advance(1)
    expect(await outcome()).toBe('accepted')
    expect(asked).toHaveLength(2)
  })

  it('the keys of an issuer are kept when the issuer resolver gives the same answer again', async () => {
    const { outcome } = createStage(known, { keys: { maxAge: 86_400 } })
    await outcome()
    tenant.clock.advance(601)
    await outcome()
    expect(tenant.requests.count('jwks')).toBe(1)
  })

  it('a cached token is verified again after the issuer resolver has changed its answer', async () => {
    let answer: IssuerOptions | undefined = { issuer: tenant.url }
    const { outcome } = createStage(() => answer)
    const token = tenant.mint()
    expect(await outcome(token)).toBe('accepted')
    answer = { issuer: tenant.url, audience: 'https://elsewhere.test' }
    tenant.clock.advance(601)
    expect(await outcome(token)).toBe('401 audience')
    answer = undefined
    tenant.clock.advance(601)
    expect(await outcome(tenant.mint())).toBe('401 issuer')
    expect(await outcome(token)).toBe('401 issuer')
  })

  it.each<[string, IssuerOptions | undefined, string]>([
    ['changes', { issuer: tenant.url, audience: 'https://elsewhere.test' }, '401 audience'],
    ['is withdrawn', undefined, '401 issuer'],
  ])(
    'when the answer of the issuer resolver %s, every cached token of the issuer is verified again at once',
    async (_, next, refused) => {
      let answer: IssuerOptions | undefined = { issuer: tenant.url }
      const { outcome, asked } = createStage(() => answer)
      const exp = Math.floor(tenant.clock.now() / 1000) + 3600
      const [one, two] = [tenant.mint({ exp }), tenant.mint({ exp })]
      expect([await outcome(one), await outcome(two)]).toEqual(['accepted', 'accepted'])
      answer = next
      tenant.clock.advance(601)
      expect([await outcome(one), await outcome(two)]).toEqual([refused, refused])
      expect(asked).toHaveLength(2)
    },
  )

  it('an issuer that the issuer resolver rejects is refused for 30 seconds without another call', async () => {
    const { outcome, asked } = createStage(() => undefined)
    for (let second = 0; second < 30; second++) {
      expect(await outcome()).toBe('401 issuer')
      tenant.clock.advance(1)
    }
    expect(asked).toHaveLength(1)
    expect(await outcome()).toBe('401 issuer')
    expect(asked).toHaveLength(2)
    expect(tenant.requests.all).toHaveLength(0)
  })

  it.each([
    ['with http', 'http://tenant.test'],
    ['with a query', 'https://tenant.test?x'],
    ['with a fragment', 'https://tenant.test#x'],
    ['that is no URL', 'tenant'],
    ['that is an e-mail address', 'bot@system.tenant.test'],
    ['of 1024 characters', 'x'.repeat(1024)],
  ])('the issuer resolver is called for an iss %s', async (_, iss) => {
    const { outcome, asked } = createStage(known)
    expect(await outcome(tenant.mint({ iss }))).toBe('401 issuer')
    expect(asked).toEqual([iss])
  })

  it.each([
    ['with a password', 'https://a:b@tenant.test'],
    ['with whitespace in its path', 'https://tenant.test/ /x'],
    ['with a line break', 'tenant\n'],
    ['with a character that is not ASCII', 'ténant'],
    ['that is a template', 'https://tenant.test/{tenantid}'],
    ['that is a template and no URL', '{tenantid}'],
    ['that stands for many tenants', 'https://tenant.test/common/v2.0'],
    ['that is a name for many tenants', 'organizations'],
    ['that is empty', ''],
    ['of 1025 characters', 'x'.repeat(1025)],
    ['of 1025 characters that is a URL', `https://tenant.test/${'x'.repeat(1005)}`],
  ])('T10: the issuer resolver is not called for an iss %s', async (_, iss) => {
    const { outcome, asked } = createStage(known)
    expect(await outcome(tenant.mint({ iss }))).toBe('401 issuer')
    expect(asked).toEqual([])
  })

  it('T10: the issuer resolver is called only after size, form, algorithm and critical header of the token were checked', async () => {
    const { outcome, asked } = createStage(known)
    expect(await outcome(`${'a'.repeat(16_381)}.b.c`)).toBe('401 too-large')
    expect(await outcome('a.b')).toBe('401 opaque')
    expect(await outcome(`${tenant.mint()}.c`)).toBe('401 malformed')
    expect(await outcome(tenant.mint({}, { header: { alg: 'none' } }))).toBe('401 algorithm')
    expect(await outcome(tenant.mint({}, { header: { crit: ['x'] } }))).toBe('401 critical-header')
    expect(asked).toEqual([])
  })

  it('the type of a token is judged by the profile that the issuer resolver gives, whatever type that names', async () => {
    const { outcome, asked } = createStage((iss) => ({
      issuer: iss,
      profile: { types: ['txntoken+jwt'] },
    }))
    const typed = (typ: unknown): string => tenant.mint({}, { header: { typ } })
    expect(await outcome(typed('txntoken+jwt'))).toBe('accepted')
    expect(await outcome(typed('application/TxnToken+JWT'))).toBe('accepted')
    for (const typ of ['at+jwt', 'JWT', 'dpop+jwt', undefined, 1, ['txntoken+jwt'], '']) {
      expect(await outcome(typed(typ))).toBe('401 token-type')
    }
    expect(asked).toEqual([tenant.url])
    const { outcome: byDefault } = createStage(known)
    expect(await byDefault(typed('txntoken+jwt'))).toBe('401 token-type')
    expect(await byDefault(typed('dpop+jwt'))).toBe('401 token-type')
  })

  it('a token is checked by the rules that the issuer resolver gives for its own issuer', async () => {
    const { outcome } = createStage((iss) => ({
      issuer: iss,
      profile: 'jwt',
      algorithms: ['ES256'],
    }))
    expect(await outcome(tenant.mint({}, { header: { typ: 'JWT' } }))).toBe('accepted')
    const strict = createStage((iss) => ({ issuer: iss, algorithms: ['RS256'] }))
    expect(await strict.outcome()).toBe('401 algorithm')
    const typed = createStage(known)
    expect(await typed.outcome(tenant.mint({}, { header: { typ: 'JWT' } }))).toBe('401 token-type')
  })

  it.each<[string, () => unknown, Partial<VerifierOptions>?]>([
    [
      'throws',
      () => {
        throw new Error('database down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('database down'))],
    ['rejects with undefined', () => Promise.reject(undefined)],
    ['gives null', () => null],
    ['gives a string', () => tenant.url],
    ['gives an unknown option', () => ({ issuer: tenant.url, jwksUrl: 'x' })],
    ['gives a wrong option', () => ({ issuer: tenant.url, algorithms: ['none'] })],
    ['gives another issuer', () => ({ issuer: 'https://tenant.test/2' })],
    ['never answers', () => new Promise(() => {}), { keys: { timeout: 0.05 } }],
  ])(
    'a token is answered 503, with an event, if the issuer resolver %s',
    async (_, resolve, options) => {
      const { verifier, events } = createStage(resolve as IssuerResolver, options)
      await expectUndecided(verifier, events)
    },
  )

  it('a token is answered 503, with an event, if neither the issuer resolver nor the options name an audience', async () => {
    const events: AuthEvent[] = []
    const onEvent = (event: AuthEvent): void => void events.push(event)
    const { fetch, now } = tenant
    const verifier = createVerifier({ issuer: (iss) => ({ issuer: iss }), fetch, now, onEvent })
    await expectUndecided(verifier, events)
  })

  async function expectUndecided(verifier: Verifier, events: AuthEvent[]): Promise<void> {
    const error: AuthError = await verifier.verify(tenant.mint()).catch((error) => error)
    expect(error).toMatchObject({
      name: 'UnavailableError',
      status: 503,
      reason: 'resolver',
      headers: { 'Retry-After': '1' },
    })
    expect(events).toContainEqual({ type: 'resolver.failed', why: expect.stringMatching(/./) })
  }

  it('T15: an event about a failed issuer resolver does not contain the iss that a token claims', async () => {
    const { outcome, events } = createStage((iss) => {
      throw new Error(`no tenant ${iss}`)
    })
    await outcome(tenant.mint({ iss: 'https://claimed.test' }))
    expect(JSON.stringify(events)).not.toContain('claimed')
  })

  it('the issuer resolver is called again after a call that never ended', async () => {
    let stuck = true
    const { outcome, asked } = createStage(
      (iss) => (stuck ? new Promise<undefined>(() => {}) : known(iss)),
      { keys: { timeout: 0.05 } },
    )
    expect(await outcome()).toBe('503 resolver')
    stuck = false
    expect(await outcome()).toBe('accepted')
    expect(asked).toHaveLength(2)
  })

  it('T10: attackers who name 1,500 other issuers do not push out an issuer whose token was accepted', async () => {
    const { outcome, asked } = createStage((iss) => ({ issuer: iss }), { keys: { maxAge: 86_400 } })
    const token = tenant.mint()
    await outcome(token)
    tenant.fail('*', faults.refuse())
    for (let n = 0; n < 1500; n++) {
      await outcome(tenant.mint({ iss: `https://many.test/${n}` }, { key: tenant.keys.attacker() }))
    }
    expect(await outcome(token)).toBe('accepted')
    expect(asked.filter((iss) => iss === tenant.url)).toHaveLength(1)
  })

  it('the issuer resolver is called again after a failure', async () => {
    let down = true
    const { outcome } = createStage((iss) => {
      if (down) throw new Error('down')
      return known(iss)
    })
    expect(await outcome()).toBe('503 resolver')
    down = false
    expect(await outcome()).toBe('accepted')
  })

  it('ready() does not call the issuer resolver, and health() lists the issuers that were loaded through it', async () => {
    const { verifier, outcome, asked } = createStage(known)
    await verifier.ready()
    expect(asked).toEqual([])
    expect(verifier.health()).toEqual([])
    await outcome()
    expect(verifier.health()).toMatchObject([{ issuer: tenant.url, usable: true, keys: 1 }])
  })

  it('T10: with maxIssuers 1,000, as many issuers are kept, and an issuer that is evicted loses its keys and cached tokens', async () => {
    const keys = [tenant.keys.current.privateJwk as never]
    const at = (n: number) => createTestIssuer({ url: `https://many.test/${n}`, keys })
    const fetches: string[] = []
    const fetch: typeof globalThis.fetch = async (url) => {
      fetches.push(String(url))
      return Response.json(tenant.jwks)
    }
    const { verifier } = createStage((iss) => ({ issuer: iss, jwksUri: `${iss}/jwks` }), {
      fetch,
      now: Date.now,
      maxIssuers: 1000,
    })
    const first = at(0).mint()
    await verifier.verify(first)
    for (let n = 1; n <= 1000; n++) await verifier.verify(at(n).mint())
    expect(verifier.health()).toHaveLength(1000)
    expect(fetches).toHaveLength(1001)
    await verifier.verify(first)
    expect(fetches).toHaveLength(1002)
  })

  it('T10: a flood of 100,000 different iss takes less than 150 MB of memory', async () => {
    const { outcome, asked } = createStage(() => undefined)
    const [head, , signature] = tenant.mint().split('.')
    const claims = JSON.parse(
      Buffer.from(tenant.mint().split('.')[1] as string, 'base64url').toString(),
    )
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < 100_000; n++) {
      const body = Buffer.from(JSON.stringify({ ...claims, iss: `https://flood.test/${n}` }))
      await outcome(`${head}.${body.toString('base64url')}.${signature}`)
    }
    globalThis.gc?.()
    expect(asked).toHaveLength(100_000)
    asked.length = 0
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150 * 1024 * 1024)
    expect(await outcome()).toBe('401 issuer')
  })

  it('T12: a tenant whose issuer is down is answered 503, and the tokens of another tenant are accepted', async () => {
    const down = createTestIssuer({ url: 'https://tenant.test/2' })
    down.fail('*', faults.refuse())
    const fetch: typeof globalThis.fetch = (url, init) =>
      (String(url).includes('/2') ? down : tenant).fetch(url, init)
    const { outcome } = createStage((iss) => ({ issuer: iss }), { fetch })
    expect(await outcome(down.mint())).toBe('503 keys')
    expect(await outcome()).toBe('accepted')
  })
})
