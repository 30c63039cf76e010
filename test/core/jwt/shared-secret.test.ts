import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { compactVerify, SignJWT } from 'jose'
import type { AuthError, AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { HmacAlgorithm } from '../../../src/core/algorithms.ts'
import { isRight } from '../../../src/core/jwt/platform-signature.ts'
import { importSecret } from '../../../src/core/keys/imported-key.ts'
import { signingBy } from '../../keys.ts'
import { runs } from '../../runs.ts'

const iss = 'https://secrets.test'
const audience = 'https://api.test'
const secret = new Uint8Array(randomBytes(64))
const algorithms: readonly HmacAlgorithm[] = ['HS256', 'HS384', 'HS512']

/** A token that is right but for what a test changes, made by jose. */
function signed(alg: string, key: Uint8Array = secret, claims: object = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const good = { iss, aud: audience, sub: 'alice', client_id: 'app', jti: 'id-1' }
  return new SignJWT({ ...good, iat: now, exp: now + 300, ...claims })
    .setProtectedHeader({ alg, typ: 'at+jwt', kid: 'any' })
    .sign(key)
}

function createStage(issuer: Partial<IssuerOptions> = {}, options: Partial<VerifierOptions> = {}) {
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    issuer: { issuer: iss, secret, ...issuer },
    audience,
    onEvent: (event) => void events.push(event),
    fetch: () => Promise.reject(new Error('nothing may be fetched')),
    ...options,
  })
  const outcome = (token: string): Promise<string> =>
    verifier.verify(token).then(
      ({ subject }) => subject,
      ({ status, reason }: AuthError) => `${status} ${reason}`,
    )
  return { verifier, events, outcome }
}

describe('an issuer with a shared secret', () => {
  it('a token with HS256 is accepted, with and without the token cache', async () => {
    const token = await signed('HS256')
    const { outcome, events } = createStage()
    expect(await outcome(token)).toBe('alice')
    expect(await outcome(token)).toBe('alice')
    expect(events).toMatchObject([
      { type: 'token.accepted', cached: false },
      { type: 'token.accepted', cached: true },
    ])
    expect(await createStage({}, { tokenCache: false }).outcome(token)).toBe('alice')
  })

  it.each([
    ['nothing states algorithms', 'HS256', {}, {}],
    ['the verifier lists only others', 'HS256', {}, { algorithms: ['RS256'] }],
    ['the issuer lists HS512', 'HS512', { algorithms: ['HS512'] }, {}],
    ['the verifier lists HS384 and RS256', 'HS384', {}, { algorithms: ['HS384', 'RS256'] }],
    [
      'the issuer lists HS256 and the verifier HS512',
      'HS256',
      { algorithms: ['HS256'] },
      { algorithms: ['HS512'] },
    ],
    ['the issuer lists two', 'HS256 HS512', { algorithms: ['HS512', 'HS256'] }, {}],
  ] as const)('T1: where %s, allowed is %s', async (_, allowed, issuer, options) => {
    const { outcome } = createStage(issuer, options as never)
    for (const alg of algorithms) {
      const expected = allowed.split(' ').includes(alg) ? 'alice' : '401 algorithm'
      expect(await outcome(await signed(alg)), alg).toBe(expected)
    }
  })

  it('both of two algorithms go on to be accepted, because the options name them for this secret', async () => {
    const { outcome, events } = createStage({ algorithms: ['HS256', 'HS512'] })
    for (const alg of ['HS256', 'HS512', 'HS256']) {
      expect(await outcome(await signed(alg, secret, { jti: alg }))).toBe('alice')
    }
    expect(events.map(({ type }) => type)).not.toContain('keys.pinned')
  })

  it('T1: a token of a key pair, an unsigned one, and one that names another algorithm are refused', async () => {
    const { outcome } = createStage()
    const pair = createTestIssuer({ url: iss, ...signingBy('RS256') })
    expect(await outcome(pair.mint())).toBe('401 algorithm')
    expect(await outcome(pair.mint({}, { header: { alg: 'none' } }))).toBe('401 algorithm')
    expect(await outcome(pair.mint({}, { header: { alg: 'HS256' } }))).toBe('401 signature')
    expect(await outcome(pair.mint({}, { header: { alg: 'hs256' } }))).toBe('401 algorithm')
  })

  it('T1: a changed, cut, long or missing HMAC, and one by another secret, are refused', async () => {
    const { outcome } = createStage()
    const token = await signed('HS256')
    const [head, payload, mac] = token.split('.') as [string, string, string]
    const octets = Buffer.from(mac, 'base64url')
    const withMac = (other: Uint8Array): string =>
      `${head}.${payload}.${Buffer.from(other).toString('base64url')}`
    for (let i = 0; i < octets.length; i++) {
      const changed = Buffer.from(octets)
      changed.writeUInt8(changed.readUInt8(i) ^ 1, i)
      expect(await outcome(withMac(changed))).toBe('401 signature')
    }
    for (const length of [1, 16, 31]) {
      expect(await outcome(withMac(octets.subarray(0, length)))).toBe('401 signature')
    }
    expect(await outcome(withMac(Buffer.concat([octets, octets])))).toBe('401 signature')
    expect(await outcome(`${head}.${payload}.`)).toBe('401 malformed')
    expect(await outcome(await signed('HS256', randomBytes(64)))).toBe('401 signature')
    expect(await outcome(await signed('HS256', secret.subarray(1)))).toBe('401 signature')
  })

  it('the secret is copied, so that the array of the caller may be overwritten', async () => {
    const mine = new Uint8Array(randomBytes(32))
    const { outcome } = createStage({ secret: mine })
    const token = await signed('HS256', Uint8Array.from(mine))
    mine.fill(0)
    expect(await outcome(token)).toBe('alice')
  })

  it('a Buffer is a secret', async () => {
    const octets = randomBytes(32)
    const token = await signed('HS256', new Uint8Array(octets))
    expect(await createStage({ secret: octets }).outcome(token)).toBe('alice')
  })

  it('its iss may be a name, where the profile is not rfc9068', async () => {
    const token = await signed('HS256', secret, { iss: 'my-service' })
    const { outcome } = createStage({ issuer: 'my-service', profile: 'jwt' })
    expect(await outcome(token)).toBe('alice')
    expect(() => createStage({ issuer: 'my-service' })).toThrow(/state profile: 'jwt'/)
  })

  it('it is ready at once, and nothing is fetched', async () => {
    const { verifier } = createStage()
    await verifier.ready()
    expect(verifier.health()).toMatchObject([{ issuer: iss, usable: true, keys: 1 }])
  })
})

describe('a verifier of an issuer with a secret and one with a key pair', () => {
  const pair = createTestIssuer({ url: 'https://pair.test', ...signingBy('RS256') })
  const both = [{ issuer: iss, secret }, pair.url]
  const stage = (options: Partial<VerifierOptions> = {}) =>
    createStage({}, { issuer: both, fetch: pair.fetch, ...options })

  it('T1: each accepts its own algorithms and not those of the other', async () => {
    for (const options of [{}, { algorithms: ['RS256', 'HS256'] } as const]) {
      const { outcome } = stage(options)
      expect(await outcome(await signed('HS256'))).toBe('alice')
      expect(await outcome(pair.mint({ sub: 'bob' }))).toBe('bob')
      expect(await outcome(await signed('HS256', secret, { iss: pair.url }))).toBe('401 algorithm')
      expect(await outcome(pair.mint({ iss }))).toBe('401 algorithm')
    }
  })

  it('T1: every hostile token is still refused, those with a public key as the secret among them', async () => {
    const { outcome } = stage()
    const cases = hostileTokens(pair).filter(({ id }) => /^(alg|hmac|kid|sig)\//.test(id))
    expect(cases.length).toBeGreaterThan(20)
    for (const { id, token, expects } of cases) {
      if (expects === 'refusal') expect(await outcome(token), id).toMatch(/^401 /)
    }
  })

  it('an algorithm list that leaves one of them nothing is refused', () => {
    expect(() => stage({ algorithms: ['HS256'] })).toThrow(
      "tollgate: option 'algorithms' holds none for issuer https://pair.test, which has no option 'secret': add one, e.g. 'RS256'",
    )
  })
})

describe('an issuer resolver that gives a secret', () => {
  const resolving = (answer: () => Partial<IssuerOptions>) => {
    let now = Date.now()
    const stage = createStage({}, { issuer: () => ({ issuer: iss, ...answer() }), now: () => now })
    const wait = (seconds: number): void => {
      now += seconds * 1000
    }
    return { ...stage, wait }
  }

  it('its tokens are accepted, and stay cached for as long as the answer has the same secret', async () => {
    let given = { secret }
    const { outcome, events, wait } = resolving(() => given)
    const token = await signed('HS256', secret, { exp: Math.floor(Date.now() / 1000) + 9000 })
    expect(await outcome(token)).toBe('alice')
    wait(601)
    given = { secret: new Uint8Array(secret) }
    expect(await outcome(token)).toBe('alice')
    expect(events.at(-1)).toMatchObject({ cached: true })
    wait(601)
    given = { secret: new Uint8Array(randomBytes(32)) }
    expect(await outcome(token)).toBe('401 signature')
  })

  it('T15: a wrong secret is an event that shows nothing of it, and 503', async () => {
    const { outcome, events } = resolving(() => ({ secret: new Uint8Array(31).fill(77) }))
    expect(await outcome(await signed('HS256'))).toBe('503 resolver')
    expect(events[0]).toEqual({
      type: 'resolver.failed',
      why: expect.stringMatching(/option 'secret' has 31 octets/),
    })
    expect(JSON.stringify(events)).not.toMatch(/77|TTTT|MMMM/)
  })

  it('an issuer that it gives without a secret has no HS256', async () => {
    const { outcome } = resolving(() => ({ secret: undefined, jwksUri: `${iss}/keys` }))
    expect(await outcome(await signed('HS256'))).toMatch(/^503 resolver|^401 algorithm/)
  })
})

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
const edwards = generateKeyPairSync('ed25519').publicKey
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const spki = (format: 'pem' | 'der', key = publicKey): Uint8Array =>
  new Uint8Array(Buffer.from(key.export({ type: 'spki', format: format as 'pem' })))
const pkcs1 = (format: 'pem' | 'der'): Uint8Array =>
  new Uint8Array(Buffer.from(publicKey.export({ type: 'pkcs1', format: format as 'pem' })))
const pem = String(publicKey.export({ type: 'spki', format: 'pem' }))
const jwk = JSON.stringify(publicKey.export({ format: 'jwk' }))
const base64 = (octets: Uint8Array, as: 'base64' | 'base64url' = 'base64'): Uint8Array =>
  text(Buffer.from(octets).toString(as))

describe('wrong secrets', () => {
  it.each<[string, unknown, RegExp]>([
    ['a text', 'x'.repeat(64), /must be a Uint8Array, not a string: decode what the issuer shows/],
    ['an array of numbers', [...secret], /must be a Uint8Array, not an array/],
    ['an ArrayBuffer', secret.buffer, /must be a Uint8Array/],
    ['a DataView', new DataView(secret.buffer), /must be a Uint8Array/],
    ['null', null, /must be a Uint8Array, not null/],
    ['no octets', new Uint8Array(), /has 0 octets, and HS256 needs at least 32/],
    ['31 octets', randomBytes(31), /has 31 octets, and HS256 needs at least 32/],
    ['zeros', new Uint8Array(32), /has only 1 different octets, so it can be guessed/],
    ['7 different octets', Uint8Array.from({ length: 64 }, (_, i) => (i % 7) + 1), /only 7 diff/],
    ['a public key in PEM', spki('pem'), /is a PEM file/],
    ['one without line breaks', text(Buffer.from(spki('pem')).toString().trim()), /is a PEM file/],
    ['one behind a byte order mark', text(`\ufeff${Buffer.from(spki('pem'))}`), /is a PEM file/],
    ['a public key of PKCS #1 in PEM', pkcs1('pem'), /is a PEM file/],
    ['a PEM file behind a control character', text(`\u0001${pem}`), /is a PEM file/],
    ['one that ends in a 0', text(`${pem}\0`), /is a PEM file/],
    ['one behind an octet that is no text', Buffer.from(`\u00ff${pem}`, 'latin1'), /is a PEM file/],
    ['one in UTF-16', Buffer.from(`\ufeff${pem}`, 'utf16le'), /is a PEM file/],
    ['one in base64', text(Buffer.from(pem).toString('base64')), /is a PEM file/],
    ['a public key in DER', spki('der'), /is a key or certificate in DER/],
    ['one as base64 in one line', base64(spki('der')), /is a key or certificate in DER/],
    [
      'one of P-256 as base64url',
      base64(spki('der', curve), 'base64url'),
      /is a key or certificate in DER/,
    ],
    ['one of Ed25519 as base64', base64(spki('der', edwards)), /is a key or certificate in DER/],
    ['a public key of PKCS #1 in DER', pkcs1('der'), /is a key or certificate in DER/],
    ['a public key of P-256 in DER', spki('der', curve), /is a key or certificate in DER/],
    ['a public key of Ed25519 in DER', spki('der', edwards), /is a key or certificate in DER/],
    [
      'a JWK as JSON',
      text(JSON.stringify(publicKey.export({ format: 'jwk' }))),
      /is JSON, which is no secret: give the octets of its 'k'/,
    ],
    ['a JWK behind a control character', text(`\u0001${jwk}`), /is JSON/],
    ['one that ends in a 0', text(`${jwk}\0`), /is JSON/],
    ['one in UTF-16', Buffer.from(`\ufeff${jwk}`, 'utf16le'), /is JSON/],
    ['a JWK Set', text(` ${JSON.stringify({ keys: [{ kty: 'oct', k: 'AA' }] })}`), /is JSON/],
    ['a JSON string', text(JSON.stringify('x1y2z3w4'.repeat(8))), /is JSON/],
    [
      'a phrase',
      text('correct horse battery staple is what they say'),
      /is a text with whitespace/,
    ],
    ['a phrase of other letters', text('никто не угадает эту фразу'), /is a text with whitespace/],
    ['a text with a line break at its end', text(`${'abcdefgh'.repeat(8)}\n`), /with whitespace/],
  ])('T16: %s is refused as a secret', (_, wrong, message) => {
    const construct = (): unknown => createStage({ secret: wrong as never })
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
    expect(construct).toThrow(/^tollgate: of issuer https:\/\/secrets\.test: option 'secret' /)
  })

  it.each([
    ['HS384', 47],
    ['HS512', 63],
  ] as const)('T16: for %s, %d octets are refused and one more is enough', async (alg, length) => {
    const octets = new Uint8Array(randomBytes(length + 1))
    const stage = (value: Uint8Array) => createStage({ secret: value, algorithms: ['HS256', alg] })
    expect(() => stage(octets.subarray(1))).toThrow(`has ${length} octets, and ${alg} needs`)
    expect(await stage(octets).outcome(await signed(alg, octets))).toBe('alice')
  })

  it.each(['jwks', 'jwksUri', 'metadataUrl'] as const)('T16: %s beside it is refused', (name) => {
    const value = name === 'jwks' ? createTestIssuer().jwks : `${iss}/keys`
    expect(() => createStage({ [name]: value })).toThrow(
      new RegExp(`option '${name}' excludes others: keep one of '${name}' and 'secret'`),
    )
  })

  it('T16: an algorithm of the issuer that is not for its keys is refused', () => {
    expect(() => createStage({ algorithms: ['HS256', 'RS256'] })).toThrow(
      /option 'algorithms' holds 'RS256': an issuer with the option 'secret' signs with HS256/,
    )
    const without = { issuer: iss, algorithms: ['RS256', 'HS256'] as const }
    expect(() => createVerifier({ issuer: without, audience })).toThrow(
      /'HS256', which needs a shared secret: give its issuer the option 'secret', or remove it/,
    )
    expect(() => createVerifier({ issuer: iss, audience, algorithms: ['HS512'] })).toThrow(
      /option 'algorithms' holds 'HS512', which needs a shared secret/,
    )
    expect(() => createVerifier({ issuer: iss, audience, secret } as never)).toThrow(
      /'secret' in the verifier options: it belongs to one issuer/,
    )
  })

  it('random octets are hardly ever refused, and a text without whitespace is no wrong secret', () => {
    for (let i = 0; i < 200; i++) createStage({ secret: randomBytes(32) })
    createStage({ secret: text('super-secret-jwt-token-with-at-least-32-characters-long') })
  })
})

it('T15: no event, error, hint, explanation or inspection shows anything of the secret', async () => {
  const key = text('canary-0123456789-canary-9876543210')
  const { verifier, events, outcome } = createStage({ secret: key })
  const errors: unknown[] = []
  await verifier.verify(await signed('HS256')).catch((error) => errors.push(error))
  const auth = await verifier.verify(await signed('HS256', key))
  const told = [
    events,
    errors,
    auth,
    verifier.health(),
    await verifier.explain(auth.token),
    verifier,
  ]
  const seen = told.flatMap((one) => [
    JSON.stringify(one),
    inspect(one, { depth: 20, showHidden: true, getters: true }),
  ])
  const forms = [key, Buffer.from(key)].flatMap((octets) => [
    inspect(octets).slice(20, 40),
    Buffer.from(octets).toString('base64url'),
    Buffer.from(octets).toString('hex'),
    'canary',
  ])
  for (const form of forms) expect(seen.join('\n')).not.toContain(form)
  expect(await outcome(await signed('HS256', key))).toBe('alice')
  const why = (error: () => unknown): string => {
    try {
      return String(error())
    } catch (thrown) {
      return inspect(thrown, { showHidden: true })
    }
  }
  expect(
    why(() => createStage({ secret: text('canary canary 0123456789 0123456789') })),
  ).not.toMatch(/canary/)
})

it('the hint for a wrong HMAC names the option and what may have gone wrong', async () => {
  const { outcome, events } = createStage()
  expect(await outcome(await signed('HS256', randomBytes(32)))).toBe('401 signature')
  expect(await outcome(createTestIssuer({ url: iss }).mint())).toBe('401 algorithm')
  expect(await outcome(await signed('HS512'))).toBe('401 algorithm')
  const hints = events.map((event) => (event as { hint?: string }).hint)
  expect(hints[0]).toMatch(/secret in the option 'secret'.*base64 or hex, decode it first/)
  expect(hints[1]).toMatch(/alg is 'ES256', and allowed is 'HS256'.*leave 'secret' out/)
  expect(hints[2]).toMatch(/alg is 'HS512'.*option 'algorithms'/)
})

it('jose, the check in place and the one elsewhere give one verdict about every HMAC', async () => {
  const octets = (bounds: object) => fc.uint8Array({ minLength: 0, ...bounds })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...algorithms),
      octets({ minLength: 64, maxLength: 200 }),
      fc.stringMatching(/^[\w-]{1,80}$/),
      octets({ maxLength: 70 }),
      fc.boolean(),
      async (alg, key, payload, other, isRightOne) => {
        const head = Buffer.from(JSON.stringify({ alg })).toString('base64url')
        const body = Buffer.from(payload).toString('base64url')
        const data = Buffer.from(`${head}.${body}`)
        const mac = createHmac(`sha${alg.slice(2)}`, key)
          .update(data)
          .digest()
        const signature = isRightOne ? mac : Buffer.from(other)
        const imported = await importSecret(Uint8Array.from(key), alg)
        const token = `${data}.${signature.toString('base64url')}`
        const jose = await compactVerify(token, key, { algorithms: [alg] }).then(
          () => true,
          () => false,
        )
        const asked = { data, signature }
        expect(await isRight(imported, asked)).toBe(jose)
        expect(await isRight({ ...imported, node: undefined }, asked)).toBe(jose)
        expect(jose).toBe(isRightOne || mac.equals(signature))
      },
    ),
    runs(200),
  )
})
