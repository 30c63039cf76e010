import fc from 'fast-check'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { alice, createStage, json, refusal } from './userinfo-stage.ts'

describe('userinfo', () => {
  test('gives what the endpoint of the metadata says of the user, frozen deeply', async () => {
    const { userinfo, authOf, answer, asked, issuer } = createStage()
    answer(() => json({ ...alice, address: { country: 'NZ' }, groups: ['staff'] }))
    const info = await userinfo(await authOf())
    expect(info).toEqual({ ...alice, address: { country: 'NZ' }, groups: ['staff'] })
    for (const part of [info, info.address, info['groups']])
      expect(Object.isFrozen(part)).toBe(true)
    expect(asked).toHaveLength(1)
    expect(asked[0]?.method).toBe('GET')
    expect(issuer.requests.count()).toBe(2)
  })

  test('sends the token in the header, and follows no redirect', async () => {
    const { userinfo, authOf, asked } = createStage()
    const auth = await authOf()
    await userinfo(auth)
    const [request] = asked
    expect(request?.headers.get('authorization')).toBe(`Bearer ${auth.token}`)
    expect(request?.headers.get('accept')).toBe('application/json, application/jwt;q=0.9')
    expect([request?.url.includes(auth.token), request?.redirect]).toEqual([false, 'manual'])
  })

  test('reads metadata once, together with the keys', async () => {
    const { userinfo, authOf, issuer } = createStage()
    await userinfo(await authOf())
    await userinfo(await authOf({ jti: 'other' }))
    expect(issuer.requests.count('openid-configuration')).toBe(1)
  })

  test('reads claims whose type is wrong as absent, and the words true and false as booleans', async () => {
    const { userinfo, authOf, answer } = createStage()
    const odd = { name: 7, picture: null, address: ['a'], email: {}, nickname: undefined }
    answer(() =>
      json({
        ...odd,
        sub: 'alice',
        email_verified: 'false',
        phone_number_verified: 'true',
        updated_at: 'x',
      }),
    )
    expect(await userinfo(await authOf())).toEqual({
      sub: 'alice',
      email_verified: false,
      phone_number_verified: true,
      updated_at: 'x',
    })
  })

  test('gives no claim that is not of the type that it promises, whatever is answered', async () => {
    const { userinfo, authOf, answer, issuer } = createStage()
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('true', 'false', '', null))
    const names = [
      'name',
      'email',
      'email_verified',
      'address',
      '__proto__',
      'constructor',
      'other',
    ]
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), async (claims) => {
        answer(() => json({ ...claims, sub: 'alice' }))
        issuer.clock.advance(1)
        const info = await userinfo(await authOf())
        expect(['string', 'undefined']).toContain(typeof info.name)
        expect(['boolean', 'undefined']).toContain(typeof info.email_verified)
        expect(Array.isArray(info.address) || info.address === null).toBe(false)
        expect(Object.getPrototypeOf(info)).toBe(Object.prototype)
      }),
      { numRuns: 100 },
    )
  })
})

describe('T20: userinfo refuses, without sending a token anywhere', () => {
  test('what is no Auth of this verifier', async () => {
    const { verifier, authOf, asked, issuer, events } = createStage()
    const other = createVerifier(issuer.trust())
    const auth = await authOf()
    const idToken = await verifier.verifyIdToken(issuer.idToken(), { clientId: 'client-1' })
    const foreign = await other.verify(auth.token)
    for (const given of [foreign, { ...auth, token: auth.token }, idToken, auth.token, undefined]) {
      const error = await verifier.userinfo(given as never).catch((error) => error)
      expect(error).toBeInstanceOf(TypeError)
      expect(error.message).toMatch(/^tollgate: verifier\.userinfo must be given an Auth as this/)
      expect(error.message).not.toContain(auth.token)
    }
    expect(asked).toEqual([])
    expect(events.filter(({ type }) => type === 'token.refused')).toEqual([])
  })

  test('an Auth of the verifier of another issuer', async () => {
    const { verifier, asked } = createStage()
    const two = createTestIssuer({ url: 'https://two.test' })
    const foreign = await createVerifier(two.trust()).verify(two.mint())
    await expect(verifier.userinfo(foreign)).rejects.toBeInstanceOf(TypeError)
    expect(asked).toEqual([])
  })

  test('a token that has expired since, even where its answer is cached', async () => {
    const { errorOf, userinfo, authOf, asked, issuer } = createStage()
    const auth = await authOf({ exp: Math.floor(issuer.now() / 1000) + 30 })
    await userinfo(auth)
    issuer.clock.advance(40)
    expect(await errorOf(auth)).toMatchObject({ status: 401, reason: 'expired' })
    expect(asked).toHaveLength(1)
  })

  test('a token of an issuer that is trusted no more', async () => {
    const trusted = new Set(['https://issuer.test'])
    const { errorOf, verifier, userinfo, authOf, asked } = createStage({
      issuer: (iss: string) => (trusted.has(iss) ? { issuer: iss } : undefined),
    })
    const auth = await authOf()
    await userinfo(auth)
    trusted.clear()
    verifier.forget('https://issuer.test')
    const error = await verifier.userinfo(auth).catch((error) => error)
    expect(error).toMatchObject({ status: 401, reason: 'issuer' })
    expect(asked).toHaveLength(1)
    void errorOf
  })
})

describe('what the issuer answers', () => {
  test.each<readonly [string, () => Response, object, RegExp]>([
    [
      '401',
      () => refusal(401, 'Bearer error="invalid_token"'),
      { name: 'InvalidTokenError', status: 401, reason: 'inactive' },
      /answers 401 to the token: it was revoked.*scope openid/,
    ],
    [
      '401 without a challenge',
      () => refusal(401),
      { status: 401, reason: 'inactive' },
      /answers 401/,
    ],
    [
      '403 insufficient_scope',
      () => refusal(403, 'Bearer realm="a", error="insufficient_scope", scope="openid"'),
      { name: 'InsufficientScopeError', status: 403, reason: 'scope' },
      /have the client ask for the scope openid/,
    ],
    [
      '403 of a firewall',
      () => refusal(403, 'Bearer error="secret insufficient_scope"'),
      { status: 503, reason: 'userinfo' },
      /status 403 at https:\/\/issuer\.test\/userinfo/,
    ],
    ['400', () => refusal(400), { status: 503 }, /status 400/],
    ['404', () => refusal(404), { status: 503 }, /status 404/],
    ['500', () => refusal(500), { status: 503, retryAfter: 1 }, /status 500/],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.test/' } }),
      { status: 503 },
      /redirect/,
    ],
    [
      'HTML',
      () => new Response('<p>secret', { headers: { 'content-type': 'text/html' } }),
      { status: 503 },
      /not JSON/,
    ],
    ['a list', () => json([alice]), { status: 503 }, /it is no JSON object/],
    ['null', () => json(null), { status: 503 }, /it is no JSON object/],
    [
      'another user',
      () => json({ ...alice, sub: 'bob' }),
      { status: 503, reason: 'userinfo', issuers: ['https://issuer.test'] },
      /its sub is not that of the token/,
    ],
    [
      'the user in other letters',
      () => json({ ...alice, sub: 'Alice' }),
      { status: 503 },
      /its sub/,
    ],
    ['no sub', () => json({ ...alice, sub: undefined }), { status: 503 }, /its sub/],
    ['a sub that is a list', () => json({ ...alice, sub: ['alice'] }), { status: 503 }, /its sub/],
    [
      '64 KB and more',
      () => json({ ...alice, fill: 'x'.repeat(65_536) }),
      { status: 503 },
      /too large/,
    ],
  ])('%s', async (_, respond, expected, hint) => {
    const { answer, authOf, errorOf } = createStage()
    answer(respond)
    const error = await errorOf(await authOf())
    expect(error).toMatchObject(expected)
    expect(error.hint).toMatch(hint)
    expect(error.hint).not.toContain(',.')
    if (error.status === 503) expect(error.reason).toBe('userinfo')
  })

  test('a connection that is refused', async () => {
    const { answer, authOf, errorOf } = createStage()
    answer(() =>
      Promise.reject(Object.assign(new TypeError('secret'), { cause: { code: 'ECONNREFUSED' } })),
    )
    expect((await errorOf(await authOf())).hint).toMatch(/no connection \(ECONNREFUSED\) at https:/)
  })

  test.each([
    ['no userinfo_endpoint', undefined, /no userinfo_endpoint in the metadata/],
    ['one by http', 'http://issuer.test/userinfo', /unusable userinfo_endpoint/],
    [
      'one at a private address',
      'https://10.0.0.1/userinfo',
      /userinfo_endpoint at a private address/,
    ],
    ['one that is no text', 7, /unusable userinfo_endpoint/],
  ])('metadata with %s: the token is sent nowhere', async (_, userinfo_endpoint, hint) => {
    const issuer = createTestIssuer({ metadata: { userinfo_endpoint } })
    const { authOf, errorOf, asked } = createStage({}, issuer)
    const auth = await authOf()
    const error = await errorOf(auth)
    expect(error).toMatchObject({ status: 503, reason: 'userinfo' })
    expect(error.hint).toMatch(hint)
    expect([asked.length, issuer.requests.count('other')]).toEqual([0, 0])
  })

  test('an issuer whose keys are configured is found by its metadata all the same', async () => {
    const issuer = createTestIssuer()
    const { authOf, userinfo } = createStage(
      { issuer: { issuer: issuer.url, jwks: issuer.jwks } },
      issuer,
    )
    expect(await userinfo(await authOf())).toEqual(alice)
    expect(issuer.requests.count('openid-configuration')).toBe(1)
  })

  test('metadata that cannot be read holds a call back', async () => {
    const issuer = createTestIssuer()
    const { authOf, errorOf } = createStage(
      { issuer: { issuer: issuer.url, jwks: issuer.jwks } },
      issuer,
    )
    issuer.fail('*', faults.status(503))
    const auth = await authOf()
    expect((await errorOf(auth)).status).toBe(503)
    const fetched = issuer.requests.count()
    await errorOf(auth)
    expect(issuer.requests.count()).toBe(fetched)
  })
})

describe('a signed answer', () => {
  const claims = { ...alice, aud: 'client-1' }
  const header = { typ: undefined }

  function stageOf(jwt: (issuer: ReturnType<typeof createStage>['issuer']) => string) {
    const stage = createStage()
    stage.answer(
      () =>
        new Response(jwt(stage.issuer), {
          headers: { 'content-type': 'application/jwt; charset=utf-8' },
        }),
    )
    return stage
  }

  test('is verified with the keys of the issuer, and gives its claims', async () => {
    const { userinfo, authOf } = stageOf((issuer) => issuer.mint(claims, { header }))
    expect(await userinfo(await authOf())).toMatchObject({ ...alice, iss: 'https://issuer.test' })
  })

  test('needs no times', async () => {
    const { userinfo, authOf } = stageOf((issuer) =>
      issuer.mint({ ...claims, exp: undefined, iat: undefined }, { header: { typ: 'JWT' } }),
    )
    expect(await userinfo(await authOf())).toMatchObject(alice)
  })

  test('has a key fetched that is new', async () => {
    const { userinfo, authOf, issuer } = stageOf((issuer) => issuer.mint(claims, { header }))
    const auth = await authOf()
    issuer.keys.rotate()
    expect(await userinfo(auth)).toMatchObject(alice)
    expect(issuer.requests.count('jwks')).toBe(2)
  })

  type Issuer = ReturnType<typeof createStage>['issuer']
  test.each<readonly [string, (issuer: Issuer) => string, RegExp]>([
    [
      'by another key',
      (i) => i.mint(claims, { header, key: 'attacker', kid: i.keys.current.kid as string }),
      /its signature/,
    ],
    ['by nobody', (i) => i.mint(claims, { header: { ...header, alg: 'none' } }), /its algorithm/],
    ['as an access token', (i) => i.mint(claims), /its token-type/],
    [
      'as a logout token',
      (i) => i.mint(claims, { header: { typ: 'logout+jwt' } }),
      /its token-type/,
    ],
    [
      'for another client',
      (i) => i.mint({ ...claims, aud: 'client-2' }, { header }),
      /its audience/,
    ],
    ['for nobody', (i) => i.mint({ ...claims, aud: undefined }, { header }), /its audience/],
    [
      'by another issuer',
      (i) => i.mint({ ...claims, iss: 'https://two.test' }, { header }),
      /its iss/,
    ],
    ['by no issuer', (i) => i.mint({ ...claims, iss: undefined }, { header }), /its iss/],
    ['about another user', (i) => i.mint({ ...claims, sub: 'bob' }, { header }), /its sub/],
    ['an hour ago', (i) => i.mint({ ...claims, exp: 1 }, { header }), /its expired/],
    ['at no time', (i) => i.mint({ ...claims, exp: 'never' as never }, { header }), /its times/],
    ['and encrypted', () => 'AA.AA.AA.AA.AA', /no signed JWT/],
  ])('that was signed %s is not used', async (_, jwt, hint) => {
    const { authOf, errorOf } = stageOf(jwt)
    const error = await errorOf(await authOf())
    expect(error).toMatchObject({ status: 503, reason: 'userinfo' })
    expect(error.hint).toMatch(hint)
  })

  test('is not used for a token that names no client', async () => {
    const issuer = createTestIssuer()
    const stage = createStage({ profile: 'jwt' }, issuer)
    stage.answer(
      () =>
        new Response(issuer.mint(claims, { header }), {
          headers: { 'content-type': 'application/jwt' },
        }),
    )
    const error = await stage.errorOf(await stage.authOf({ client_id: undefined }))
    expect(error.hint).toMatch(/the token names no client/)
  })
})
