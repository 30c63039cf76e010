import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { expectNoLeak } from '../../leaks.ts'
import { client, createStage, outcomeOf } from './stage.ts'

describe('T19: an opaque token', () => {
  it('is accepted by what its issuer says of it, with one call and one fetch of metadata', async () => {
    const { issuer, verifier, calls, metadataFetches } = createStage()
    const token = issuer.opaque({ sub: 'alice', scope: 'orders:read orders:write', tenant: 't1' })
    expect(token).toMatch(/^[\w-]{43}$/)
    const auth = await verifier.verify(token)
    expect(auth).toMatchObject({
      issuer: issuer.url,
      subject: 'alice',
      scopes: ['orders:read', 'orders:write'],
      claims: { tenant: 't1', aud: issuer.audience },
      expiresAt: Math.floor(issuer.now() / 1000) + 86_400,
      token,
    })
    expect(Object.isFrozen(auth.claims)).toBe(true)
    expect(auth.claims).not.toHaveProperty('active')
    expect([calls(), metadataFetches()]).toEqual([1, 1])
    expect(issuer.requests.count('jwks')).toBe(0)
  })

  it('the issuer is asked by a form, with the credentials of the client', async () => {
    const { issuer, outcome } = createStage()
    expect(await outcome()).toBe('accepted')
    const call = issuer.requests.all.find(({ endpoint }) => endpoint === 'introspection')
    expect(call).toMatchObject({ method: 'POST', url: `${issuer.url}/introspect` })
    expect(call?.headers.get('authorization')).toBe(
      `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`,
    )
    expect(call?.headers.get('accept')).toBe(
      'application/json, application/token-introspection+jwt;q=0.9',
    )
  })

  it('the option client is whom the issuer is asked by where introspection names nobody', async () => {
    const issuer = createTestIssuer()
    const { clientId: id, clientSecret: secret } = client
    const verifier = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, client: { id, secret }, introspection: {} },
    })
    expect(await outcomeOf(verifier, issuer.opaque())).toBe('accepted')
    const [, call] = issuer.requests.all
    expect(call?.headers.get('authorization')).toBe(`Basic ${btoa(`${id}:${secret}`)}`)
  })

  it('with a stated endpoint, no metadata is read', async () => {
    const stage = createStage({ endpoint: 'https://issuer.test/introspect' })
    expect(await stage.outcome()).toBe('accepted')
    expect([stage.calls(), stage.metadataFetches()]).toEqual([1, 0])
  })

  it('JWTs are verified beside it, by their form, and the issuer is not asked about them', async () => {
    const { issuer, outcome, calls } = createStage()
    expect(await outcome(issuer.mint())).toBe('accepted')
    expect(await outcome(issuer.bad.expired())).toBe('401 expired')
    expect(await outcome(issuer.bad.wrongKey())).toMatch(/^401/)
    expect(await outcome(issuer.mint().slice(0, -8))).toMatch(/^401/)
    expect(calls()).toBe(0)
    expect(await outcome()).toBe('accepted')
    expect(calls()).toBe(1)
  })

  it.each(['ory_at_', 'ya29.a.b_', '00D5g!', 'x.y.', 'a.b.c.d.', 'ver:1-hint:'])(
    'may begin with %s',
    async (prefix) => {
      const { issuer, outcome, calls } = createStage()
      expect(await outcome(issuer.opaque({}, { prefix }))).toBe('accepted')
      expect(calls()).toBe(1)
    },
  )

  it.each([
    ['an empty text', '', '401 malformed'],
    ['no value', 'undefined', '401 opaque'],
    ['no value', 'null', '401 opaque'],
    ['a word before the token', 'Bearer abcdef', '401 opaque'],
    ['quotation marks', '"abcdef"', '401 opaque'],
    ['JSON', '{"alg":"none"}', '401 opaque'],
    ['white space around it', ' abcdef', '401 opaque'],
    ['a control character', 'abc\u0007def', '401 opaque'],
    ['letters that are no ASCII', 'abcdéf', '401 opaque'],
    ['a JWT with two parts', 'eyJhbGciOiJFUzI1NiJ9.e30', '401 malformed'],
    ['an encrypted token', 'eyJhbGciOiJFUzI1NiJ9.a.b.c.d', '401 encrypted'],
    ['too many characters', 'x'.repeat(16_385), '401 too-large'],
  ])('%s is refused, and the issuer is not asked', async (_, token, refusal) => {
    const { issuer, outcome } = createStage()
    expect(await outcome(token)).toBe(refusal)
    expect(issuer.requests.count()).toBe(0)
  })

  it('without the option, it is refused as before, and with a hint at the option', async () => {
    const { verifier, issuer, events } = createStage({}, { issuer: 'https://issuer.test' })
    expect(await outcomeOf(verifier, issuer.opaque())).toBe('401 opaque')
    expect(events).toMatchObject(
      [{ reason: 'opaque', hint: /option introspection/ }].map(({ hint, ...rest }) => ({
        ...rest,
        hint: expect.stringMatching(hint),
      })),
    )
    expect(issuer.requests.count()).toBe(0)
  })
})

describe('T19: what the issuer says of an opaque token is checked as the claims of a JWT are', () => {
  const { issuer: any } = createStage()
  const now = Math.floor(any.now() / 1000)
  const good = {
    active: true,
    iss: any.url,
    aud: any.audience,
    sub: 'alice',
    client_id: 'app',
    scope: 'orders:read',
    exp: now + 600,
  }

  it.each([
    ['all that an Auth needs', {}, 'accepted'],
    ['no iss: it counts as the issuer that was asked', { iss: undefined }, 'accepted'],
    ['another iss', { iss: 'https://other.test' }, '401 issuer'],
    ['an iss that is null', { iss: null }, '401 issuer'],
    ['several audiences', { aud: ['https://x.test', any.audience] }, 'accepted'],
    ['another aud', { aud: 'https://x.test' }, '401 audience'],
    ['no aud', { aud: undefined }, '401 audience'],
    ['an empty aud', { aud: [] }, '401 audience'],
    ['an expired exp', { exp: now - 60 }, '401 expired'],
    ['an exp within the tolerance', { exp: now - 5 }, 'accepted'],
    ['no exp', { exp: undefined }, '401 claims'],
    ['an exp in milliseconds', { exp: (now + 600) * 1000 }, '401 claims'],
    ['an nbf in the future', { nbf: now + 60 }, '401 not-yet-valid'],
    ['an iat in the future', { iat: now + 60 }, '401 issued-in-future'],
    ['a cnf', { cnf: { jkt: 'x' } }, '401 sender-constraint'],
    ['no sub', { sub: undefined }, '401 claims'],
    ['no client_id', { client_id: undefined }, 'accepted'],
    ['a scope that is no text', { scope: 7 }, '401 claims'],
    ['the type Bearer', { token_type: 'bearer' }, 'accepted'],
    ['the type DPoP', { token_type: 'DPoP' }, '401 token-type'],
    ['a refresh token by its type', { token_type: 'refresh_token' }, '401 token-type'],
    ['a refresh token by its use (Ory)', { token_use: 'refresh_token' }, '401 token-type'],
    ['an access token by its use (Ory)', { token_use: 'access_token' }, 'accepted'],
    ['a refresh token by its typ (Keycloak)', { typ: 'Refresh' }, '401 token-type'],
    ['events', { events: {} }, '401 token-type'],
    ['not active', { active: false }, '401 inactive'],
    ['active as a text', { active: 'true' }, '401 inactive'],
    ['active as a number', { active: 1 }, '401 inactive'],
    ['active as null', { active: null }, '401 inactive'],
    ['active as an object', { active: {} }, '401 inactive'],
    ['nothing of active', { active: undefined }, '503 introspection'],
  ])('%s', async (_, claims, outcome) => {
    const stage = createStage()
    stage.issuer.clock.set(now * 1000)
    stage.answer({ ...good, ...claims })
    expect(await stage.outcome('opaque-token')).toBe(outcome)
    expect(await stage.outcome('opaque-token')).toBe(outcome)
  })

  it.each([
    ['a list', '[{"active":true}]'],
    ['null', 'null'],
    ['a text', '"active"'],
    ['true', 'true'],
    ['HTML', '<html>active</html>'],
    ['nothing', ''],
    ['half of it', '{"active":tr'],
    ['an inherited member', '{"__proto__":{"active":true}}'],
  ])('%s is no answer: 503', async (_, body) => {
    const stage = createStage()
    stage.answer(body)
    expect(await stage.outcome()).toBe('503 introspection')
  })

  it('an answer of more than 64 KB is not read to its end: 503', async () => {
    const stage = createStage()
    stage.answer({ ...good, groups: 'x'.repeat(70_000) })
    expect(await stage.outcome()).toBe('503 introspection')
  })

  it("with audience: 'trusted', an absent aud is accepted, and another one is not", async () => {
    const stage = createStage({ audience: 'trusted' })
    stage.issuer.clock.set(now * 1000)
    stage.answer({ ...good, aud: undefined })
    expect(await stage.outcome('token-1')).toBe('accepted')
    for (const aud of ['https://x.test', [], null, '', 7]) {
      stage.answer({ ...good, aud })
      expect(await stage.outcome(`token-${JSON.stringify(aud)}`)).toBe('401 audience')
    }
  })

  it('the profile and the kinds of the issuer count', async () => {
    const machines = {
      when: { claim: 'machine' },
      audience: 'https://machines.test',
      profile: { types: ['at+jwt'], subject: 'client' as const, roles: [['realm', 'roles']] },
    }
    const issuer = createTestIssuer()
    const { introspection } = { introspection: { ...client } }
    const options = { issuer: issuer.url, kinds: [machines], introspection }
    const verifier = createVerifier({ ...issuer.trust(), issuer: options })
    const claims = { aud: 'https://machines.test', machine: true, realm: { roles: ['admin'] } }
    const auth = await verifier.verify(
      issuer.opaque({ ...claims, client_id: 'm1', sub: undefined }),
    )
    expect(auth).toMatchObject({ subject: 'm1', roles: ['admin'] })
    expect(await outcomeOf(verifier, issuer.opaque())).toBe('401 token-type')
    // A person's token is never one of its client (RFC 7662 section 2.2: username).
    const personal = issuer.opaque({ ...claims, sub: undefined, username: 'alice' })
    expect(await outcomeOf(verifier, personal)).toBe('401 claims')
  })

  it("the application's schema is asked, on a copy, once for each answer that is cached", async () => {
    let asked = 0
    const schema = z.object({ tenant: z.string() }).transform((claims) => {
      asked++
      return { ...claims, seen: true }
    })
    const { issuer, verifier } = createStage({}, { claims: schema as never })
    const token = issuer.opaque({ tenant: 't1' })
    expect((await verifier.verify(token)).claims).toEqual({ tenant: 't1', seen: true })
    await verifier.verify(token)
    expect(asked).toBe(1)
    await expect(verifier.verify(issuer.opaque())).rejects.toMatchObject({ reason: 'claims' })
  })
})

describe('T19: several issuers with opaque tokens', () => {
  const a = createTestIssuer({ url: 'https://a.test' })
  const b = createTestIssuer({ url: 'https://b.test' })
  const both = (...prefixes: readonly (string | undefined)[]) => ({
    audience: 'https://api.test',
    fetch: (url: string, init: never) => (url.startsWith(a.url) ? a : b).fetch(url, init),
    issuer: [a, b].map(({ url }, i) => ({
      issuer: url,
      introspection: { ...client, ...(prefixes[i] !== undefined && { prefix: prefixes[i] }) },
    })),
  })

  it('are asked each about the tokens with its own prefix, and none about others', async () => {
    const verifier = createVerifier(both('acme_', 'beta_') as never)
    expect(await outcomeOf(verifier, a.opaque({}, { prefix: 'acme_' }))).toBe('accepted')
    expect(await outcomeOf(verifier, b.opaque({}, { prefix: 'beta_' }))).toBe('accepted')
    expect([a, b].map(({ requests }) => requests.count('introspection'))).toEqual([1, 1])
    for (const prefix of ['gamma_', 'ACME_', 'acme.', '']) {
      expect(await outcomeOf(verifier, a.opaque({}, { prefix }))).toBe('401 opaque')
    }
    expect([a, b].map(({ requests }) => requests.count('introspection'))).toEqual([1, 1])
  })

  it.each([
    [[undefined, undefined], /prefix' is missing at issuer https:\/\/a\.test/],
    [['acme_', undefined], /prefix' is missing at issuer https:\/\/b\.test/],
    [['acme_', 'acme_'], /'acme_' is the beginning of 'acme_'/],
    [['acme_x_', 'acme_'], /'acme_' is the beginning of 'acme_x_'/],
  ])('with the prefixes %j they are refused at construction', (prefixes, message) => {
    expect(() => createVerifier(both(...prefixes) as never)).toThrow(message)
  })

  it('with one issuer alone, a prefix that it states keeps all other tokens from it', async () => {
    const { issuer, outcome, calls } = createStage({ prefix: 'acme_' })
    expect(await outcome(issuer.opaque())).toBe('401 opaque')
    expect(calls()).toBe(0)
    expect(await outcome(issuer.opaque({}, { prefix: 'acme_' }))).toBe('accepted')
  })
})

describe('an issuer resolver', () => {
  it('serves no opaque tokens: they are refused, and it is not asked', async () => {
    let asked = 0
    const { issuer, outcome } = createStage(
      {},
      {
        issuer: (iss) => {
          asked++
          return { issuer: iss }
        },
      },
    )
    expect(await outcome(issuer.opaque())).toBe('401 opaque')
    expect(asked).toBe(0)
  })

  it('that answers with introspection has failed: 503, and an event names the option', async () => {
    const { issuer, outcome, events } = createStage(
      {},
      {
        issuer: (iss) => ({ issuer: iss, introspection: { ...client } }),
      },
    )
    expect(await outcome(issuer.mint())).toBe('503 resolver')
    const event = events.find(({ type }) => type === 'resolver.failed')
    expect(event).toMatchObject({
      why: expect.stringMatching(/'introspection' would have no effect/),
    })
    expectNoLeak(events, client.clientSecret)
  })
})

describe('the option introspection', () => {
  const secret = client.clientSecret
  it.each([
    ['no object', 'yes', /'introspection' must be a plain object/],
    ['an unknown member', { ...client, endpoints: 'x' }, /did you mean 'endpoint'/],
    ['nobody who asks', {}, /needs a client that asks/],
    ['an id without a secret', { clientId: 'a' }, /'introspection\.clientSecret' is missing/],
    ['a secret without an id', { clientSecret: secret }, /'introspection\.clientId' must be/],
    ['both proofs', { ...client, privateKey: { kty: 'EC' } }, /excludes 'clientSecret'/],
    ['http', { ...client, endpoint: 'http://issuer.test/i' }, /'introspection\.endpoint' must be/],
    ['an audience', { ...client, audience: 'https://api.test' }, /must be 'trusted' or left out/],
    ['an empty prefix', { ...client, prefix: '' }, /prefix' must be what the tokens begin with/],
    ['a prefix with a space', { ...client, prefix: 'a b' }, /prefix' must be/],
    ['a cache of an hour', { ...client, cache: { active: 3600 } }, /from 0 to 300/],
    ['an unknown cache', { ...client, cache: { ttl: 1 } }, /'ttl'/],
    ['a cache that is true', { ...client, cache: true }, /must be a plain object/],
    ['a cache without end', { ...client, cache: { max: Infinity } }, /from 1 to 1000000/],
  ])('%s is refused', (_, introspection, message) => {
    const create = (): unknown =>
      createVerifier({
        issuer: { issuer: 'https://issuer.test', introspection } as never,
        audience: 'https://api.test',
      })
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
    expect(create).not.toThrow(secret)
  })
})

it('two verifiers share no answer: each asks for itself, with its own rules', async () => {
  const { issuer, verifier } = createStage()
  const issuerOptions = { issuer: issuer.url, introspection: { ...client } }
  const other = createVerifier({
    ...issuer.trust(),
    issuer: issuerOptions,
    audience: 'https://other-api.test',
  })
  const token = issuer.opaque()
  expect(await outcomeOf(verifier, token)).toBe('accepted')
  expect(await outcomeOf(other, token)).toBe('401 audience')
  expect(issuer.requests.count('introspection')).toBe(2)
})

it('no error and no event of any failure holds the token, its claims or the secret', async () => {
  const token = 'opaque-token-of-alice'
  const echo = `${token} ${client.clientSecret} alice@example.com`
  const answers = [
    () => faults.body(echo),
    () => faults.body(JSON.stringify({ active: echo })),
    () => faults.body(JSON.stringify({ active: true, iss: 'x', email: echo })),
    () => faults.status(400, { body: JSON.stringify({ error: echo, error_description: echo }) }),
    () => faults.status(500, { body: echo }),
    () => faults.redirect(`https://issuer.test/?token=${encodeURIComponent(echo)}`),
    () => faults.refuse(),
  ]
  for (const answer of answers) {
    const { issuer, verifier, events } = createStage()
    issuer.fail('introspection', answer())
    const error = await verifier.verify(token).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expectNoLeak([error, events], token, client.clientSecret, 'alice@example.com')
  }
})
