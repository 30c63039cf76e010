import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { IdTokenOptions, PublicKeyAlgorithm } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/fetch'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { signingBy } from '../../keys.ts'
import type { Refusal } from '../refusal.ts'
import { personal } from '../refusal.ts'
import { clientId, createStage, idToken, issuer, refusalOf, seconds } from './stage.ts'

const otherClient = 'client-2'

describe('an ID token that is good', () => {
  test('says who has signed in at which client, and every claim, frozen deeply', async () => {
    const token = idToken({ amr: ['pwd', 'otp'], address: { country: 'NZ' } })
    const verified = await createStage().verify(token)
    expect(verified).toEqual({
      issuer: issuer.url,
      subject: personal.sub,
      clientId,
      authTime: seconds,
      claims: expect.objectContaining({ ...personal, aud: clientId, amr: ['pwd', 'otp'] }),
      expiresAt: seconds + 300,
    })
    const { claims } = verified
    for (const part of [verified, claims, claims['amr'], claims['address']]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  test('does not hold the token, and shows it in no event', async () => {
    const { verify, events } = createStage()
    const token = idToken()
    const verified = await verify(token)
    expect(JSON.stringify([verified, events])).not.toContain(token.split('.')[2])
    expect(events.at(-1)).toEqual({ type: 'token.accepted', issuer: issuer.url, cached: false })
  })

  test.each([
    ['typ is JWT in small letters', {}, { typ: 'jwt' }],
    ['typ is application/jwt', {}, { typ: 'application/jwt' }],
    ['there is no typ', {}, { typ: undefined }],
    ['aud is a list of the client alone', { aud: [clientId] }, {}],
    ['aud names the client twice', { aud: [clientId, clientId] }, {}],
    ['azp is the client', { azp: clientId }, {}],
    [
      'aud names another client, too, and azp is the client',
      { aud: [otherClient, clientId], azp: clientId },
      {},
    ],
    ['there is no auth_time', { auth_time: undefined }, {}],
    ['there is a nonce that nobody asks for', { nonce: 'n-1' }, {}],
    ['Cognito marks it', { token_use: 'id' }, {}],
    ['Keycloak marks it', { typ: 'ID' }, {}],
    ['Casdoor marks it', { tokenType: 'id-token' }, {}],
    ['it expired 9 seconds ago, within clockTolerance', { exp: seconds - 9 }, {}],
  ])('is accepted where %s', async (_, claims, header) => {
    await expect(createStage().verify(idToken(claims, header))).resolves.toHaveProperty('subject')
  })

  test('has no authTime where auth_time is no number', async () => {
    const { verify } = createStage()
    expect((await verify(idToken({ auth_time: '1' }))).authTime).toBeUndefined()
  })
})

const nonce = 'n-0S6_WzA2Mj'
const accessToken = issuer.mint({ sub: personal.sub })

/** Why a token is refused, and what the hint says. */
type Row = readonly [what: string, refused: () => Promise<Refusal>, reason: string, hint: RegExp]
const rows: readonly Row[] = [
  [
    'an access token',
    () => refusalOf(accessToken),
    'token-type',
    /typ is 'at\+jwt', and expected is 'JWT' or none.*give verifyIdToken\(\) the ID token/,
  ],
  ['a logout token', () => refusalOf(issuer.bad.logoutToken()), 'token-type', /'logout\+jwt'/],
  [
    'an untyped logout token',
    () => refusalOf(idToken({ events: {} })),
    'token-type',
    /'events' says that this is another kind/,
  ],
  [
    'an access token of Cognito',
    () => refusalOf(idToken({ token_use: 'access' })),
    'token-type',
    /'token_use'/,
  ],
  [
    'an access token of Keycloak',
    () => refusalOf(idToken({ typ: 'Bearer' })),
    'token-type',
    /'typ'/,
  ],
  [
    'a refresh token of Keycloak',
    () => refusalOf(idToken({ typ: 'Refresh' })),
    'token-type',
    /'typ'/,
  ],
  [
    'an access token of Casdoor',
    () => refusalOf(idToken({ tokenType: 'access-token' })),
    'token-type',
    /'tokenType'/,
  ],
  [
    'a token of another client',
    () => refusalOf(idToken({ aud: otherClient })),
    'audience',
    /aud is 'client-2', and expected is 'client-1' \(clientId\): it was issued to another client/,
  ],
  [
    'a token without aud',
    () => refusalOf(idToken({ aud: undefined })),
    'audience',
    /aud is missing/,
  ],
  [
    'a token of several clients without azp',
    () => refusalOf(idToken({ aud: [clientId, otherClient] })),
    'audience',
    /aud is 'client-1' and 'client-2', and its azp.* is missing/,
  ],
  [
    'a token that another client of several has got',
    () => refusalOf(idToken({ aud: [clientId, otherClient], azp: otherClient })),
    'audience',
    /is another value.*Another client has got/,
  ],
  [
    'a token for this client that another one has got',
    () => refusalOf(idToken({ azp: otherClient })),
    'audience',
    /Another client has got/,
  ],
  ['a token whose azp is a list', () => refusalOf(idToken({ azp: [clientId] })), 'audience', /azp/],
  ['a token whose azp is null', () => refusalOf(idToken({ azp: null })), 'audience', /azp/],
  [
    'a token of another issuer',
    () => refusalOf(idToken({ iss: `${issuer.url}/` })),
    'issuer',
    /trailing slash/,
  ],
  ['a token without iss', () => refusalOf(idToken({ iss: undefined })), 'issuer', /iss is missing/],
  [
    'a token without sub',
    () => refusalOf(idToken({ sub: undefined })),
    'claims',
    /'sub' is missing.*have the issuer correct it/,
  ],
  [
    'a token without iat',
    () => refusalOf(idToken({ iat: undefined })),
    'claims',
    /'iat' is missing/,
  ],
  [
    'a token without exp',
    () => refusalOf(idToken({ exp: undefined })),
    'claims',
    /'exp' is missing/,
  ],
  [
    'an expired token',
    () => refusalOf(idToken({ exp: seconds - 10 })),
    'expired',
    /expired 10 s ago/,
  ],
  [
    'a token of the future',
    () => refusalOf(idToken({ iat: seconds + 11 })),
    'issued-in-future',
    /11 s ahead/,
  ],
  [
    'a token with crit',
    () => refusalOf(idToken({}, { crit: ['x'], x: 1 })),
    'critical-header',
    /crit/,
  ],
  [
    'a token that is not signed',
    () => refusalOf(idToken({}, { alg: 'none' })),
    'algorithm',
    /'none'/,
  ],
  [
    'a token signed with another key',
    () =>
      refusalOf(
        issuer.idToken(personal, { key: 'attacker', kid: issuer.keys.current.kid as string }),
      ),
    'signature',
    /not signed by/,
  ],
  [
    'an authorization code',
    () => refusalOf('SplxlOBeZQQYbYS6WxSbIA'),
    'opaque',
    /the ID token is no JWT.*authorization code/,
  ],
  [
    'an encrypted token',
    () => refusalOf(`${Buffer.from('{"alg":"dir"}').toString('base64url')}..AA.AA.AA`),
    'encrypted',
    /id_token_encrypted_response_alg/,
  ],
  ['undefined', () => refusalOf(undefined as never), 'malformed', /no string but undefined/],
  [
    'a token without the nonce',
    () => refusalOf(idToken(), { nonce }),
    'nonce',
    /'nonce' is missing.*another sign-in/,
  ],
  [
    'a token with another nonce',
    () => refusalOf(idToken({ nonce: 'n-1' }), { nonce }),
    'nonce',
    /'nonce' has another value/,
  ],
  [
    'a token whose nonce is a list',
    () => refusalOf(idToken({ nonce: [nonce] }), { nonce }),
    'nonce',
    /'nonce' has another value/,
  ],
  [
    'a token without at_hash',
    () => refusalOf(idToken(), { accessToken }),
    'claims',
    /'at_hash' is missing.*not of one answer/,
  ],
  [
    'a token of another access token',
    () => refusalOf(issuer.idToken(personal, { accessToken: issuer.mint() }), { accessToken }),
    'claims',
    /'at_hash' is a string of 22 characters.*not of one answer/,
  ],
  [
    'a token without auth_time',
    () => refusalOf(idToken({ auth_time: undefined }), { maxAge: 60 }),
    'claims',
    /'auth_time' is missing.*max_age/,
  ],
  [
    'a token whose auth_time is a string',
    () => refusalOf(idToken({ auth_time: String(seconds) }), { maxAge: 60 }),
    'claims',
    /'auth_time' is a string/,
  ],
  [
    'a sign-in of long ago',
    () => refusalOf(idToken({ auth_time: seconds - 71 }), { maxAge: 60 }),
    'claims',
    /at most 60 s ago \(clockTolerance 10 s\), and it was 71 s ago.*sign in again/,
  ],
  [
    'a sign-in in the future',
    () => refusalOf(idToken({ auth_time: seconds + 11 }), { maxAge: 60 }),
    'claims',
    /11 s in the future/,
  ],
]

describe('an ID token is refused, with its reason and its hint', () => {
  test.each(rows)('%s', async (_, refused, reason, hint) => {
    const refusal = await refused()
    expect(refusal.reason).toBe(reason)
    expect(refusal.hint).toMatch(hint)
  })
})

describe('what is compared where the options say so', () => {
  test('the nonce of the request', async () => {
    await expect(createStage().verify(idToken({ nonce }), { nonce })).resolves.toBeDefined()
  })

  test('the time of the sign-in, up to maxAge and clockTolerance, on any clock', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: -400, max: 10_400 }),
        fc.integer({ min: 0, max: 300 }),
        async (maxAge, age, clockTolerance) => {
          const { verify } = createStage({ clockTolerance })
          const verdict = await verify(idToken({ auth_time: seconds - age }), { maxAge }).then(
            () => true,
            () => false,
          )
          expect(verdict).toBe(age <= maxAge + clockTolerance && age >= -clockTolerance)
        },
      ),
      { numRuns: 50 },
    )
  })

  const digests: readonly (readonly [PublicKeyAlgorithm, string])[] = [
    ['RS256', 'sha256'],
    ['PS384', 'sha384'],
    ['RS512', 'sha512'],
    ['ES256', 'sha256'],
    ['ES384', 'sha384'],
    ['ES512', 'sha512'],
    ['EdDSA', 'sha512'],
    ['Ed25519', 'sha512'],
  ]
  test.each(digests)(
    'the hash of the access token: of %s it is half of %s',
    async (alg, digest) => {
      const signing = createTestIssuer(signingBy(alg))
      const text = 'the access token may be opaque: jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
      const hash = createHash(digest).update(text).digest()
      const at_hash = hash.subarray(0, hash.length / 2).toString('base64url')
      const verifier = createVerifier(signing.trust({ algorithms: [alg] }))
      const verify = (token: string, given: string) =>
        verifier.verifyIdToken(token, { clientId, accessToken: given })
      await expect(verify(signing.idToken({ at_hash }), text)).resolves.toBeDefined()
      await expect(verify(signing.idToken({}, { accessToken: text }), text)).resolves.toBeDefined()
      await expect(verify(signing.idToken({ at_hash }), `${text}.`)).rejects.toHaveProperty(
        'reason',
        'claims',
      )
      const whole = hash.toString('base64url')
      await expect(verify(signing.idToken({ at_hash: whole }), text)).rejects.toHaveProperty(
        'reason',
        'claims',
      )
    },
  )

  test('the example of OIDC Core, appendix A.3', async () => {
    const at_hash = '77QmUPtjPfzWtF2AnpK9RQ'
    const given = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'
    await expect(
      createStage().verify(idToken({ at_hash }), { accessToken: given }),
    ).resolves.toBeDefined()
  })
})

describe('options', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /the options of verifier\.verifyIdToken must be a plain object, not undefined/],
    [clientId, /must be a plain object, not a string/],
    [{}, /option 'clientId' of verifier\.verifyIdToken is missing/],
    [{ clientId: undefined }, /option 'clientId' .* is present but undefined: give it a value$/],
    [{ clientId: '' }, /option 'clientId' .* must be a non-empty string, not an empty string/],
    [{ clientId: [clientId] }, /option 'clientId' .* must be a non-empty string, not an array/],
    [
      { clientId, nonce: undefined },
      /option 'nonce' .* is present but undefined: give it a value, or leave it out/,
    ],
    [{ clientId, nonce: '' }, /option 'nonce' .* must be a non-empty string/],
    [{ clientId, nonce: null }, /option 'nonce' .* must be a non-empty string, not null/],
    [{ clientId, accessToken: undefined }, /option 'accessToken' .* is present but undefined/],
    [{ clientId, maxAge: undefined }, /option 'maxAge' .* is present but undefined/],
    [{ clientId, maxAge: -1 }, /option 'maxAge' .* must be a number from 0/],
    [{ clientId, maxAge: Number.NaN }, /option 'maxAge' .* must be a number from 0/],
    [{ clientId, maxAge: Number.POSITIVE_INFINITY }, /option 'maxAge' .* must be a number from 0/],
    [{ clientId, maxAge: '60' }, /option 'maxAge' .* must be a number from 0/],
    [
      { clientId, max_age: 60 },
      /unknown option 'max_age' in the options of verifier\.verifyIdToken: did you mean 'maxAge'/,
    ],
    [{ clientId, audience: 'a' }, /unknown option 'audience'/],
  ]
  test.each(wrong)('%j are refused with a TypeError', async (options, message) => {
    const { verifier, events } = createStage()
    const error = await verifier.verifyIdToken(idToken(), options as IdTokenOptions).catch((e) => e)
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toMatch(/^tollgate: /)
    expect(error.message).toMatch(message)
    expect(events).toEqual([])
  })

  test('a wrong option is refused before the token is looked at', async () => {
    const { verifier } = createStage()
    const given = { clientId, nonce: undefined } as never
    await expect(verifier.verifyIdToken('garbage', given)).rejects.toBeInstanceOf(TypeError)
  })

  test('an option on Object.prototype is none', async () => {
    Object.defineProperty(Object.prototype, 'clientId', { value: clientId, configurable: true })
    try {
      await expect(createStage().verifier.verifyIdToken(idToken(), {} as never)).rejects.toThrow(
        /'clientId' .* is missing/,
      )
    } finally {
      Reflect.deleteProperty(Object.prototype, 'clientId')
    }
  })
})

describe('an ID token opens no route', () => {
  test('verify() refuses it before and after verifyIdToken() has accepted it, in every profile', async () => {
    for (const profile of ['rfc9068', 'jwt'] as const) {
      const { verifier, verify } = createStage({ profile, audience: issuer.audience })
      const token = issuer.idToken({ ...personal, nonce }, { accessToken })
      const refused = () =>
        expect(verifier.verify(token)).rejects.toHaveProperty(
          'reason',
          profile === 'jwt' ? 'audience' : 'token-type',
        )
      await refused()
      await verify(token)
      await refused()
    }
  })

  test('verify() refuses an ID token whose client is the API, after verifyIdToken() has accepted it', async () => {
    const { verifier, verify } = createStage({ profile: 'jwt', audience: clientId })
    const token = idToken({ nonce })
    await verify(token, { nonce })
    await expect(verifier.verify(token)).rejects.toHaveProperty('reason', 'token-type')
  })

  test('verifyIdToken() refuses an access token that verify() has accepted and cached', async () => {
    const { verifier, verify } = createStage({ audience: clientId })
    const token = issuer.mint({ aud: clientId })
    await verifier.verify(token)
    await expect(verify(token)).rejects.toHaveProperty('reason', 'token-type')
  })

  test('a guard whose verifier gives an IdToken lets nobody in', async () => {
    const { verify } = createStage()
    const { requireAuth } = createAuth({ verifier: { verify } as never })
    const request = new Request('https://api.test/', {
      headers: { authorization: `Bearer ${idToken()}` },
    })
    await expect((async () => requireAuth()(request))()).rejects.toThrow(TypeError)
  })

  test('the token cache is neither asked nor filled: the checks are made at every call', async () => {
    const { verify } = createStage()
    const token = idToken({ nonce })
    await verify(token, { nonce })
    await expect(verify(token, { nonce: 'n-2' })).rejects.toHaveProperty('reason', 'nonce')
    await expect(verify(token, { clientId: otherClient })).rejects.toHaveProperty(
      'reason',
      'audience',
    )
  })
})

describe('keys', () => {
  test('are fetched once for access tokens and ID tokens together', async () => {
    const own = createTestIssuer()
    const verifier = createVerifier(own.trust())
    await Promise.all([
      verifier.verify(own.mint()),
      ...Array.from({ length: 20 }, () => verifier.verifyIdToken(own.idToken(), { clientId })),
    ])
    expect([own.requests.count('openid-configuration'), own.requests.count('jwks')]).toEqual([1, 1])
  })

  test('are not fetched for a token that another check refuses', async () => {
    const own = createTestIssuer()
    const verifier = createVerifier(own.trust())
    const options = { clientId, nonce, maxAge: 60, accessToken }
    const good = { nonce, auth_time: Math.floor(own.now() / 1000) }
    for (const claims of [
      { aud: otherClient },
      { nonce: 'n-1' },
      { auth_time: 1 },
      { at_hash: 'other' },
      { exp: 1 },
      { iss: 'https://other.test' },
    ]) {
      const token = own.idToken({ ...good, ...claims }, { accessToken })
      await expect(verifier.verifyIdToken(token, options)).rejects.toHaveProperty('status', 401)
    }
    expect(own.requests.count()).toBe(0)
  })

  test('an unknown kid costs one fetch per cooldown, from the budget of access tokens', async () => {
    const own = createTestIssuer()
    own.clock.freeze()
    const verifier = createVerifier(own.trust())
    await verifier.verify(own.mint())
    const unknown = (): string => own.idToken({}, { key: 'attacker', kid: `k-${Math.random()}` })
    for (let i = 0; i < 20; i++) {
      await expect(verifier.verifyIdToken(unknown(), { clientId })).rejects.toHaveProperty(
        'reason',
        'unknown-key',
      )
      await expect(verifier.verify(own.bad.unknownKid())).rejects.toHaveProperty(
        'reason',
        'unknown-key',
      )
    }
    expect(own.requests.count('jwks')).toBe(2)
    own.keys.rotate()
    own.clock.advance(31)
    await verifier.verifyIdToken(own.idToken(), { clientId })
    expect(own.requests.count('jwks')).toBe(3)
  })

  test('that cannot be had make the verdict 503, and a new attempt after its time', async () => {
    const own = createTestIssuer()
    own.clock.freeze()
    const verifier = createVerifier(own.trust())
    const verify = () => verifier.verifyIdToken(own.idToken(), { clientId })
    const outage = own.fail('*', faults.refuse())
    const error = await verify().catch((e) => e)
    expect(error).toMatchObject({ name: 'UnavailableError', reason: 'keys', issuers: [own.url] })
    const fetched = own.requests.count()
    await expect(verify()).rejects.toHaveProperty('status', 503)
    expect(own.requests.count()).toBe(fetched)
    outage[Symbol.dispose]()
    own.clock.advance(error.retryAfter)
    await expect(verify()).resolves.toBeDefined()
  })

  test('of another trusted issuer verify nothing', async () => {
    const [one, two] = [createTestIssuer(), createTestIssuer({ url: 'https://two.test' })]
    const fetch = (url: string, init: object) =>
      (url.startsWith(one.url) ? one : two).fetch(url, init)
    const verifier = createVerifier({
      issuer: [one.url, two.url],
      audience: 'https://api.test',
      fetch: fetch as never,
    })
    await expect(verifier.verifyIdToken(two.idToken(), { clientId })).resolves.toMatchObject({
      issuer: two.url,
    })
    const forged = two.idToken(
      { iss: one.url },
      { kid: one.keys.current.kid as string, key: two.keys.current },
    )
    await expect(verifier.verifyIdToken(forged, { clientId })).rejects.toHaveProperty(
      'reason',
      'signature',
    )
  })

  test('of an issuer that a resolver gives, and of one with kinds of access tokens', async () => {
    const when = { claim: 'gty' }
    const resolved = createVerifier({
      ...issuer.trust(),
      issuer: (iss: string) => (iss === issuer.url ? { issuer: iss } : undefined),
    })
    const kinds = createVerifier(
      issuer.trust({ issuer: { issuer: issuer.url, kinds: [{ when, audience: 'a' }] } }),
    )
    for (const verifier of [resolved, kinds]) {
      await expect(verifier.verifyIdToken(idToken(), { clientId })).resolves.toBeDefined()
    }
    const stranger = idToken({ iss: 'https://stranger.test' })
    await expect(resolved.verifyIdToken(stranger, { clientId })).rejects.toHaveProperty(
      'reason',
      'issuer',
    )
  })

  test('are used with one algorithm, whichever kind of token came first', async () => {
    const { alg: _, ...keys } = signingBy('RS256')
    const own = createTestIssuer({ alg: 'RS256', ...keys })
    const { alg: __, ...published } = own.jwks.keys[0] as Record<string, unknown>
    const verifier = createVerifier(
      own.trust({ issuer: { issuer: own.url, jwks: { keys: [published as never] } } }),
    )
    await verifier.verifyIdToken(own.idToken({}, { alg: 'PS256' }), { clientId })
    await expect(verifier.verify(own.mint({}, { alg: 'RS256' }))).rejects.toHaveProperty(
      'reason',
      'unknown-key',
    )
  })
})
