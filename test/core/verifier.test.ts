import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { AuthError, AuthEvent, VerifierOptions } from 'tollgate'
import { createVerifier, InvalidTokenError } from 'tollgate'
import type { MintOptions } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../leaks.ts'

const issuer = createTestIssuer()
issuer.clock.freeze()
const seconds = Math.floor(issuer.now() / 1000)
const verifier = createVerifier(issuer.trust())
const lax = createVerifier(issuer.trust({ profile: 'jwt' }))

async function refusal(token: string, by = verifier): Promise<AuthError> {
  return by.verify(token).then(
    () => expect.fail('the token was accepted'),
    (error) => error as AuthError,
  )
}

const raw = (text: string): string => issuer.mint({}, { raw: text })
const payload = (claims: object = {}): string => {
  const [, body = ''] = issuer.mint().split('.')
  return JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), ...claims })
}
const header = (members: Record<string, unknown>, options: MintOptions = {}): string =>
  issuer.mint({}, { ...options, header: members })
const parts = (token = issuer.mint()): [string, string, string] =>
  token.split('.') as [string, string, string]
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const publicPem = createPublicKey({
  key: issuer.keys.current.publicJwk as never,
  format: 'jwk',
}).export({ type: 'spki', format: 'pem' })
function hs256(secret: string | Buffer, alg = 'HS256'): string {
  const input = `${encode({ alg, typ: 'at+jwt', kid: issuer.keys.current.kid })}.${parts()[1]}`
  return `${input}.${createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest('base64url')}`
}

/** The last character of the signature with its unused bits changed: the same octets in another spelling. */
function otherSpelling(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) as string)
  return token.slice(0, -1) + alphabet[last ^ 1]
}

const refused: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'too-large': [
    ['8193 characters', `${'a'.repeat(8189)}.b.c`],
    ['a header segment of 4097', `${'a'.repeat(4097)}.bb.cc`],
  ],
  opaque: [['one part', 'Rjr3abcD1234UVWXYZ1ltQmKpZsEoYdH']],
  encrypted: [['five parts', `${parts().join('.')}.aa.bb`]],
  malformed: [
    ['nothing', ''],
    ['two parts', parts().slice(0, 2).join('.')],
    ['four parts', `${issuer.mint()}.aa`],
    ['an empty signature', `${parts().slice(0, 2).join('.')}.`],
    ['whitespace inside', issuer.mint().replace('.', '. ')],
    ['a line break behind', `${issuer.mint()}\n`],
    ['padding', `${issuer.mint()}=`],
    ['standard base64', `${parts()[0]}.${parts()[1]}.${parts()[2].slice(0, -1)}+`],
    ['another spelling of the signature', otherSpelling(issuer.mint())],
    ['an impossible length', `${issuer.mint()}AAA`],
    ['JSON serialization', JSON.stringify({ payload: parts()[1] })],
    [
      'a header that is no JSON',
      `${Buffer.from('{').toString('base64url')}.${parts()[1]}.${parts()[2]}`,
    ],
    ['a header that is an array', `${encode([])}.${parts()[1]}.${parts()[2]}`],
    [
      'a header in another encoding',
      `${Buffer.from([0xff, 0xfe]).toString('base64url')}.${parts()[1]}.${parts()[2]}`,
    ],
    ['a payload that is an array', raw('[]')],
    ['a payload that is null', raw('null')],
    ['a payload that is text', raw('"x"')],
    ['a payload with something behind', raw(`${payload()} x`)],
    [
      'text that is not UTF-8 inside',
      issuer.mint({}, { raw: Buffer.from(payload({ sub: 'caf\u00e9' }), 'latin1') }),
    ],
    ['a payload in another encoding', issuer.mint({}, { raw: Uint8Array.of(0xff, 0xfe) })],
    ['a kid that is a number', header({ kid: 1 })],
    ['a kid that is an object', header({ kid: {} })],
    ['a kid of 257 characters', header({ kid: 'k'.repeat(257) })],
  ],
  algorithm: [
    ...['none', 'None', 'NONE', 'nOnE'].map(
      (alg) => [alg, `${encode({ alg, typ: 'at+jwt' })}.${parts()[1]}.${parts()[2]}`] as const,
    ),
    ['HS256 with the PEM', hs256(publicPem as string)],
    ['HS256 with the trimmed PEM', hs256((publicPem as string).trim())],
    ['HS256 with the JWK', hs256(JSON.stringify(issuer.keys.current.publicJwk))],
    ['HS512 with the PEM', hs256(publicPem as string, 'HS512')],
    ['HS256 with nothing', hs256('')],
    ['alg missing', header({ alg: undefined })],
    ['alg null', header({ alg: null })],
    ['alg an array', header({ alg: ['ES256'] })],
    ['alg in another case', header({ alg: 'es256' })],
    ['alg inherited', header({ alg: 'constructor' })],
    ['alg not allowed', header({ alg: 'RS512' })],
  ],
  'critical-header': [
    ['an unknown extension', header({ crit: ['x'], x: 1 })],
    ['an empty list', header({ crit: [] })],
    ['null', header({ crit: null })],
    ['b64', header({ crit: ['b64'], b64: false })],
    ['b64 alone', header({ b64: false })],
    ['exp', header({ crit: ['exp'] })],
  ],
  'token-type': [
    ['JWT', header({ typ: 'JWT' })],
    ['none', header({ typ: undefined })],
    ['null', header({ typ: null })],
    ['an array', header({ typ: ['at+jwt'] })],
    ['with a space', header({ typ: 'at+jwt ' })],
    ['another tree', header({ typ: 'x/at+jwt' })],
    ['the tree in the middle', header({ typ: 'at+application/jwt' })],
    ['an ID token', issuer.bad.idToken()],
    ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'token-introspection+jwt'].map(
      (typ) => [typ, header({ typ })] as const,
    ),
  ],
  issuer: [
    ['another', issuer.mint({ iss: 'https://other.test' })],
    ['missing', issuer.mint({ iss: undefined })],
    ['a prefix', issuer.mint({ iss: 'https://issuer.tes' })],
    ['a slash behind', issuer.mint({ iss: `${issuer.url}/` })],
    ['another case', issuer.mint({ iss: 'https://ISSUER.test' })],
    ['an array', raw(payload({ iss: [issuer.url] }))],
    ['an object', raw(payload({ iss: { toString: issuer.url } }))],
  ],
  audience: [
    ['another', issuer.mint({ aud: 'https://other.test' })],
    ['missing', issuer.mint({ aud: undefined })],
    ['an empty list', issuer.mint({ aud: [] })],
    ['a prefix', issuer.mint({ aud: 'https://api.tes' })],
    ['a slash behind', issuer.mint({ aud: 'https://api.test/' })],
    ['a list in a list', raw(payload({ aud: [['https://api.test']] }))],
    ['a list with a number', raw(payload({ aud: ['https://api.test', 1] }))],
    ['an object', raw(payload({ aud: { 0: 'https://api.test' } }))],
    ['null', raw(payload({ aud: null }))],
  ],
  expired: [
    ['ten seconds ago', issuer.mint({ exp: seconds - 10 })],
    ['zero', issuer.mint({ exp: 0 })],
    ['negative', issuer.mint({ exp: -1 })],
  ],
  'not-yet-valid': [['in eleven seconds', issuer.mint({ nbf: seconds + 11 })]],
  'issued-in-future': [['in eleven seconds', issuer.mint({ iat: seconds + 11 })]],
  claims: [
    ['exp missing', issuer.mint({ exp: undefined })],
    ['exp as text', raw(payload({ exp: String(seconds + 60) }))],
    ['exp null', raw(payload({ exp: null }))],
    ['exp infinite', raw(payload().replace(/"exp":\d+/, '"exp":1e400'))],
    ['exp at the limit', issuer.mint({ exp: 1e11 })],
    ['exp in milliseconds', issuer.mint({ exp: (seconds + 60) * 1000 })],
    ['nbf as text', raw(payload({ nbf: '0' }))],
    ['nbf infinite', raw(payload().replace('{', '{"nbf":-1e400,'))],
    ['iat missing', issuer.mint({ iat: undefined })],
    ['iat as text', raw(payload({ iat: 'x' }))],
    ['sub missing', issuer.mint({ sub: undefined })],
    ['sub empty', issuer.mint({ sub: '' })],
    ['sub a number', raw(payload({ sub: 1 }))],
    ['sub an object', raw(payload({ sub: { $ne: null } }))],
    ['client_id missing', issuer.mint({ client_id: undefined })],
    ['client_id a list', raw(payload({ client_id: ['a'] }))],
    ['jti missing', issuer.mint({ jti: undefined })],
    ['jti of 257 characters', issuer.mint({ jti: 'j'.repeat(257) })],
    ['scope a list', raw(payload({ scope: ['a'] }))],
    ['scope an object', raw(payload({ scope: {} }))],
    ['scope of 4097 characters', raw(payload({ scope: 's'.repeat(4097) }))],
  ],
  'sender-constraint': [
    ['jkt', issuer.mint({ cnf: { jkt: 'x'.repeat(43) } })],
    ['x5t#S256', issuer.mint({ cnf: { 'x5t#S256': 'x'.repeat(43) } })],
    ['empty', issuer.mint({ cnf: {} })],
    ['null', issuer.mint({ cnf: null })],
  ],
  'unknown-key': [
    ['a stranger', issuer.bad.unknownKid()],
    ['__proto__', header({ kid: '__proto__' }, { key: 'attacker' })],
    ['a path', header({ kid: '../../dev/null' }, { key: 'attacker' })],
    ['empty', header({ kid: '' }, { key: 'attacker' })],
  ],
  signature: [
    ["an attacker's", issuer.bad.wrongKey()],
    ["an attacker's, without kid", issuer.mint({}, { key: 'attacker', kid: null })],
    ['tampered with', issuer.bad.tampered()],
    ['zeros', `${parts().slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`],
    ['too short', `${parts().slice(0, 2).join('.')}.${Buffer.alloc(63, 1).toString('base64url')}`],
    [
      'an embedded key',
      issuer.mint(
        {},
        {
          key: 'attacker',
          kid: issuer.keys.current.kid,
          header: { jwk: issuer.keys.attacker().publicJwk },
        },
      ),
    ],
  ],
}

describe('refuses', () => {
  for (const [reason, tokens] of Object.entries(refused)) {
    it.each(tokens)(`${reason}: %s`, async (_, token) => {
      const error = await refusal(token)
      expect(error).toBeInstanceOf(InvalidTokenError)
      expect(error).toMatchObject({ status: 401, error: 'invalid_token', reason })
      expectNoLeak(error, token, 'user-1', 'client-1')
    })
  }

  it.each([undefined, null, 1, {}, ['a.b.c']])('what is no string: %s', async (token) => {
    expect(await refusal(token as never)).toMatchObject({ reason: 'malformed' })
  })

  it('the first failed check gives the reason', async () => {
    const everything = { iss: 'x', aud: 'x', exp: 0, sub: undefined, cnf: {} }
    const wrong = { key: 'attacker', kid: 'x' } as const
    const chain = [
      ['algorithm', everything, { alg: 'none', typ: 'x', crit: [] }],
      ['token-type', everything, { typ: 'x', crit: [] }],
      ['critical-header', everything, { crit: [] }],
      ['issuer', everything, {}],
      ['audience', { ...everything, iss: issuer.url }, {}],
      ['expired', { ...everything, iss: issuer.url, aud: issuer.audience as string }, {}],
      ['sender-constraint', { sub: undefined, cnf: {} }, {}],
      ['claims', { sub: undefined }, {}],
      ['unknown-key', {}, {}],
    ] as const
    for (const [reason, claims, members] of chain) {
      expect(await refusal(issuer.mint(claims, { ...wrong, header: members }))).toMatchObject({
        reason,
      })
    }
  })
})

describe('accepts', () => {
  it.each([
    ['a full access token', issuer.mint()],
    ['application/at+jwt', header({ typ: 'application/at+jwt' })],
    ['AT+JWT', header({ typ: 'AT+JWT' })],
    ['an audience among others', issuer.mint({ aud: ['x', 'https://api.test'] })],
    ['expired within the tolerance', issuer.mint({ exp: seconds - 9 })],
    ['issued ahead, within the tolerance', issuer.mint({ iat: seconds + 10, nbf: seconds + 10 })],
    ['no kid where one key fits', issuer.mint({}, { kid: null })],
    ['an unknown header parameter', header({ jku: 'https://evil.test', x: 1 })],
    ['no scope', issuer.mint({ scope: undefined })],
    ['a jti of 256 characters', issuer.mint({ jti: 'j'.repeat(256) })],
    ['a scope of 4096 characters', issuer.mint({ scope: 's'.repeat(4096) })],
    ['a byte order mark', raw(`\ufeff${payload()}`)],
  ])('%s', async (_, token) => {
    expect(await verifier.verify(token)).toMatchObject({ issuer: issuer.url, subject: 'user-1' })
  })

  it('a token for one of several audiences', async () => {
    const several = createVerifier(
      issuer.trust({ audience: ['https://a.test', 'https://api.test'] }),
    )
    expect(await several.verify(issuer.mint())).toMatchObject({ subject: 'user-1' })
  })

  it('and gives frozen claims, with the token out of sight', async () => {
    const token = issuer.mint({ scope: ' a  b ', list: [{ x: 1 }] })
    const auth = await verifier.verify(token)
    expect(auth).toEqual({
      issuer: issuer.url,
      subject: 'user-1',
      clientId: 'client-1',
      scopes: ['a', 'b'],
      claims: expect.objectContaining({ list: [{ x: 1 }], scope: ' a  b ' }),
      expiresAt: seconds + 300,
    })
    expect(auth.token).toBe(token)
    expect(JSON.stringify(auth)).not.toContain(token)
    expect({ ...auth }).not.toHaveProperty('token')
    const list = auth.claims['list'] as { x: number }[]
    for (const frozen of [auth, auth.scopes, auth.claims, list, list[0]])
      expect(Object.isFrozen(frozen)).toBe(true)
  })

  it('the last of equal members, and keeps __proto__ an own property', async () => {
    const text = payload().replace('{', '{"sub":"first","__proto__":{"admin":true},')
    const auth = await verifier.verify(raw(text))
    expect(auth.subject).toBe('user-1')
    expect(Object.hasOwn(auth.claims, '__proto__')).toBe(true)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    expect(Object.isFrozen(Object.prototype)).toBe(false)
  })

  it('deep nesting within the size limit', async () => {
    const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`
    const auth = await verifier.verify(raw(payload().replace('{', `{"deep":${deep},`)))
    expect(auth.subject).toBe('user-1')
  })
})

describe("profile 'jwt'", () => {
  const minimal = { client_id: undefined, jti: undefined, iat: undefined }
  const typed = (typ: string | undefined, claims = {}): string =>
    issuer.mint({ ...minimal, ...claims }, { header: { typ } })

  it.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])(
    'accepts typ %s',
    async (typ) => {
      expect(await lax.verify(typed(typ))).toMatchObject({ subject: 'user-1', clientId: undefined })
    },
  )

  it.each(['dpop+jwt', 'logout+jwt', 'secevent+jwt', '', 'kb+jwt'])(
    'refuses typ %s',
    async (typ) => {
      expect(await refusal(typed(typ), lax)).toMatchObject({ reason: 'token-type' })
    },
  )

  it.each(['nonce', 'at_hash', 'c_hash', 's_hash', 'events'])(
    'refuses a token with %s',
    async (claim) => {
      expect(await refusal(typed('JWT', { [claim]: 'x' }), lax)).toMatchObject({
        reason: 'token-type',
      })
    },
  )

  it.each([
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: ['a', 'b'] }, ['a', 'b']],
    [{ scp: 'a b' }, ['a', 'b']],
    [{ scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: 'a', scp: ['b'] }, ['a']],
    [{}, []],
  ])('reads the scopes of %j', async (claims, scopes) => {
    const token = issuer.mint({}, { raw: payload({ ...claims }), header: { typ: 'JWT' } })
    expect((await lax.verify(token)).scopes).toEqual(scopes)
  })

  it.each([
    [{ client_id: 'a', azp: 'b', cid: 'c' }, 'a'],
    [{ azp: 'b', cid: 'c' }, 'b'],
    [{ cid: 'c' }, 'c'],
    [{}, undefined],
  ])('reads the client of %j', async (claims, client) => {
    expect((await lax.verify(typed('JWT', claims))).clientId).toBe(client)
  })

  it.each([
    ['exp', { exp: undefined }, 'claims'],
    ['sub', { sub: undefined }, 'claims'],
    ['aud', { aud: undefined }, 'audience'],
    ['a good iat', { iat: 'x' }, 'claims'],
    ['an iat that is not ahead', { iat: seconds + 11 }, 'issued-in-future'],
    ['no cnf', { cnf: {} }, 'sender-constraint'],
    ['scopes that are text', { scp: ['a', 1] }, 'claims'],
    ['scopes in a list or text', { scp: { 0: 'a' } }, 'claims'],
    ['a client that is text', { azp: 1 }, 'claims'],
  ])('still demands %s', async (_, claims, reason) => {
    expect(await refusal(typed('JWT', claims), lax)).toMatchObject({ reason })
  })
})

describe('several issuers', () => {
  const a = createTestIssuer({ url: 'https://a.test' })
  const b = createTestIssuer({
    url: 'https://b.test',
    audience: 'https://b-api.test',
    alg: 'EdDSA',
  })
  const fetch: typeof globalThis.fetch = (url, init) =>
    (String(url).startsWith(a.url) ? a : b).fetch(url, init)
  const both = (options: Partial<VerifierOptions> = {}) =>
    createVerifier({
      issuer: [
        a.url,
        { issuer: b.url, audience: 'https://b-api.test', profile: 'jwt', algorithms: ['Ed25519'] },
      ],
      audience: 'https://api.test',
      fetch,
      ...options,
    })

  it('accepts each by its own rules', async () => {
    const verifier = both()
    expect((await verifier.verify(a.mint())).issuer).toBe(a.url)
    expect((await verifier.verify(b.mint({}, { header: { typ: 'JWT' } }))).issuer).toBe(b.url)
  })

  it("never measures one by another's rules", async () => {
    const verifier = both()
    expect(await refusal(a.mint({}, { header: { typ: 'JWT' } }), verifier)).toMatchObject({
      reason: 'token-type',
    })
    expect(await refusal(a.mint({ aud: 'https://b-api.test' }), verifier)).toMatchObject({
      reason: 'audience',
    })
    expect(await refusal(b.mint({ aud: 'https://api.test' }), verifier)).toMatchObject({
      reason: 'audience',
    })
    const es = createTestIssuer({ url: b.url, audience: 'https://b-api.test' })
    expect(await refusal(es.mint(), verifier)).toMatchObject({ reason: 'algorithm' })
  })

  it("never verifies one's token with another's key", async () => {
    const verifier = both()
    await verifier.verify(b.mint())
    const forged = b.mint({ iss: a.url, aud: 'https://api.test' })
    expect(await refusal(forged, verifier)).toMatchObject({ reason: 'unknown-key' })
    const es = createTestIssuer({ url: b.url, audience: 'https://api.test' })
    const sameKid = es.mint({ iss: a.url }, { kid: a.keys.current.kid })
    expect(await refusal(sameKid, verifier)).toMatchObject({ reason: 'signature' })
  })

  it('asks no issuer for a token of a stranger', async () => {
    a.requests.clear()
    b.requests.clear()
    await refusal(createTestIssuer({ url: 'https://c.test' }).mint(), both())
    expect(a.requests.all.length + b.requests.all.length).toBe(0)
  })
})

describe('static keys', () => {
  const rs = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = rs.publicKey.export({ format: 'jwk' })
  const signing = createTestIssuer({
    keys: [{ ...rs.privateKey.export({ format: 'jwk' }), kid: 'a' } as never],
    alg: 'RS256',
  })
  const offline: typeof globalThis.fetch = () => expect.fail('fetched')
  const by = (jwks: unknown, options: object = {}) =>
    createVerifier({
      issuer: { issuer: signing.url, jwks } as never,
      audience: 'https://api.test',
      fetch: offline,
      ...options,
    })

  it('verifies with a JWK Set, without a fetch', async () => {
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }] })
    await verifier.ready()
    expect(await verifier.verify(signing.mint())).toMatchObject({ subject: 'user-1' })
    expect(verifier.health()).toEqual([
      { issuer: signing.url, usable: true, stale: false, keys: 1 },
    ])
    expect(await refusal(signing.mint({}, { kid: 'b' }), verifier)).toMatchObject({
      reason: 'unknown-key',
    })
  })

  it('verifies any kid with a PEM, and with the only key of a set that has no kid', async () => {
    for (const jwks of [rs.publicKey.export({ type: 'spki', format: 'pem' }), { keys: [jwk] }]) {
      const verifier = by(jwks)
      await verifier.verify(signing.mint({}, { kid: 'whatever' }))
      await verifier.verify(signing.mint({}, { kid: null }))
    }
  })

  it('needs exactly one fitting key for a token without kid', async () => {
    const other = createTestIssuer({ alg: 'RS256' }).keys.current.publicJwk
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }, other] })
    expect(await refusal(signing.mint({}, { kid: null }), verifier)).toMatchObject({
      reason: 'unknown-key',
    })
    expect(await verifier.verify(signing.mint())).toMatchObject({ subject: 'user-1' })
  })

  it('pins a key without alg to the algorithm of its first good verification', async () => {
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }] })
    const ps256 = signing.mint({}, { alg: 'PS256' })
    await verifier.verify(signing.mint())
    expect(await refusal(ps256, verifier)).toMatchObject({ reason: 'unknown-key' })
    await verifier.verify(signing.mint())
    const fresh = by({ keys: [{ ...jwk, kid: 'a' }] })
    await fresh.verify(ps256)
    expect(await refusal(signing.mint(), fresh)).toMatchObject({ reason: 'unknown-key' })
  })

  it('is not pinned by a bad signature', async () => {
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }] })
    await refusal(signing.bad.tampered(), verifier)
    await verifier.verify(signing.mint({}, { alg: 'PS256' }))
  })

  it('is not changed by what happens to the options afterwards', async () => {
    const options = {
      issuer: { issuer: signing.url, jwks: { keys: [{ ...jwk, kid: 'a' }] } },
      audience: ['https://api.test'],
    }
    const verifier = createVerifier(options)
    options.audience[0] = 'x'
    options.issuer.issuer = 'x'
    options.issuer.jwks.keys.pop()
    expect(await verifier.verify(signing.mint())).toMatchObject({ subject: 'user-1' })
  })
})

describe('every algorithm', () => {
  const algorithms = [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ] as const
  it.each(algorithms)('%s', async (alg) => {
    const signing = createTestIssuer({ alg })
    const verifier = createVerifier(signing.trust({ algorithms: [alg] }))
    expect(await verifier.verify(signing.mint())).toMatchObject({ subject: 'user-1' })
    expect(await refusal(signing.bad.tampered(), verifier)).toMatchObject({ reason: 'signature' })
  })

  it('takes EdDSA and Ed25519 for one', async () => {
    const signing = createTestIssuer({ alg: 'EdDSA' })
    const verifier = createVerifier(signing.trust({ algorithms: ['Ed25519'] }))
    await verifier.verify(signing.mint())
    await verifier.verify(signing.mint({}, { alg: 'Ed25519' }))
  })

  it('is off unless allowed', async () => {
    const signing = createTestIssuer({ alg: 'ES512' })
    expect(await refusal(signing.mint(), createVerifier(signing.trust()))).toMatchObject({
      reason: 'algorithm',
    })
  })
})

describe('events', () => {
  const heard = async (token: string, options: object = {}): Promise<AuthEvent[]> => {
    const events: AuthEvent[] = []
    const listening = createVerifier(
      issuer.trust({ onEvent: (event: AuthEvent) => void events.push(event), ...options }),
    )
    await listening.verify(token).catch(() => {})
    return events.filter(({ type }) => type.startsWith('token.'))
  }

  it('tell of an accepted token', async () => {
    expect(await heard(issuer.mint())).toEqual([
      { type: 'token.accepted', issuer: issuer.url, cached: false },
    ])
  })

  it.each([
    ['token-type', issuer.bad.idToken(), /profile: 'jwt'/],
    ['opaque', 'Rjr3abcD1234UVWXYZ1ltQmKpZsEoYdH', /Issue JWT as access token/],
    ['encrypted', 'a.b.c.d.e', /JWE/],
    ['issuer', issuer.mint({ iss: `${issuer.url}/` }), /trailing slash/],
    ['audience', issuer.mint({ aud: 'https://api.test/' }), /trailing slash/],
    ['sender-constraint', issuer.mint({ cnf: {} }), /cnf/],
  ])('tell why a token was refused: %s', async (reason, token, hint) => {
    const [event] = await heard(token)
    expect(event).toMatchObject({
      type: 'token.refused',
      reason,
      hint: expect.stringMatching(hint),
    })
    expectNoLeak(event, token, 'user-1')
  })

  it('do not advise what is set already', async () => {
    const [event] = await heard(issuer.mint({ nonce: 'x' }, { header: { typ: 'JWT' } }), {
      profile: 'jwt',
    })
    expect(event).toMatchObject({
      reason: 'token-type',
      hint: expect.stringMatching(/another kind/),
    })
    expect(JSON.stringify(event)).not.toContain("profile: 'jwt'")
  })

  it('escape and cut a kid', async () => {
    const events: AuthEvent[] = []
    const listening = createVerifier(
      issuer.trust({ onEvent: (event: AuthEvent) => void events.push(event) }),
    )
    await refusal(
      header({ kid: `a\r\n\u001b[31m\u2028${'x'.repeat(200)}` }, { key: 'attacker' }),
      listening,
    )
    const kid = events.find((event) => event.type === 'kid.unknown')?.kid
    expect(kid).toMatch(/^a\\u000d\\u000a\\u001b\[31m\\u2028x+$/)
    expect(kid).toHaveLength(64)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('listener')
      },
    ],
  ])('change nothing when the listener %s', async (_, onEvent) => {
    expect(await createVerifier(issuer.trust({ onEvent })).verify(issuer.mint())).toMatchObject({
      subject: 'user-1',
    })
  })
})

it('takes a clock that gives NaN for no reason to accept', async () => {
  const { fetch, url } = issuer
  const broken = createVerifier({
    issuer: url,
    audience: 'https://api.test',
    fetch,
    now: () => Number.NaN,
  })
  expect(await refusal(issuer.mint(), broken)).toMatchObject({ reason: 'expired' })
})
