import { createHmac, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type { CompactJWEHeaderParameters, JWK } from 'jose'
import { CompactEncrypt, importJWK } from 'jose'
import type {
  AuthError,
  AuthEvent,
  DecryptionOptions,
  Explanation,
  IssuerOptions,
  VerifierOptions,
} from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runs } from '../runs.ts'

const issuer = createTestIssuer({ alg: 'ES256' })
const other = createTestIssuer({ url: 'https://other.test' })

function privateKey(kid: string, type: 'rsa' | 'P-256' | 'P-384' | 'P-521'): JWK {
  const { privateKey: key } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: type })
  return { ...(key.export({ format: 'jwk' }) as JWK), kid }
}

const keys = {
  rsa: privateKey('rsa', 'rsa'),
  p256: privateKey('p256', 'P-256'),
  p384: privateKey('p384', 'P-384'),
  p521: privateKey('p521', 'P-521'),
}
const everything: DecryptionOptions = {
  keys: Object.values(keys),
  algorithms: ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'],
  encryption: ['A256GCM', 'A128CBC-HS256'],
}
const { d: _, p, q, dp, dq, qi, ...rsaPublic } = keys.rsa

function publicHalf({ kty, kid, n, e, crv, x, y }: JWK): JWK {
  return { kty, kid, ...(kty === 'RSA' ? { n, e } : { crv, x, y }) } as JWK
}

/** What jose makes of a text, as an issuer would that is built on it. */
async function encrypted(
  text: string,
  key: JWK = keys.p256,
  header: Partial<CompactJWEHeaderParameters> = {},
): Promise<string> {
  const alg = header.alg ?? (key.kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES')
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader({ alg, enc: 'A256GCM', cty: 'JWT', kid: key.kid as string, ...header })
    .encrypt(await importJWK(publicHalf(key), alg), { crit: { 'urn:test': true } })
}

afterEach(() => vi.restoreAllMocks())

function createStage(
  decryption: Partial<DecryptionOptions> | undefined = {},
  options: Partial<VerifierOptions> & { of?: Partial<IssuerOptions>; by?: TestIssuer } = {},
) {
  const events: AuthEvent[] = []
  const { of, by = issuer, ...rest } = options
  const verifier = createVerifier({
    ...by.trust(),
    issuer: { issuer: by.url, decryption: { ...everything, ...decryption }, ...of },
    onEvent: (event) => void events.push(event),
    ...rest,
  })
  const outcome = (token: string): Promise<string> =>
    verifier.verify(token).then(
      ({ subject }) => subject,
      ({ status, reason }: AuthError) => `${status} ${reason}`,
    )
  const hint = (): string => (events.at(-1) as { hint?: string }).hint ?? ''
  return { verifier, events, outcome, hint }
}

function failedOf({ checks }: Explanation): string | undefined {
  return checks.find(({ outcome }) => outcome === 'failed')?.name
}

describe('a token that is signed, then encrypted to this API', () => {
  const combinations = Object.values(keys).flatMap((key) =>
    everything.algorithms
      .filter((alg) => alg.startsWith('RSA') === (key.kty === 'RSA'))
      .flatMap((alg) =>
        everything.encryption.map((enc) => [key.kid as string, alg, enc, key] as const),
      ),
  )

  it.each(combinations)('is accepted for the key %s with %s and %s', async (_, alg, enc, key) => {
    const { verifier, outcome } = createStage()
    const inner = issuer.mint({ sub: 'alice' })
    expect(await outcome(await encrypted(inner, key, { alg, enc }))).toBe('alice')
    const byKit = issuer.encrypt(inner, { key, alg, enc })
    const auth = await verifier.verify(byKit)
    expect(auth).toMatchObject({ subject: 'alice', issuer: issuer.url, token: byKit })
    expect(await verifier.explain(byKit)).toMatchObject({ accepted: true, issuer: issuer.url })
  })

  it('is accepted with the key of the test issuer, in two lines', async () => {
    const { outcome } = createStage(issuer.decryption)
    expect(await outcome(issuer.encrypt(issuer.mint({ sub: 'bob' })))).toBe('bob')
  })

  it('is taken from the token cache when it comes again, for as long as its times and its key hold', async () => {
    const own = createTestIssuer()
    own.clock.freeze()
    const { outcome, events } = createStage({}, { by: own })
    const first = own.keys.current
    const token = own.encrypt(own.mint({ sub: 'alice' }, { expiresIn: 100_000 }), {
      key: keys.p256,
    })
    const decrypts = vi.spyOn(globalThis.crypto.subtle, 'deriveBits')
    for (const cached of [false, true, true]) {
      expect(await outcome(token)).toBe('alice')
      expect(events.at(-1)).toMatchObject({ type: 'token.accepted', cached })
    }
    expect(decrypts).toHaveBeenCalledTimes(1)
    own.keys.rotate()
    own.keys.retire(first.kid)
    own.clock.advance(601)
    expect(await outcome(token)).toBe('401 unknown-key')
    const soon = own.encrypt(own.mint({ sub: 'alice' }, { expiresIn: 60 }), { key: keys.p256 })
    expect(await outcome(soon)).toBe('alice')
    own.clock.advance(71)
    expect(await outcome(soon)).toBe('401 expired')
  })

  it('has the claims of the signed token, and the claims schema is given these', async () => {
    const seen: unknown[] = []
    const claims = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) => {
          seen.push((value as { tenant: string }).tenant)
          return { value: value as object }
        },
      },
    } as const
    const { verifier } = createStage({}, { claims } as never)
    const token = await encrypted(issuer.mint({ tenant: 'acme' }))
    for (let i = 0; i < 3; i++) {
      expect((await verifier.verify(token)).claims).toMatchObject({ tenant: 'acme' })
    }
    expect(seen).toEqual(['acme'])
  })

  it('may have an HMAC inside', async () => {
    const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
    const { outcome } = createStage({}, { of: { secret } })
    const [head, payload] = issuer.mint({ sub: 'alice' }, { header: { alg: 'HS256' } }).split('.')
    const input = `${head}.${payload}`
    const mac = createHmac('sha256', secret).update(input).digest('base64url')
    expect(await outcome(await encrypted(`${input}.${mac}`))).toBe('alice')
    expect(await outcome(await encrypted(issuer.mint()))).toBe('401 algorithm')
  })

  it('may come unencrypted, unless the options require otherwise', async () => {
    expect(await createStage().outcome(issuer.mint({ sub: 'alice' }))).toBe('alice')
    const strict = createStage({ required: true })
    expect(await strict.outcome(issuer.mint())).toBe('401 not-encrypted')
    expect(strict.events).toMatchObject([
      { type: 'token.refused', issuer: issuer.url, reason: 'not-encrypted' },
    ])
    expect(strict.hint()).toMatch(/only signed, and expected of its issuer .*decryption\.required/)
    expect(await strict.outcome(await encrypted(issuer.mint({ sub: 'alice' })))).toBe('alice')
    expect(failedOf(await strict.verifier.explain(issuer.mint()))).toBe('not-encrypted')
  })

  it('the options are copied, so that what the caller does with his keys changes nothing', async () => {
    const mine: JWK[] = [{ ...keys.p256 }]
    const { outcome } = createStage({ keys: mine })
    Object.assign(mine[0] as JWK, { kid: 'changed', d: 'AA', x: 'AA' })
    mine.push({ ...keys.p384 })
    expect(await outcome(await encrypted(issuer.mint({ sub: 'alice' })))).toBe('alice')
    expect(await outcome(await encrypted(issuer.mint(), keys.p384))).toBe('401 decryption')
  })
})

const tagOf = (token: string): string => token.slice(token.lastIndexOf('.') + 1)

/** What is wrong with a token, and the reason and the hint of its refusal. */
const refused: Readonly<Record<string, readonly [() => Promise<string> | string, string, RegExp]>> =
  {
    'without a kid': [
      () => encrypted(issuer.mint(), keys.p256, { kid: undefined as never }),
      'decryption',
      /kid is missing: expected is the kid of a key in the option 'decryption'/,
    ],
    'with an unknown kid': [
      () => encrypted(issuer.mint(), keys.p256, { kid: 'unknown' }),
      'decryption',
      /kid is 'unknown'/,
    ],
    'with the kid of another key': [
      () => encrypted(issuer.mint(), keys.p256, { kid: 'rsa' }),
      'decryption',
      /alg is 'ECDH-ES'.*its key 'rsa'/,
    ],
    'for another key of the same kid': [
      () => encrypted(issuer.mint(), privateKey('p256', 'P-256')),
      'decryption',
      /cannot be decrypted with the key 'p256'/,
    ],
    'for another RSA key of the same kid': [
      () => encrypted(issuer.mint(), privateKey('rsa', 'rsa')),
      'decryption',
      /cannot be decrypted with the key 'rsa'/,
    ],
    'for a key on another curve': [
      () => encrypted(issuer.mint(), keys.p384, { kid: 'p256' }),
      'decryption',
      /epk is not as expected a point on the curve/,
    ],
    'with an alg that is not allowed': [
      () => encrypted(issuer.mint(), keys.rsa, { alg: 'RSA-OAEP' }),
      'decryption',
      /alg is 'RSA-OAEP': expected is one of decryption.algorithms/,
    ],
    'with the alg RSA1_5': [() => relabelled({ alg: 'RSA1_5' }), 'decryption', /RSA1_5/],
    'with the alg dir': [() => relabelled({ alg: 'dir' }), 'decryption', /alg is 'dir'/],
    'with the alg PBES2': [
      () => relabelled({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31, p2s: 'AAAAAAAAAAA' }),
      'decryption',
      /PBES2/,
    ],
    'with an enc that is not allowed': [
      () => encrypted(issuer.mint(), keys.p256, { enc: 'A128GCM' }),
      'decryption',
      /enc is none of decryption.encryption: expected is 'A256GCM' or 'A128CBC-HS256'/,
    ],
    'that is compressed': [
      () => encrypted(issuer.mint(), keys.p256, { zip: 'DEF' }),
      'decryption',
      /compressed, and expected is one without zip/,
    ],
    'with a zip that does not exist': [() => relabelled({ zip: null }), 'decryption', /zip/],
    'whose cty says something else': [
      () => encrypted(issuer.mint(), keys.p256, { cty: 'json' }),
      'decryption',
      /cty says that no JWT is in it/,
    ],
    'with crit': [
      () => encrypted(issuer.mint(), keys.p256, { crit: ['urn:test'], 'urn:test': 1 }),
      'critical-header',
      /has crit/,
    ],
    'whose tag was cut': [
      () =>
        encrypted(issuer.mint()).then((token) =>
          token.slice(0, token.length - tagOf(token).length + 8),
        ),
      'malformed|decryption',
      /./,
    ],
    'with an empty tag': [
      () => encrypted(issuer.mint()).then((token) => token.slice(0, token.lastIndexOf('.') + 1)),
      'malformed',
      /./,
    ],
    'with a space': [
      () => encrypted(issuer.mint()).then((token) => token.replace('.', ' .')),
      'opaque|malformed',
      /./,
    ],
    'with a padded part': [
      () => encrypted(issuer.mint()).then((token) => `${token}==`),
      'malformed',
      /base64url/,
    ],
    'with a header of more than 4,096 characters': [
      () => encrypted(issuer.mint(), keys.p256, { junk: 'x'.repeat(4000) }),
      'too-large',
      /header/,
    ],
    'of more than 16,384 characters': [
      () => encrypted(issuer.mint({ junk: 'x'.repeat(14_000) })),
      'too-large',
      /16384/,
    ],
    'whose content is claims': [
      () => encrypted(Buffer.from(issuer.mint().split('.')[1] as string, 'base64url').toString()),
      'malformed',
      /what is encrypted is no signed JWT.*sign the token, then encrypt it/,
    ],
    'whose content is an unsigned token': [
      () => encrypted(issuer.bad.unsigned()),
      'malformed',
      /what is encrypted is no signed JWT/,
    ],
    'whose content has alg none and a signature': [
      () => encrypted(issuer.mint({}, { header: { alg: 'none' } })),
      'algorithm',
      /not signed/,
    ],
    'whose content is encrypted once more': [
      async () => encrypted(await encrypted(issuer.mint())),
      'malformed',
      /what is encrypted is no signed JWT/,
    ],
    'whose content is empty': [
      () => issuer.encrypt('', { key: keys.p256, enc: 'A128CBC-HS256' }),
      'malformed',
      /./,
    ],
    'whose content is binary': [() => encrypted('\u0000\u00ff\u20ac.a.b'), 'malformed', /./],
    'whose content an attacker has signed': [
      () => encrypted(issuer.mint({}, { key: 'attacker', kid: issuer.keys.current.kid })),
      'signature',
      /not signed by the issuer's key/,
    ],
    'whose content is for another API': [
      () => encrypted(issuer.mint({ aud: 'x' })),
      'audience',
      /aud/,
    ],
    'whose content has expired': [() => encrypted(issuer.bad.expired()), 'expired', /./],
    'whose content is an ID token': [
      () => encrypted(issuer.mint({}, { header: { typ: 'JWT' } }), keys.p256, { typ: 'at+jwt' }),
      'token-type',
      /typ is 'JWT'/,
    ],
    'whose content has crit': [
      () => encrypted(issuer.mint({}, { header: { crit: ['x'] } })),
      'critical-header',
      /crit/,
    ],
    'whose content is bound to a key': [
      () => encrypted(issuer.mint({ cnf: { jkt: 'x' } })),
      'sender-constraint',
      /DPoP/,
    ],
  }

/** A token with another header. It cannot be decrypted, which shows nothing as long as nobody tries. */
function relabelled(changes: object): string {
  const [, ...rest] = issuer.encrypt(issuer.mint(), { key: keys.rsa }).split('.')
  const header = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'rsa', cty: 'JWT', ...changes }
  return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.')
}

describe('an encrypted token that is refused', () => {
  it.each(Object.entries(refused))(
    'T1: one %s is refused with its reason, and explain() says the same',
    async (_, [build, reason, hint]) => {
      const { verifier, outcome, hint: told } = createStage()
      const token = await build()
      expect(await outcome(token)).toMatch(new RegExp(`^401 (${reason})$`))
      expect(told()).toMatch(hint)
      const explanation = await verifier.explain(token)
      expect(failedOf(explanation)).toMatch(new RegExp(`^(${reason})$`))
      expect(explanation.checks.find(({ outcome: one }) => one === 'failed')?.hint).toBe(told())
    },
  )

  it('T1: whatever is wrong, the header is judged before anything is decrypted', async () => {
    const { outcome } = createStage()
    const work = ['decrypt', 'deriveBits', 'unwrapKey', 'importKey'] as const
    const spies = work.map((name) => vi.spyOn(globalThis.crypto.subtle, name))
    const tokens = [
      relabelled({ alg: 'PBES2-HS256+A128KW', p2c: 2 ** 31, p2s: 'AAAAAAAAAAA' }),
      relabelled({ alg: 'RSA1_5' }),
      relabelled({ enc: 'A128GCM' }),
      relabelled({ zip: 'DEF' }),
      relabelled({ kid: 'unknown' }),
      relabelled({ kid: undefined }),
      relabelled({ crit: ['x'] }),
      relabelled({ cty: 'json' }),
      relabelled({
        kid: 'p256',
        alg: 'ECDH-ES',
        epk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
      }),
    ]
    for (const token of tokens) expect(await outcome(token)).toMatch(/^401 (decryption|critical-)/)
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
  })

  it('T1: a point off the curve, which would give the private key away, is not used', async () => {
    const { outcome } = createStage()
    const { x, y } = privateKey('', 'P-256')
    const points: readonly object[] = [
      { kty: 'EC', crv: 'P-256', x, y: x },
      { kty: 'EC', crv: 'P-256', x: y, y: x },
      { kty: 'EC', crv: 'P-384', x, y },
      { kty: 'EC', crv: 'P-256', x },
      { kty: 'OKP', crv: 'X25519', x },
      { kty: 'OKP', crv: 'Ed25519', x },
      { kty: 'EC', crv: 'P-256', x: [x], y },
      [],
    ]
    for (const epk of [...points, null, 'x', undefined]) {
      const token = relabelled({ kid: 'p256', alg: 'ECDH-ES', epk })
      const parts = token.split('.')
      parts[1] = ''
      expect(await outcome(parts.join('.')), inspect(epk)).toBe('401 decryption')
    }
  })

  it('T15: why it could not be decrypted is in no answer, no message and no event', async () => {
    const good = issuer.encrypt(issuer.mint(), { key: keys.rsa, enc: 'A128CBC-HS256' }).split('.')
    const other = issuer.encrypt(issuer.mint(), { key: keys.rsa, enc: 'A128CBC-HS256' }).split('.')
    const { verifier, events } = createStage()
    const told = new Set<string>()
    // The encrypted key, the vector, the text, the tag, each of another token; and a short text.
    for (const i of [1, 2, 3, 4]) {
      const parts = good.with(i, other[i] as string)
      const error = await verifier.verify(parts.join('.')).catch((thrown: AuthError) => thrown)
      const { status, message, headers, body, reason } = error as AuthError
      told.add(JSON.stringify([status, message, headers, body, reason, events.at(-1)]))
    }
    const short = good.with(3, Buffer.alloc(15).toString('base64url')).join('.')
    const error = (await verifier.verify(short).catch((thrown: unknown) => thrown)) as AuthError
    const { status, message, headers, body, reason } = error
    told.add(JSON.stringify([status, message, headers, body, reason, events.at(-1)]))
    expect(told.size).toBe(1)
    expect([...told][0]).toContain('"decryption"')
  })

  it('T8: a token with bits behind the last octet of its tag is malformed', async () => {
    const { outcome } = createStage()
    const token = await encrypted(issuer.mint())
    const last = { A: 'B', Q: 'R', g: 'h', w: 'x' }[token.at(-1) as 'A']
    expect(await outcome(`${token.slice(0, -1)}${last}`)).toBe('401 malformed')
  })

  it('T8: a token of which any character was changed is refused', async () => {
    const { outcome } = createStage({}, { tokenCache: false })
    const tokens = [
      issuer.encrypt(issuer.mint(), { key: keys.p256 }),
      issuer.encrypt(issuer.mint(), { key: keys.rsa, enc: 'A128CBC-HS256' }),
      issuer.encrypt(issuer.mint(), { key: keys.p256, alg: 'ECDH-ES+A256KW' }),
    ]
    for (const token of tokens) expect(await outcome(token)).toMatch(/^user|^test|^[^4]/)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...tokens),
        fc.nat(),
        fc.constantFrom(...'ABcdyz019-_.='),
        async (token, at, sign) => {
          const i = at % token.length
          fc.pre(token[i] !== sign)
          const changed = token.slice(0, i) + sign + token.slice(i + 1)
          expect(await outcome(changed)).toMatch(/^401 (decryption|malformed|opaque|encrypted)$/)
        },
      ),
      runs(150),
    )
  })
})

describe('a verifier of several issuers', () => {
  const both = (mine: JWK[], theirs: JWK[]) => ({
    issuer: [
      { issuer: issuer.url, decryption: { ...everything, keys: mine } },
      { issuer: other.url, decryption: { ...everything, keys: theirs } },
    ],
    audience: issuer.audience,
    now: issuer.now,
    fetch: (url: string) => (url.startsWith(issuer.url) ? issuer : other).fetch(url),
  })

  it('T4: a token that is encrypted for one issuer must be of that issuer', async () => {
    const { outcome, hint } = createStage({}, both([keys.p256], [keys.p384]) as never)
    expect(await outcome(await encrypted(issuer.mint({ sub: 'a' }), keys.p256))).toBe('a')
    expect(await outcome(await encrypted(other.mint({ sub: 'b' }), keys.p384))).toBe('b')
    expect(await outcome(await encrypted(issuer.mint(), keys.p384))).toBe('401 issuer')
    expect(hint()).toMatch(
      /iss is 'https:\/\/issuer\.test', but it is encrypted to a key of the issuer 'https:\/\/other\.test'/,
    )
    expect(await outcome(await encrypted(other.mint(), keys.p256))).toBe('401 issuer')
  })

  it('T16: a kid that two issuers have is refused', () => {
    const construct = (): unknown =>
      createVerifier(both([keys.p256], [{ ...keys.p384, kid: 'p256' }]))
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(
      "tollgate: option 'decryption' names the kid 'p256' for the issuers https://issuer.test and https://other.test: give each key a kid of its own",
    )
  })
})

describe('a verifier without the option decryption', () => {
  it('a token of five parts is refused as encrypted, and the hint names the option', async () => {
    const { outcome, hint } = createStage({}, { issuer: issuer.url })
    expect(await outcome(await encrypted(issuer.mint()))).toBe('401 encrypted')
    expect(hint()).toMatch(/encrypted \(JWE, five parts\).*option 'decryption'/)
  })

  it('an issuer resolver serves none, and the option in its answer is an event and 503', async () => {
    let answer: object = {}
    const { outcome, events } = createStage(
      {},
      { issuer: () => ({ issuer: issuer.url, ...answer }) },
    )
    expect(await outcome(await encrypted(issuer.mint()))).toBe('401 encrypted')
    answer = { decryption: everything }
    expect(await outcome(issuer.mint())).toBe('503 resolver')
    expect(events.find(({ type }) => type === 'resolver.failed')).toEqual({
      type: 'resolver.failed',
      why: expect.stringMatching(/option 'decryption' is only for issuers that are listed/),
    })
  })
})

describe('many encrypted tokens at once', () => {
  /** Holds up every decryption until it is let go. */
  function hold(): () => void {
    const { subtle } = globalThis.crypto
    const original = subtle.deriveBits.bind(subtle)
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    vi.spyOn(subtle, 'deriveBits').mockImplementation(async (...args) => {
      await gate
      return original(...args)
    })
    return release
  }

  const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 30))

  it('T11: at most 50 are decrypted at a time, and those beyond are answered 503 at once', async () => {
    const { outcome, hint, events } = createStage()
    const tokens = issuer
      .mintMany(60, (i) => ({ sub: `user-${i}` }))
      .map((token) => issuer.encrypt(token, { key: keys.p256 }))
    const release = hold()
    const refusals: number[] = []
    const outcomes = tokens.map(async (token, i) => {
      const found = await outcome(token)
      if (found === '503 decryption') refusals.push(i)
      return found
    })
    while (refusals.length < 10) await pause()
    expect(refusals).toHaveLength(10)
    expect(events.every(({ type }) => type === 'token.refused')).toBe(true)
    expect(hint()).toMatch(/at most 50 are decrypted at a time/)
    release()
    const found = await Promise.all(outcomes)
    expect(found.filter((one) => /^user-/.test(one))).toHaveLength(50)
    for (const i of refusals) expect(await outcome(tokens[i] as string)).toBe(`user-${i}`)
  })

  it('a token that comes many times at once is decrypted once, and takes one place', async () => {
    const { outcome, verifier } = createStage()
    const token = issuer.encrypt(issuer.mint({ sub: 'alice' }), { key: keys.p256 })
    const release = hold()
    const many = Array.from({ length: 200 }, () => outcome(token))
    const explained = verifier.explain(token)
    await pause()
    const other = outcome(issuer.encrypt(issuer.mint({ sub: 'bob' }), { key: keys.p256 }))
    release()
    expect(new Set(await Promise.all(many))).toEqual(new Set(['alice']))
    expect(globalThis.crypto.subtle.deriveBits).toHaveBeenCalledTimes(2)
    expect((await explained).accepted).toBe(true)
    expect(await other).toBe('bob')
  })

  it('signed tokens, and encrypted ones that are cached, are served meanwhile', async () => {
    const { outcome } = createStage()
    const known = issuer.encrypt(issuer.mint({ sub: 'known' }), { key: keys.p256 })
    expect(await outcome(known)).toBe('known')
    const release = hold()
    const waiting = issuer
      .mintMany(50)
      .map((token) => outcome(issuer.encrypt(token, { key: keys.p256 })))
    await pause()
    expect(await outcome(issuer.encrypt(issuer.mint(), { key: keys.p256 }))).toBe('503 decryption')
    expect(await outcome(known)).toBe('known')
    expect(await outcome(issuer.mint({ sub: 'plain' }))).toBe('plain')
    release()
    await Promise.all(waiting)
  })

  it('a decryption that never ends, as a runtime may drop it, takes its place for 10 seconds at most', async () => {
    const own = createTestIssuer()
    own.clock.freeze()
    const { outcome } = createStage({}, { by: own })
    const release = hold()
    const lost = own.mintMany(50).map((token) => outcome(own.encrypt(token, { key: keys.p256 })))
    await pause()
    const next = own.encrypt(own.mint({ sub: 'alice' }), { key: keys.rsa })
    expect(await outcome(next)).toBe('503 decryption')
    own.clock.advance(9)
    expect(await outcome(next)).toBe('503 decryption')
    own.clock.advance(1)
    expect(await outcome(next)).toBe('alice')
    release()
    await Promise.all(lost)
  })
})

describe('wrong options', () => {
  const of = (changes: object) => () => createStage(changes as never)
  const withKey = (key: unknown) => of({ keys: [key] })

  it.each<[string, () => unknown, RegExp]>([
    [
      'no object',
      () => createStage({}, { of: { decryption: [] as never } }),
      /must be a plain object/,
    ],
    ['an unknown member', of({ kyes: [] }), /'kyes' .*did you mean 'keys'/],
    [
      'no keys',
      of({ keys: undefined }),
      /'decryption\.keys' must be a non-empty array of private JWKs/,
    ],
    [
      'an empty list of keys',
      of({ keys: [] }),
      /non-empty array of private JWKs, not an empty array/,
    ],
    ['a JWK Set', of({ keys: { keys: [keys.rsa] } }), /non-empty array of private JWKs/],
    [
      'no algorithms',
      of({ algorithms: undefined }),
      /'decryption\.algorithms' must be a non-empty/,
    ],
    [
      'an empty list of algorithms',
      of({ algorithms: [] }),
      /name those that the issuer uses of RSA-OAEP-256, ECDH-ES, ECDH-ES\+A256KW/,
    ],
    ['the algorithm RSA1_5', of({ algorithms: ['RSA1_5'] }), /holds 'RSA1_5': name those/],
    ['the algorithm PBES2', of({ algorithms: ['PBES2-HS256+A128KW'] }), /holds 'PBES2/],
    ['the algorithm dir', of({ algorithms: ['dir'] }), /holds 'dir'/],
    [
      'an algorithm named twice',
      of({ algorithms: ['ECDH-ES', 'ECDH-ES'] }),
      /names 'ECDH-ES' twice/,
    ],
    [
      'no encryption',
      of({ encryption: undefined }),
      /'decryption\.encryption' must be a non-empty/,
    ],
    [
      'another encryption',
      of({ encryption: ['A128GCM'] }),
      /holds 'A128GCM': name those that the issuer uses of A256GCM, A128CBC-HS256/,
    ],
    [
      'required that is a text',
      of({ required: 'yes' }),
      /'decryption\.required' must be true or false/,
    ],
    [
      'required that is undefined',
      of({ required: undefined }),
      /'required' is present but undefined/,
    ],
    [
      'a key without kid',
      withKey({ ...keys.p256, kid: undefined }),
      /keys': key 0 cannot be used: kid must be a string/,
    ],
    [
      'a key with an empty kid',
      withKey({ ...keys.p256, kid: '' }),
      /kid must be a string of 1 to 256/,
    ],
    ['a kid twice', of({ keys: [keys.p256, { ...keys.p384, kid: 'p256' }] }), /names 'p256' twice/],
    ['a public key', withKey(rsaPublic), /d is missing: give the private key/],
    ['an RSA key without primes', withKey({ ...keys.rsa, p: undefined }), /p is missing/],
    ['a public EC key', withKey(publicHalf(keys.p256)), /d is missing/],
    ['a symmetric key', withKey({ kty: 'oct', k: 'AAAA', kid: 'a' }), /unsupported key type/],
    ['a key for signatures', withKey({ ...keys.rsa, use: 'sig' }), /its use is not 'enc'/],
    ['a key for other operations', withKey({ ...keys.rsa, key_ops: ['sign'] }), /key_ops/],
    [
      'a key with an alg that is not listed',
      withKey({ ...keys.rsa, alg: 'RSA-OAEP' }),
      /serves none of the 'algorithms'/,
    ],
    [
      'a key that fits no algorithm',
      of({ keys: [keys.rsa], algorithms: ['ECDH-ES'] }),
      /serves none of the 'algorithms'/,
    ],
    [
      'a key of 1024 bits',
      withKey({
        ...(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
          format: 'jwk',
        }) as JWK),
        kid: 'a',
      }),
      /shorter than 2048/,
    ],
    ['a point off the curve', withKey({ ...keys.p256, x: keys.p256.y }), /point off the curve/],
    [
      'an Ed25519 key',
      withKey({
        ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK),
        kid: 'a',
      }),
      /unsupported key type: give an RSA or an EC key/,
    ],
    ...(['rsa', 'P-256', 'P-384', 'P-521'] as const).map(
      (type): [string, () => unknown, RegExp] => [
        `the private half of another key (${type})`,
        withKey({ ...privateKey('a', type), ...publicHalf(privateKey('a', type)) }),
        /keys': key 0 cannot be used: not a valid private key, or its private members are of another key than the public ones/,
      ],
    ),
    ['a d of zero', withKey({ ...keys.p256, d: 'AA' }), /not a valid private key/],
    ['a key that is a text', withKey('x'), /not a JWK/],
    [
      'more than 100 keys',
      of({ keys: Array.from({ length: 101 }, () => keys.p256) }),
      /more than 100 keys/,
    ],
  ])('T16: %s is refused', (_, construct, message) => {
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })

  it('T16: decryption among the options of the verifier is told where it belongs', () => {
    expect(() => createVerifier({ ...issuer.trust(), decryption: everything } as never)).toThrow(
      /'decryption' in the verifier options: it belongs to one issuer/,
    )
  })
})

it('T15: no event, error, explanation or inspection shows anything of a key, or of the token inside', async () => {
  const { verifier, events } = createStage()
  const inner = issuer.mint({ secret: 'canary-claim' })
  const token = await encrypted(inner)
  const auth = await verifier.verify(token)
  const errors = [
    await verifier.verify(token.replace(/.{5}$/, 'AAAAA')).catch((error: unknown) => error),
    await verifier.verify(await encrypted(`x${inner}`)).catch((error: unknown) => error),
    await verifier
      .verify(await encrypted(issuer.mint({ aud: 'x' })))
      .catch((error: unknown) => error),
  ]
  const told = [events, errors, verifier, verifier.health(), await verifier.explain(token)]
  const seen = told
    .flatMap((one) => [JSON.stringify(one), inspect(one, { depth: 20, showHidden: true })])
    .join('\n')
  const { d, p: prime } = keys.rsa
  for (const text of [d, prime, keys.p256.d, inner, token, 'canary-claim', inner.split('.')[2]]) {
    expect(seen).not.toContain(text)
  }
  expect(JSON.stringify(auth)).not.toContain(inner)
  expect(inspect(auth, { depth: 20 })).not.toContain(inner)
})
