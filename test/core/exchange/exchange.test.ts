import { inspect } from 'node:util'
import type { AuthEvent, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../../leaks.ts'
import { verdictOf } from '../verdict.ts'

const client = { id: 'orders-api', secret: 'the-secret-of-the-orders-api' }
const next = 'https://invoices.test'

function createStage(options: Partial<VerifierOptions> = {}) {
  const issuer = createTestIssuer({ expiresIn: 3600 })
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    ...issuer.trust(),
    issuer: { issuer: issuer.url, client },
    onEvent: (event) => void events.push(event),
    ...options,
  } as VerifierOptions)
  const calls = (): number => issuer.requests.count('token')
  const authOf = (claims: object = {}) => verifier.verify(issuer.mint({ sub: 'alice', ...claims }))
  return { issuer, verifier, events, calls, authOf }
}

/** Has the token endpoint answer with these members beside good ones. */
function answer(issuer: TestIssuer, members: object): Disposable {
  const body = { access_token: 'new-token', token_type: 'Bearer', expires_in: 300, ...members }
  return issuer.fail('token', faults.body(JSON.stringify(body)))
}

describe('verifier.exchange', () => {
  it('gives a token of the same user for another audience, with one call', async () => {
    const { issuer, verifier, authOf, calls } = createStage()
    const auth = await authOf({ scope: 'orders:read' })
    const given = await verifier.exchange(auth, { audience: next, scope: 'a b' })
    expect(given).toMatchObject({ tokenType: 'Bearer', scopes: ['a', 'b'] })
    expect(given.expiresAt).toBe(Math.floor(issuer.now() / 1000) + 3600)
    const other = createVerifier({ ...issuer.trust(), audience: next })
    const called = await other.verify(given.token)
    expect(called).toMatchObject({ subject: 'alice', clientId: client.id, scopes: ['a', 'b'] })
    expect(calls()).toBe(1)
    expect(issuer.requests.count('openid-configuration')).toBe(2)
  })

  it('sends the form of RFC 8693, as the client', async () => {
    const sent: { url: string; body?: string; headers: Record<string, string> }[] = []
    const issuer = createTestIssuer()
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, client },
      fetch: (url, init) => {
        sent.push({ url, ...init })
        return issuer.fetch(url, init)
      },
    })
    const token = issuer.mint()
    const auth = await verifier.verify(token)
    await verifier.exchange(auth, { audience: next, scope: ['b', 'a', 'b'], resource: 'urn:x' })
    const { url, body, headers } = sent.at(-1) as (typeof sent)[number]
    expect(url).toBe(`${issuer.url}/token`)
    expect(headers['authorization']).toBe(`Basic ${btoa(`${client.id}:${client.secret}`)}`)
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: next,
      scope: 'a b',
      resource: 'urn:x',
    })
  })

  it('an opaque token can be exchanged as well', async () => {
    const introspection = {}
    const issuer = createTestIssuer()
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, client, introspection },
    })
    const auth = await verifier.verify(issuer.opaque({ sub: 'alice' }))
    const { token } = await verifier.exchange(auth, { audience: next })
    const other = createVerifier({ ...issuer.trust(), audience: next })
    expect((await other.verify(token)).subject).toBe('alice')
  })

  it('no log, JSON or inspection shows the new token', async () => {
    const { verifier, authOf } = createStage()
    const given = await verifier.exchange(await authOf(), { audience: next })
    expect(Object.isFrozen(given)).toBe(true)
    const shown = JSON.stringify([given, { ...given }]) + inspect(given, { showHidden: true })
    expect(shown).not.toContain(given.token)
    expect(shown).not.toContain(given.token.split('.')[2])
  })
})

describe('exchanged tokens on the virtual clock', () => {
  it('1,000 calls at the same time are one request, and so is a set of scopes in any order', async () => {
    const { verifier, authOf, calls } = createStage()
    const auth = await authOf()
    const ask = (scope: string) => verifier.exchange(auth, { audience: next, scope })
    const given = await Promise.all(
      Array.from({ length: 1000 }, (_, i) => ask(i % 2 ? 'a b' : 'b a')),
    )
    expect(new Set(given).size).toBe(1)
    expect(calls()).toBe(1)
  })

  it('another token, audience, scope or resource is another request', async () => {
    const { verifier, authOf, calls } = createStage()
    const [a, b] = [await authOf(), await authOf()]
    const targets = [
      {},
      { audience: next },
      { audience: 'https://x.test' },
      { audience: next, scope: 'a' },
      { audience: next, scope: 'a b' },
      { audience: next, resource: 'https://x.test' },
      { resource: next },
    ]
    const tokens = new Set<string>()
    for (const auth of [a, b]) {
      for (const target of targets) tokens.add((await verifier.exchange(auth, target)).token)
    }
    expect(tokens.size).toBe(14)
    expect(calls()).toBe(14)
    // Another Auth of the same token is the same caller.
    await verifier.exchange(await verifier.verify(a.token), { audience: next })
    expect(calls()).toBe(14)
  })

  it('is kept until it expires', async () => {
    const { issuer, verifier, authOf, calls } = createStage()
    const auth = await authOf()
    const exchange = () => verifier.exchange(auth, { audience: next })
    {
      using _ = answer(issuer, { expires_in: 100 })
      await exchange()
    }
    issuer.clock.advance(99)
    expect((await exchange()).token).toBe('new-token')
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    expect((await exchange()).token).not.toBe('new-token')
    expect(calls()).toBe(2)
  })

  it('is not kept longer than the token of the caller lasts', async () => {
    const { issuer, verifier, calls } = createStage()
    const auth = await verifier.verify(issuer.mint({}, { expiresIn: 50 }))
    const exchange = () => verifier.exchange(auth, { audience: next })
    using _ = answer(issuer, { expires_in: 3600 })
    await exchange()
    issuer.clock.advance(49)
    await exchange()
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    await exchange()
    expect(calls()).toBe(2)
    issuer.clock.advance(10)
    expect(await verdictOf(exchange())).toBe('401 expired')
    expect(calls()).toBe(2)
  })

  it('is kept for 60 s where the issuer does not say how long it lasts', async () => {
    const { issuer, verifier, authOf, calls } = createStage()
    const auth = await authOf()
    using _ = answer(issuer, { expires_in: undefined })
    const exchange = () => verifier.exchange(auth)
    expect((await exchange()).expiresAt).toBeUndefined()
    issuer.clock.advance(59)
    await exchange()
    expect(calls()).toBe(1)
    issuer.clock.advance(1)
    await exchange()
    expect(calls()).toBe(2)
  })

  it('the issuer is down: 503, held back, and it recovers by itself', async () => {
    const { issuer, verifier, authOf, calls, events } = createStage()
    const auth = await authOf()
    const exchange = () => verifier.exchange(auth, { audience: next })
    const outage = issuer.fail('token', faults.status(500))
    expect(await verdictOf(exchange())).toBe('503 exchange')
    expect(await verdictOf(exchange())).toBe('503 exchange')
    expect(calls()).toBe(1)
    expect(events.at(-1)).toMatchObject({
      type: 'token.refused',
      issuer: issuer.url,
      reason: 'exchange',
      hint: expect.stringMatching(
        /gave no token in exchange.*status 500 at .*\/token\. The next call after 1 s/,
      ),
    })
    outage[Symbol.dispose]()
    issuer.clock.advance(1)
    expect(await verdictOf(exchange())).toBe('accepted')
  })

  it.each([
    ['invalid_request', '401 inactive'],
    ['invalid_grant', '401 inactive'],
    ['invalid_target', '503 exchange'],
    ['invalid_scope', '503 exchange'],
    ['unauthorized_client', '503 exchange'],
  ])(
    'the refusal %s of the issuer is %s, kept for 10 s for this question alone',
    async (error, is) => {
      const { issuer, verifier, authOf, calls } = createStage()
      const auth = await authOf()
      const fault = faults.status(400, { body: JSON.stringify({ error }) })
      const refusal = issuer.fail('token', fault)
      expect(await verdictOf(verifier.exchange(auth, { audience: next }))).toBe(is)
      refusal[Symbol.dispose]()
      expect(await verdictOf(verifier.exchange(auth, { audience: next }))).toBe(is)
      expect(calls()).toBe(1)
      expect(await verdictOf(verifier.exchange(auth, { audience: 'https://x.test' }))).toBe(
        'accepted',
      )
      issuer.clock.advance(10)
      expect(await verdictOf(verifier.exchange(auth, { audience: next }))).toBe('accepted')
    },
  )

  it.each([401, 400])(
    'an issuer that refuses the client (%i) is held back like one that is down',
    async (status) => {
      const { issuer, verifier, authOf, calls } = createStage()
      const auth = await authOf()
      const body = JSON.stringify({ error: 'invalid_client' })
      const outage = issuer.fail('token', faults.status(status, { body }))
      for (const audience of [next, 'https://x.test']) {
        expect(await verdictOf(verifier.exchange(auth, { audience }))).toBe('503 exchange')
      }
      expect(calls()).toBe(1)
      outage[Symbol.dispose]()
      issuer.clock.advance(1)
      expect(await verdictOf(verifier.exchange(auth, { audience: next }))).toBe('accepted')
    },
  )

  it('metadata without the endpoint is 503, with no call and no second fetch', async () => {
    const issuer = createTestIssuer({ metadata: { token_endpoint: undefined } })
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, client },
    })
    const auth = await verifier.verify(issuer.mint())
    const error = await verifier.exchange(auth).catch((thrown) => thrown)
    expect(error).toMatchObject({ status: 503, reason: 'exchange', retryAfter: 60 })
    expect(issuer.requests.count('openid-configuration')).toBe(1)
  })

  it('a revoked token is not exchanged', async () => {
    const { issuer, verifier, authOf, events } = createStage()
    const auth = await authOf()
    issuer.revoke(auth.token)
    expect(await verdictOf(verifier.exchange(auth))).toBe('401 inactive')
    expect(events.at(-1)).toMatchObject({
      reason: 'inactive',
      hint: expect.stringMatching(/answers invalid_request/),
    })
  })

  it.each([
    // RFC 8693 section 2.2.2 has one code for a token that is not good and for a request that is not.
    [
      'invalid_request',
      [
        /the issuer \('https:\/\/issuer\.test'\) answers invalid_request .* either the caller's token is not good for it/,
        /expired, revoked, .* Have the client get a new one/,
        /Or the request is wrong.* let the option 'client' exchange tokens.* audience, scope and resource/,
      ],
    ],
    [
      'invalid_grant',
      [
        /does not take the caller's token in exchange: .*was revoked/,
        /have the issuer let the option 'client' exchange tokens/,
      ],
    ],
  ])('the hint for %s says all that it may mean', async (error, parts) => {
    const { issuer, verifier, authOf, events } = createStage()
    const auth = await authOf()
    issuer.fail('token', faults.status(400, { body: JSON.stringify({ error }) }))
    // The second time, the answer is one that is kept.
    for (const _ of [1, 2]) {
      expect(await verdictOf(verifier.exchange(auth))).toBe('401 inactive')
      const { hint = '' } = events.at(-1) as { hint?: string }
      for (const part of parts) expect(hint).toMatch(part)
      expect(hint.length).toBeLessThan(500)
    }
  })
})

describe('the answer to an exchange', () => {
  it.each([
    ['Bearer in lower case', { token_type: 'bearer' }, 'accepted'],
    ['seconds as text', { expires_in: '300' }, 'accepted'],
    [
      'the type of a JWT',
      { issued_token_type: 'urn:ietf:params:oauth:token-type:jwt' },
      'accepted',
    ],
    ['no token', { access_token: undefined }, '503 exchange'],
    ['an empty token', { access_token: '' }, '503 exchange'],
    ['a token with a line break', { access_token: 'a\nb: c' }, '503 exchange'],
    ['a list of tokens', { access_token: ['a'] }, '503 exchange'],
    ['no type', { token_type: undefined }, '503 exchange'],
    ['the type DPoP', { token_type: 'DPoP' }, '503 exchange'],
    ['the type N_A', { token_type: 'N_A' }, '503 exchange'],
    [
      'an ID token',
      { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      '503 exchange',
    ],
    ['null as the lifetime', { expires_in: null }, 'accepted'],
    ['a negative lifetime', { expires_in: -1 }, '503 exchange'],
    ['a lifetime of zero', { expires_in: 0 }, '503 exchange'],
    ['a lifetime of 1,000 years', { expires_in: 1e11 }, '503 exchange'],
    ['a scope that is a list', { scope: ['a'] }, '503 exchange'],
  ])('with %s', async (_, members, outcome) => {
    const { issuer, verifier, authOf } = createStage()
    answer(issuer, members)
    expect(await verdictOf(verifier.exchange(await authOf()))).toBe(outcome)
  })

  it.each([['[]'], ['null'], ['"x"'], ['<html>'], ['']])('%s is none', async (body) => {
    const { issuer, verifier, authOf } = createStage()
    issuer.fail('token', faults.body(body))
    expect(await verdictOf(verifier.exchange(await authOf()))).toBe('503 exchange')
  })

  it('the scopes are those that it names, else those that were asked for', async () => {
    const { issuer, verifier, authOf } = createStage()
    const auth = await authOf()
    {
      using _ = answer(issuer, { scope: 'x' })
      expect((await verifier.exchange(auth, { scope: 'x y' })).scopes).toEqual(['x'])
    }
    using _ = answer(issuer, {})
    expect((await verifier.exchange(auth, { scope: 'z y' })).scopes).toEqual(['y', 'z'])
    expect((await verifier.exchange(auth)).scopes).toEqual([])
  })
})

describe('T20: what must not be exchanged', () => {
  it('an Auth that this very verifier has not made: no request, and a TypeError', async () => {
    const { issuer, verifier, authOf, calls } = createStage()
    const auth = await authOf()
    const other = createStage()
    const foreign = await other.verifier.verify(other.issuer.mint())
    const sameIssuer = await createVerifier(issuer.trust()).verify(issuer.mint())
    const copy = { ...auth, token: auth.token }
    for (const wrong of [
      foreign,
      sameIssuer,
      copy,
      Object.create(auth),
      auth.token,
      null,
      undefined,
    ]) {
      await expect(verifier.exchange(wrong as never)).rejects.toThrow(
        /verifier\.exchange must be given an Auth/,
      )
    }
    expect(calls()).toBe(0)
  })

  it('a token of an issuer without the option client: a TypeError that names it', async () => {
    const issuer = createTestIssuer()
    const verifier = createVerifier(issuer.trust())
    const auth = await verifier.verify(issuer.mint())
    await expect(verifier.exchange(auth)).rejects.toThrow(
      /needs the option 'client' of issuer https:\/\/issuer\.test/,
    )
  })

  it.each([
    [{ audience: undefined }, /'audience' is present but undefined/],
    [{ audience: '' }, /'audience' must be a non-empty string/],
    [{ audience: ['a'] }, /'audience' must be a non-empty string/],
    [{ scope: [] }, /'scope' must hold scopes/],
    [{ scope: 'a  b' }, /'scope' must hold scopes/],
    [{ scope: ['a b'] }, /'scope' must hold scopes/],
    [{ scope: ['a', 1] }, /'scope' must hold scopes/],
    [{ resource: '/x' }, /'resource' must be an absolute URI/],
    [{ resource: 'https://x.test/#a' }, /without a fragment/],
    [{ resource: ' https://x.test/' }, /'resource' must be an absolute URI/],
    [{ resource: 'https://x.test/\n' }, /'resource' must be an absolute URI/],
    [{ audiance: 'x' }, /did you mean 'audience'/],
    [null, /must be a plain object, not null/],
    ['x', /must be a plain object/],
  ])('the options %j are refused', async (options, message) => {
    const { verifier, authOf, calls } = createStage()
    await expect(verifier.exchange(await authOf(), options as never)).rejects.toThrow(message)
    expect(calls()).toBe(0)
  })

  it('a resolver may answer with client, whose change makes a new issuer', async () => {
    const issuer = createTestIssuer()
    issuer.clock.freeze()
    let secret = 'first'
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: (iss) => ({ issuer: iss, client: { id: 'api', secret } }),
    })
    const token = issuer.mint({}, { expiresIn: 3600 })
    const secrets = async (): Promise<readonly (string | undefined)[]> => {
      await verifier.exchange(await verifier.verify(token), { audience: next })
      const asked = issuer.requests.all.filter(({ endpoint }) => endpoint === 'token')
      return asked.map(({ headers }) => atob(headers.get('authorization')?.split(' ')[1] ?? ''))
    }
    expect(await secrets()).toEqual(['api:first'])
    secret = 'second'
    expect(await secrets()).toEqual(['api:first'])
    issuer.clock.advance(600)
    expect(await secrets()).toEqual(['api:first', 'api:second'])
    verifier.forget(issuer.url)
    expect(await secrets()).toHaveLength(3)
  })

  it('no error and no event holds a token or the secret, whatever the issuer answers', async () => {
    const { issuer, verifier, authOf, events } = createStage()
    const auth = await authOf()
    const echo = `${auth.token} ${client.secret}`
    const answers = [
      faults.body(echo),
      faults.body(JSON.stringify({ access_token: echo, token_type: echo })),
      faults.status(400, { body: JSON.stringify({ error: echo }) }),
      faults.status(500, { body: echo }),
    ]
    for (const [i, fault] of answers.entries()) {
      using _ = issuer.fail('token', fault)
      const failed = await verifier.exchange(auth, { audience: `a-${i}` }).catch((error) => error)
      expectNoLeak([failed, events], auth.token, client.secret)
    }
  })
})
