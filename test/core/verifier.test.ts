import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { AuthError, AuthEvent, VerifierOptions } from 'tollgate'
import { createVerifier, InvalidTokenError } from 'tollgate'
import type { MintOptions } from 'tollgate/testing'
import { createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { signingBy } from '../keys.ts'
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
const raw64 = (text: string): string => Buffer.from(text).toString('base64url')
/** A segment of which a lenient decoder reads the text, with an unused bit set. */
const otherBits = (text: string): string => otherSpelling(raw64(text))
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

/**
 * The token with the unused bits of the last character of its signature changed. A lenient
 * base64url decoder reads the same bytes from it.
 */
function otherSpelling(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) as string)
  return token.slice(0, -1) + alphabet[last ^ 1]
}

const refused: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'too-large': [
    ['a token of 16385 characters', `${'a'.repeat(16_381)}.b.c`],
    ['a token whose header has 4097 characters', `${'a'.repeat(4097)}.bb.cc`],
  ],
  opaque: [
    ['a text of one part', 'Rjr3abcD1234UVWXYZ1ltQmKpZsEoYdH'],
    ['a text of one part with 16384 characters', 'a'.repeat(16_384)],
    ['a text of two parts, as Google writes it', 'ya29.a0AfH6SMBx-3_VgT8lqYw'],
    ['a text of two parts, as Ory Hydra writes it', 'ory_at_Jb2mXq.Yc4ZrWv_8Kd'],
    ['a text of three parts, each of which is base64url', 'ya29.a0AfH6SM.Bx-3_VgT'],
    ['a text of three parts, each of which has a length of no base64url', 'abcde.abcde.abcde'],
    ['a text of five parts', 'a.b.c.d.e'],
    ['a text with an exclamation mark, as Salesforce writes it', '00Dx0000000BV7z!AR8AQP0jITN80'],
    ['a text with colons, as Snowflake writes it', 'ver:1-hint:12345678-ETMsDgAA'],
    ['a text of dots', '...'],
    ['a JWS in JSON serialization', JSON.stringify({ payload: parts()[1] })],
    ['a token whose header is no JSON', `${raw64('{')}.${parts()[1]}.${parts()[2]}`],
    ['a token whose header is an array', `${encode([])}.${parts()[1]}.${parts()[2]}`],
    ['a token whose header is null', `${encode(null)}.${parts()[1]}.${parts()[2]}`],
    [
      'a token whose header is not UTF-8',
      `${Buffer.from([0xff, 0xfe]).toString('base64url')}.${parts()[1]}.${parts()[2]}`,
    ],
    ['a token in quotation marks', `"${issuer.mint()}"`],
    ['a token with a scheme before it', `Bearer ${issuer.mint()}`],
  ],
  encrypted: [['a token of five parts', `${parts().join('.')}.aa.bb`]],
  malformed: [
    ['an empty text', ''],
    ['a token of one part', parts()[0]],
    ['a token of two parts', parts().slice(0, 2).join('.')],
    ['a token of four parts', `${issuer.mint()}.aa`],
    ['a token with an empty signature', `${parts().slice(0, 2).join('.')}.`],
    ['a token with whitespace in it', issuer.mint().replace('.', '. ')],
    ['a token with a line break after it', `${issuer.mint()}\n`],
    ['a token with padding', `${issuer.mint()}=`],
    [
      'a token in standard base64 instead of base64url',
      `${parts()[0]}.${parts()[1]}.${parts()[2].slice(0, -1)}+`,
    ],
    ['a token whose signature has other unused bits', otherSpelling(issuer.mint())],
    ['a token whose signature has a length that base64url cannot have', `${issuer.mint()}AAA`],
    ['a token whose header is padded', `${raw64('{"a":1}')}==.${parts()[1]}.${parts()[2]}`],
    ['a token whose header has other unused bits', `${otherBits('{"a":1}')}.aa.bb`],
    ['a token whose header has one character more', `${raw64('{"a":123}')}A.aa.bb`],
    [
      'a token whose header has other characters',
      `${raw64('{"a":"???>>>"}').replaceAll('_', '/')}.aa.bb`,
    ],
    ['a token whose payload is an array', raw('[]')],
    ['a token whose payload is null', raw('null')],
    ['a token whose payload is text', raw('"x"')],
    ['a token whose payload has text after its JSON', raw(`${payload()} x`)],
    [
      'a token with a claim that is not UTF-8',
      issuer.mint({}, { raw: Buffer.from(payload({ sub: 'caf\u00e9' }), 'latin1') }),
    ],
    ['a token whose payload is not UTF-8', issuer.mint({}, { raw: Uint8Array.of(0xff, 0xfe) })],
    ['a token whose kid is a number', header({ kid: 1 })],
    ['a token whose kid is an object', header({ kid: {} })],
    ['a token whose kid has 257 characters', header({ kid: 'k'.repeat(257) })],
  ],
  algorithm: [
    ...['none', 'None', 'NONE', 'nOnE'].map(
      (alg) =>
        [
          `a token whose alg is ${alg}`,
          `${encode({ alg, typ: 'at+jwt' })}.${parts()[1]}.${parts()[2]}`,
        ] as const,
    ),
    [
      'a token signed by HS256 with the PEM of the public key as the secret',
      hs256(publicPem as string),
    ],
    [
      'a token signed by HS256 with the trimmed PEM of the public key as the secret',
      hs256((publicPem as string).trim()),
    ],
    [
      'a token signed by HS256 with the JWK of the public key as the secret',
      hs256(JSON.stringify(issuer.keys.current.publicJwk)),
    ],
    [
      'a token signed by HS512 with the PEM of the public key as the secret',
      hs256(publicPem as string, 'HS512'),
    ],
    ['a token signed by HS256 with an empty secret', hs256('')],
    ['a token without alg', header({ alg: undefined })],
    ['a token whose alg is null', header({ alg: null })],
    ['a token whose alg is an array', header({ alg: ['ES256'] })],
    ['a token whose alg is in lower case', header({ alg: 'es256' })],
    ['a token whose alg is the name of an inherited member', header({ alg: 'constructor' })],
    ['a token whose alg is not among the allowed ones', header({ alg: 'RS512' })],
  ],
  'critical-header': [
    ['a token with an unknown critical extension', header({ crit: ['x'], x: 1 })],
    ['a token whose crit is an empty list', header({ crit: [] })],
    ['a token whose crit is null', header({ crit: null })],
    ['a token with the critical extension b64', header({ crit: ['b64'], b64: false })],
    ['a token with b64 outside of crit', header({ b64: false })],
    ['a token whose crit names exp', header({ crit: ['exp'] })],
  ],
  'token-type': [
    ['a token whose typ is JWT', header({ typ: 'JWT' })],
    ['a token without typ', header({ typ: undefined })],
    ['a token whose typ is null', header({ typ: null })],
    ['a token whose typ is an array', header({ typ: ['at+jwt'] })],
    ['a token whose typ has a space after it', header({ typ: 'at+jwt ' })],
    ['a token whose typ has a prefix other than application/', header({ typ: 'x/at+jwt' })],
    ['a token whose typ has application/ in its middle', header({ typ: 'at+application/jwt' })],
    ['an ID token', issuer.bad.idToken()],
    ...['logout+jwt', 'dpop+jwt', 'secevent+jwt', 'token-introspection+jwt'].map(
      (typ) => [`a token whose typ is ${typ}`, header({ typ })] as const,
    ),
  ],
  issuer: [
    ['a token of an issuer that is not trusted', issuer.mint({ iss: 'https://other.test' })],
    ['a token without iss', issuer.mint({ iss: undefined })],
    [
      'a token whose iss is a prefix of the trusted one',
      issuer.mint({ iss: 'https://issuer.tes' }),
    ],
    ['a token whose iss has a slash after it', issuer.mint({ iss: `${issuer.url}/` })],
    ['a token whose iss is in another case', issuer.mint({ iss: 'https://ISSUER.test' })],
    ['a token whose iss is an array', raw(payload({ iss: [issuer.url] }))],
    ['a token whose iss is an object', raw(payload({ iss: { toString: issuer.url } }))],
  ],
  audience: [
    ['a token for another audience', issuer.mint({ aud: 'https://other.test' })],
    ['a token without aud', issuer.mint({ aud: undefined })],
    ['a token whose aud is an empty list', issuer.mint({ aud: [] })],
    ['a token whose aud is a prefix of the expected one', issuer.mint({ aud: 'https://api.tes' })],
    ['a token whose aud has a slash after it', issuer.mint({ aud: 'https://api.test/' })],
    ['a token whose aud is a list in a list', raw(payload({ aud: [['https://api.test']] }))],
    ['a token whose aud is a list with a number', raw(payload({ aud: ['https://api.test', 1] }))],
    ['a token whose aud is an object', raw(payload({ aud: { 0: 'https://api.test' } }))],
    ['a token whose aud is null', raw(payload({ aud: null }))],
  ],
  expired: [
    ['a token that expired ten seconds ago', issuer.mint({ exp: seconds - 10 })],
    ['a token whose exp is zero', issuer.mint({ exp: 0 })],
    ['a token whose exp is negative', issuer.mint({ exp: -1 })],
  ],
  'not-yet-valid': [
    ['a token whose nbf is eleven seconds ahead', issuer.mint({ nbf: seconds + 11 })],
  ],
  'issued-in-future': [
    ['a token whose iat is eleven seconds ahead', issuer.mint({ iat: seconds + 11 })],
  ],
  claims: [
    ['a token without exp', issuer.mint({ exp: undefined })],
    ['a token whose exp is text', raw(payload({ exp: String(seconds + 60) }))],
    ['a token whose exp is null', raw(payload({ exp: null }))],
    ['a token whose exp is infinite', raw(payload().replace(/"exp":\d+/, '"exp":1e400'))],
    ['a token whose exp is later than 1e12 seconds', issuer.mint({ exp: 1e12 + 1 })],
    ['a token whose exp is in milliseconds', issuer.mint({ exp: (seconds + 60) * 1000 })],
    ['a token whose nbf is text', raw(payload({ nbf: '0' }))],
    ['a token whose nbf is infinite', raw(payload().replace('{', '{"nbf":-1e400,'))],
    ['a token without iat', issuer.mint({ iat: undefined })],
    ['a token whose iat is text', raw(payload({ iat: 'x' }))],
    ['a token without sub', issuer.mint({ sub: undefined })],
    ['a token whose sub is empty', issuer.mint({ sub: '' })],
    ['a token whose sub is a number', raw(payload({ sub: 1 }))],
    ['a token whose sub is an object', raw(payload({ sub: { $ne: null } }))],
    ['a token without client_id', issuer.mint({ client_id: undefined })],
    ['a token whose client_id is a list', raw(payload({ client_id: ['a'] }))],
    ['a token without jti', issuer.mint({ jti: undefined })],
    ['a token whose jti has 257 characters', issuer.mint({ jti: 'j'.repeat(257) })],
    ['a token whose scope is a list', raw(payload({ scope: ['a'] }))],
    ['a token whose scope is an object', raw(payload({ scope: {} }))],
    ['a token whose scope has 4097 characters', raw(payload({ scope: 's'.repeat(4097) }))],
  ],
  'sender-constraint': [
    ['a token bound to a DPoP key', issuer.mint({ cnf: { jkt: 'x'.repeat(43) } })],
    ['a token bound to a client certificate', issuer.mint({ cnf: { 'x5t#S256': 'x'.repeat(43) } })],
    ['a token whose cnf is empty', issuer.mint({ cnf: {} })],
    ['a token whose cnf is null', issuer.mint({ cnf: null })],
  ],
  'unknown-key': [
    ['a token whose kid is unknown', issuer.bad.unknownKid()],
    ['a token whose kid is __proto__', header({ kid: '__proto__' }, { key: 'attacker' })],
    ['a token whose kid is a file path', header({ kid: '../../dev/null' }, { key: 'attacker' })],
    ['a token whose kid is empty', header({ kid: '' }, { key: 'attacker' })],
  ],
  signature: [
    ['a token signed by an attacker under a known kid', issuer.bad.wrongKey()],
    [
      'a token signed by an attacker without a kid',
      issuer.mint({}, { key: 'attacker', kid: null }),
    ],
    ['a token that was tampered with', issuer.bad.tampered()],
    [
      'a token whose signature is all zeros',
      `${parts().slice(0, 2).join('.')}.${Buffer.alloc(64).toString('base64url')}`,
    ],
    [
      'a token whose signature is too short',
      `${parts().slice(0, 2).join('.')}.${Buffer.alloc(63, 1).toString('base64url')}`,
    ],
    [
      'a token signed with a key that is embedded in its header',
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

/** The threat of SECURITY.md that a reason of refusal answers. */
const threats: Readonly<Record<string, string>> = {
  algorithm: 'T1: ',
  'token-type': 'T5: ',
  issuer: 'T4: ',
  audience: 'T6: ',
  expired: 'T9: ',
  'sender-constraint': 'T7: ',
  signature: 'T1: ',
}

describe('tokens that are refused', () => {
  for (const [reason, tokens] of Object.entries(refused)) {
    const threat = threats[reason] ?? ''
    it.each(tokens)(`${threat}the verifier refuses %s (reason: ${reason})`, async (_, token) => {
      const error = await refusal(token)
      expect(error).toBeInstanceOf(InvalidTokenError)
      expect(error).toMatchObject({ status: 401, error: 'invalid_token', reason })
      expectNoLeak(error, token, 'user-1', 'client-1')
    })
  }

  it.each([undefined, null, 1, {}, ['a.b.c']])(
    'the verifier refuses a value that is no string, such as %j',
    async (token) => {
      expect(await refusal(token as never)).toMatchObject({ reason: 'malformed' })
    },
  )

  it('a token with several faults is refused for the reason of the first check that fails', async () => {
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

describe('tokens that are accepted', () => {
  it.each([
    ['an access token with all claims of RFC 9068', issuer.mint()],
    ['a token whose typ is application/at+jwt', header({ typ: 'application/at+jwt' })],
    ['a token whose typ is AT+JWT', header({ typ: 'AT+JWT' })],
    [
      'a token whose aud names the API among others',
      issuer.mint({ aud: ['x', 'https://api.test'] }),
    ],
    ['a token that expired within the clock tolerance', issuer.mint({ exp: seconds - 9 })],
    [
      'a token that was issued ahead, within the clock tolerance',
      issuer.mint({ iat: seconds + 10, nbf: seconds + 10 }),
    ],
    ['a token without kid when only one key fits', issuer.mint({}, { kid: null })],
    ['a token with unknown header parameters', header({ jku: 'https://evil.test', x: 1 })],
    [
      'a token whose exp is in the year 9999, which some issuers write for "never"',
      issuer.mint({ exp: 253_402_300_799 }),
    ],
    ['a token whose exp is 1e12 seconds, the latest date there is', issuer.mint({ exp: 1e12 })],
    ['a token without scope', issuer.mint({ scope: undefined })],
    ['a token whose jti has 256 characters', issuer.mint({ jti: 'j'.repeat(256) })],
    ['a token whose scope has 4096 characters', issuer.mint({ scope: 's'.repeat(4096) })],
    ['a token whose payload begins with a byte order mark', raw(`\ufeff${payload()}`)],
  ])('the verifier accepts %s', async (_, token) => {
    expect(await verifier.verify(token)).toMatchObject({ issuer: issuer.url, subject: 'user-1' })
  })

  it('the verifier accepts a token for one of its several audiences', async () => {
    const several = createVerifier(
      issuer.trust({ audience: ['https://a.test', 'https://api.test'] }),
    )
    expect(await several.verify(issuer.mint())).toMatchObject({ subject: 'user-1' })
  })

  it('T15: an accepted token gives a frozen Auth that does not show the token when it is copied or logged', async () => {
    const token = issuer.mint({ scope: ' a  b ', list: [{ x: 1 }] })
    const auth = await verifier.verify(token)
    expect(auth).toEqual({
      issuer: issuer.url,
      subject: 'user-1',
      clientId: 'client-1',
      scopes: ['a', 'b'],
      roles: [],
      actors: [],
      permissions: [],
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

  it('T17: a handler cannot change what every Auth inherits, and so the Auth of later requests', async () => {
    const auth = await verifier.verify(issuer.mint())
    const prototype: object = Object.getPrototypeOf(auth)
    expect(prototype).not.toBe(Object.prototype)
    for (const shared of [prototype, prototype.constructor]) {
      expect(Object.isFrozen(shared)).toBe(true)
      const change = (name: string, value: unknown): boolean =>
        Reflect.defineProperty(shared, name, { value, configurable: true })
      expect(change('token', 'another token')).toBe(false)
      expect(change('scopes', ['admin'])).toBe(false)
      expect(Reflect.setPrototypeOf(shared, { subject: 'root' })).toBe(false)
      expect(() => Object.assign(shared, { isAdmin: true })).toThrow(TypeError)
    }
    const token = issuer.mint({ jti: 'later' })
    const later = await verifier.verify(token)
    expect(later.token).toBe(token)
    expect('isAdmin' in later).toBe(false)
  })

  it('the second spelling of an ECDSA signature, (r, n - s), is accepted, and the token has the jti of the first', async () => {
    const other = hostileTokens({ issuer, claims: { jti: 'one-id' } }).find(
      ({ id }) => id === 'ecdsa/high-s',
    )
    expect(other).toMatchObject({ level: 'info' })
    const auth = await verifier.verify(other?.token as string)
    expect(auth.claims.jti).toBe('one-id')
  })

  it('the last of equal JSON members counts, and a claim named __proto__ stays an own property', async () => {
    const text = payload().replace('{', '{"sub":"first","__proto__":{"admin":true},')
    const auth = await verifier.verify(raw(text))
    expect(auth.subject).toBe('user-1')
    expect(Object.hasOwn(auth.claims, '__proto__')).toBe(true)
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
    expect(Object.isFrozen(Object.prototype)).toBe(false)
  })

  it('the verifier accepts a deeply nested claim within the size limit', async () => {
    const deep = `${'['.repeat(5900)}${']'.repeat(5900)}`
    const auth = await verifier.verify(raw(payload().replace('{', `{"deep":${deep},`)))
    expect(auth.subject).toBe('user-1')
  })
})

describe("the profile 'jwt'", () => {
  const minimal = { client_id: undefined, jti: undefined, iat: undefined }
  const typed = (typ: string | undefined, claims = {}): string =>
    issuer.mint({ ...minimal, ...claims }, { header: { typ } })

  it.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])(
    "the profile 'jwt' accepts a token whose typ is %s",
    async (typ) => {
      expect(await lax.verify(typed(typ))).toMatchObject({ subject: 'user-1', clientId: undefined })
    },
  )

  it.each(['dpop+jwt', 'logout+jwt', 'secevent+jwt', '', 'kb+jwt'])(
    "T5: the profile 'jwt' refuses a token whose typ is '%s'",
    async (typ) => {
      expect(await refusal(typed(typ), lax)).toMatchObject({ reason: 'token-type' })
    },
  )

  it.each(['nonce', 'at_hash', 'c_hash', 's_hash', 'events'])(
    "T5: the profile 'jwt' refuses a token with the claim %s, which access tokens never have",
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
  ])("the profile 'jwt' reads the scopes of %j", async (claims, scopes) => {
    const token = issuer.mint({}, { raw: payload({ ...claims }), header: { typ: 'JWT' } })
    expect((await lax.verify(token)).scopes).toEqual(scopes)
  })

  it.each([
    [{ client_id: 'a', azp: 'b', cid: 'c' }, 'a'],
    [{ azp: 'b', cid: 'c' }, 'b'],
    [{ cid: 'c' }, 'c'],
    [{}, undefined],
  ])("the profile 'jwt' reads the client of %j", async (claims, client) => {
    expect((await lax.verify(typed('JWT', claims))).clientId).toBe(client)
  })

  it.each([
    ['without exp', { exp: undefined }, 'claims'],
    ['without sub', { sub: undefined }, 'claims'],
    ['without aud', { aud: undefined }, 'audience'],
    ['whose iat is text', { iat: 'x' }, 'claims'],
    ['whose iat is ahead', { iat: seconds + 11 }, 'issued-in-future'],
    ['with cnf', { cnf: {} }, 'sender-constraint'],
    ['whose list of scopes has a number', { scp: ['a', 1] }, 'claims'],
    ['whose scopes are an object', { scp: { 0: 'a' } }, 'claims'],
    ['whose client is a number', { azp: 1 }, 'claims'],
  ])("the profile 'jwt' refuses a token %s", async (_, claims, reason) => {
    expect(await refusal(typed('JWT', claims), lax)).toMatchObject({ reason })
  })
})

describe('T4: several issuers', () => {
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

  it('a verifier of two issuers accepts the tokens of each by the rules of that issuer', async () => {
    const verifier = both()
    expect((await verifier.verify(a.mint())).issuer).toBe(a.url)
    expect((await verifier.verify(b.mint({}, { header: { typ: 'JWT' } }))).issuer).toBe(b.url)
  })

  it('a verifier of two issuers never checks the tokens of one by the rules of the other', async () => {
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

  it('a verifier of two issuers never verifies a token of one with a key of the other', async () => {
    const verifier = both()
    await verifier.verify(b.mint())
    const forged = b.mint({ iss: a.url, aud: 'https://api.test' })
    expect(await refusal(forged, verifier)).toMatchObject({ reason: 'unknown-key' })
    const es = createTestIssuer({ url: b.url, audience: 'https://api.test' })
    const sameKid = es.mint({ iss: a.url }, { kid: a.keys.current.kid })
    expect(await refusal(sameKid, verifier)).toMatchObject({ reason: 'signature' })
  })

  it('a token of an issuer that is not trusted causes no request to any issuer', async () => {
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

  it('a static JWK Set verifies tokens without a fetch', async () => {
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

  it('a static PEM key, or the only key of a JWK Set if it has no kid, verifies tokens with any kid', async () => {
    for (const jwks of [rs.publicKey.export({ type: 'spki', format: 'pem' }), { keys: [jwk] }]) {
      const verifier = by(jwks)
      await verifier.verify(signing.mint({}, { kid: 'whatever' }))
      await verifier.verify(signing.mint({}, { kid: null }))
    }
  })

  it('a token without kid is refused when two static keys fit', async () => {
    const other = createTestIssuer({ alg: 'RS256' }).keys.current.publicJwk
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }, other] })
    expect(await refusal(signing.mint({}, { kid: null }), verifier)).toMatchObject({
      reason: 'unknown-key',
    })
    expect(await verifier.verify(signing.mint())).toMatchObject({ subject: 'user-1' })
  })

  it('T2: a static key without alg is used only with the algorithm of its first valid token', async () => {
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }] })
    const ps256 = signing.mint({}, { alg: 'PS256' })
    await verifier.verify(signing.mint())
    expect(await refusal(ps256, verifier)).toMatchObject({ reason: 'unknown-key' })
    await verifier.verify(signing.mint())
    const fresh = by({ keys: [{ ...jwk, kid: 'a' }] })
    await fresh.verify(ps256)
    expect(await refusal(signing.mint(), fresh)).toMatchObject({ reason: 'unknown-key' })
  })

  it('T2: a bad signature does not bind a static key to an algorithm', async () => {
    const verifier = by({ keys: [{ ...jwk, kid: 'a' }] })
    await refusal(signing.bad.tampered(), verifier)
    await verifier.verify(signing.mint({}, { alg: 'PS256' }))
  })

  it('changing the options object after construction does not change the verifier', async () => {
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

describe('the supported algorithms', () => {
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
  it.each(algorithms)(
    'a token signed by %s is accepted, and refused when it is tampered with',
    async (alg) => {
      const signing = createTestIssuer(signingBy(alg))
      const verifier = createVerifier(signing.trust({ algorithms: [alg] }))
      expect(await verifier.verify(signing.mint())).toMatchObject({ subject: 'user-1' })
      expect(await refusal(signing.bad.tampered(), verifier)).toMatchObject({ reason: 'signature' })
    },
  )

  it('EdDSA and Ed25519 are names of the same algorithm', async () => {
    const signing = createTestIssuer({ alg: 'EdDSA' })
    const verifier = createVerifier(signing.trust({ algorithms: ['Ed25519'] }))
    await verifier.verify(signing.mint())
    await verifier.verify(signing.mint({}, { alg: 'Ed25519' }))
  })

  it('T1: a token whose algorithm is supported but not among the defaults is refused', async () => {
    const signing = createTestIssuer({ alg: 'ES512' })
    expect(await refusal(signing.mint(), createVerifier(signing.trust()))).toMatchObject({
      reason: 'algorithm',
    })
  })
})

describe('events of the verifier', () => {
  const eventsOf = async (token: string, options: object = {}): Promise<AuthEvent[]> => {
    const events: AuthEvent[] = []
    const listening = createVerifier(
      issuer.trust({ onEvent: (event: AuthEvent) => void events.push(event), ...options }),
    )
    await listening.verify(token).catch(() => {})
    return events.filter(({ type }) => type.startsWith('token.'))
  }

  it('an accepted token causes the event token.accepted', async () => {
    expect(await eventsOf(issuer.mint())).toEqual([
      { type: 'token.accepted', issuer: issuer.url, cached: false },
    ])
  })

  it.each([
    ['token-type', issuer.bad.idToken(), /profile: 'jwt'/],
    ['opaque', 'Rjr3abcD1234UVWXYZ1ltQmKpZsEoYdH', /Issue JWT as access token/],
    ['encrypted', `${encode({ alg: 'dir', enc: 'A256GCM' })}..c.d.e`, /JWE/],
    ['issuer', issuer.mint({ iss: `${issuer.url}/` }), /trailing slash/],
    ['audience', issuer.mint({ aud: 'https://api.test/' }), /trailing slash/],
    ['sender-constraint', issuer.mint({ cnf: {} }), /cnf/],
  ])(
    'a token that is refused causes an event that has a hint (reason: %s)',
    async (reason, token, hint) => {
      const [event] = await eventsOf(token)
      expect(event).toMatchObject({
        type: 'token.refused',
        reason,
        hint: expect.stringMatching(hint),
      })
      expectNoLeak(event, token, 'user-1')
    },
  )

  it('T15: an event escapes and shortens the kid of a token', async () => {
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
  ])('a token is accepted although the event listener %s', async (_, onEvent) => {
    expect(await createVerifier(issuer.trust({ onEvent })).verify(issuer.mint())).toMatchObject({
      subject: 'user-1',
    })
  })
})

it('T9: a clock that gives NaN makes the verifier refuse tokens as expired', async () => {
  const { fetch, url } = issuer
  const broken = createVerifier({
    issuer: url,
    audience: 'https://api.test',
    fetch,
    now: () => Number.NaN,
  })
  expect(await refusal(issuer.mint(), broken)).toMatchObject({ reason: 'expired' })
})
