import type { JWK } from 'jose'
import type { AuthEvent, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { signingBy } from '../../keys.ts'
import { verdictOf } from '../verdict.ts'

const url = 'https://issuer.test'
const [rs, es, ed] = (['RS256', 'ES256', 'EdDSA'] as const).map((alg) => {
  const issuer = createTestIssuer({ url, ...signingBy(alg), now: () => 1_750_000_000_000 })
  issuer.clock.freeze()
  return issuer
}) as [TestIssuer, TestIssuer, TestIssuer]
const [rsa, ec, okp] = [rs, es, ed].map(publicKey) as [JWK, JWK, JWK]

/** The published key of an issuer, without its `alg` and `use`. */
function publicKey({ keys }: TestIssuer): JWK {
  const { alg: _, use: __, ...jwk } = keys.current.publicJwk
  return jwk
}

function octets(number: unknown): Buffer {
  return Buffer.from(number as string, 'base64url')
}

function afterZeros(number: unknown, zeros = 1): string {
  return Buffer.concat([Buffer.alloc(zeros), octets(number)]).toString('base64url')
}

/** Base64 with padding. */
function plain(number: unknown): string {
  return octets(number).toString('base64')
}

/** Base64url with padding. */
function padded(number: unknown): string {
  return plain(number).replaceAll('+', '-').replaceAll('/', '_')
}

/** An odd number of this many bits, which nobody can sign with. */
function oddNumber(bits: number): string {
  const number = Buffer.alloc(Math.ceil(bits / 8), 0xa5)
  number[0] = 1 << ((bits - 1) % 8)
  number[number.length - 1] = 1
  return number.toString('base64url')
}

/** An issuer whose EC key has an `x` that begins with a zero octet: one of 256 has. */
function issuerWithShortX(): TestIssuer {
  for (let n = 0; ; n++) {
    const issuer = createTestIssuer({ url, keys: { seed: `short-${n}` }, now: es.now })
    if (octets(issuer.keys.current.publicJwk.x)[0] === 0) return issuer
  }
}

interface Answer {
  readonly issuer?: TestIssuer
  readonly token?: string
  readonly options?: Partial<VerifierOptions>
}

/** What a verifier makes of one answer at the location of the keys. */
async function verdictOn(answer: unknown, { issuer = rs, token, options }: Answer = {}) {
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    issuer: { issuer: url, jwksUri: `${url}/jwks` },
    audience: issuer.audience,
    now: issuer.now,
    fetch: async () => (answer instanceof Response ? answer : Response.json(answer)),
    onEvent: (event) => void events.push(event),
    ...options,
  })
  const outcome = await verdictOf(verifier.verify(token ?? issuer.mint()))
  const ignored = events.flatMap((event) => (event.type === 'keys.ignored' ? [event.why] : []))
  return { outcome, ignored, lastError: verifier.health()[0]?.lastError }
}

function ignoredKey(name: string, jwk: unknown, why: string) {
  return { name, jwk, why }
}

const nothing = { use: null, alg: null, key_ops: null, kid: null, issuer: null }
const noSecrets = { d: null, p: null, q: null, dp: null, dq: null, qi: null, oth: null, k: null }

describe('key files of issuers: a key that is used', () => {
  it.each<readonly [string, TestIssuer, object]>([
    ['an RSA key without alg and use', rs, rsa],
    ['an EC key without alg and use', es, ec],
    ['an OKP key without alg and use', ed, okp],
    ['an RSA key whose other members are null', rs, { ...rsa, ...nothing, ...noSecrets }],
    ['an EC key whose other members are null', es, { ...ec, ...nothing, ...noSecrets, n: null }],
    ['an OKP key whose other members are null', ed, { ...okp, ...nothing, ...noSecrets, y: null }],
    ['a key with an empty list oth', rs, { ...rsa, oth: [] }],
    ['a key whose certificate members are null', rs, { ...rsa, x5c: null, x5t: null }],
    ['an RSA key whose n begins with a zero octet', rs, { ...rsa, n: afterZeros(rsa.n) }],
    ['an RSA key whose n begins with 500 zero octets', rs, { ...rsa, n: afterZeros(rsa.n, 500) }],
    ['an RSA key whose n is padded', rs, { ...rsa, n: padded(rsa.n) }],
    ['an RSA key whose n is plain base64', rs, { ...rsa, n: plain(rsa.n) }],
    ['an RSA key whose e begins with a zero octet', rs, { ...rsa, e: afterZeros(rsa.e) }],
    ['an RSA key whose e begins with 500 zero octets', rs, { ...rsa, e: afterZeros(rsa.e, 500) }],
    ['an RSA key whose e is padded', rs, { ...rsa, e: padded(afterZeros(rsa.e)) }],
    ['an EC key whose x and y are padded', es, { ...ec, x: padded(ec.x), y: padded(ec.y) }],
    ['an EC key whose x and y are plain base64', es, { ...ec, x: plain(ec.x), y: plain(ec.y) }],
    ['an EC key whose x begins with a zero octet', es, { ...ec, x: afterZeros(ec.x) }],
    ['a key whose issuer is the issuer', rs, { ...rsa, issuer: url }],
  ])('%s is used, without an event', async (_, issuer, jwk) => {
    expect(await verdictOn({ keys: [jwk] }, { issuer })).toMatchObject({
      outcome: 'accepted',
      ignored: [],
    })
  })

  it('an EC key whose x has 31 octets is used, without an event', async () => {
    const issuer = issuerWithShortX()
    const jwk = publicKey(issuer)
    const x = octets(jwk.x).subarray(1).toString('base64url')
    expect(octets(x)).toHaveLength(31)
    const verdict = await verdictOn({ keys: [{ ...jwk, x }] }, { issuer })
    expect(verdict).toMatchObject({ outcome: 'accepted', ignored: [] })
  })
})

describe('key files of issuers: a key that is ignored', () => {
  const ignored = [
    ignoredKey('null', null, 'not a JSON object'),
    ignoredKey('text', 'key', 'not a JSON object'),
    ignoredKey('a number', 5, 'not a JSON object'),
    ignoredKey('a list', [rsa], 'not a JSON object'),
    ignoredKey('a key whose kty is null', { ...rsa, kty: null }, 'kty is missing'),
    ignoredKey('a key of an unknown kty', { kty: 'AKP', alg: 'ML-DSA-44' }, 'unsupported key type'),
    ignoredKey('a key whose kid is a number', { ...rsa, kid: 5 }, 'kid is not a string'),
    ...['enc', 'jwt-svid', 'SIG', 'signature', ''].map((use) =>
      ignoredKey(`a key whose use is '${use}'`, { ...rsa, use }, 'not for signatures (use)'),
    ),
    ignoredKey('a key whose use is a list', { ...rsa, use: ['sig'] }, 'use is not a string'),
    ignoredKey(
      'a key without operations',
      { ...rsa, key_ops: [] },
      'not for verification (key_ops)',
    ),
    ignoredKey(
      'a key whose key_ops is text',
      { ...rsa, key_ops: 'verify' },
      'key_ops is not a list',
    ),
    ignoredKey('a key for RSA-OAEP', { ...rsa, alg: 'RSA-OAEP' }, 'serves no allowed algorithm'),
    ignoredKey('a key whose alg is empty', { ...rsa, alg: '' }, 'serves no allowed algorithm'),
    ignoredKey('a key whose alg is a number', { ...rsa, alg: 256 }, 'alg is not a string'),
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'priv'].map((name) =>
      ignoredKey(
        `a key with the member ${name}`,
        { ...rsa, [name]: 'AA' },
        'holds private or symmetric key material',
      ),
    ),
    ignoredKey(
      'a key whose d is empty text',
      { ...rsa, d: '' },
      'holds private or symmetric key material',
    ),
    ignoredKey(
      'a key with other primes',
      { ...rsa, oth: [{ r: 'AA' }] },
      'holds private or symmetric key material',
    ),
    ignoredKey(
      'a symmetric key whose k is null',
      { kty: 'oct', k: null },
      'holds private or symmetric key material',
    ),
    ignoredKey('a certificate without a key', { kty: 'RSA', x5c: ['MIIB'] }, 'n is missing'),
    ignoredKey('an RSA key whose n is null', { ...rsa, n: null }, 'n is missing'),
    ignoredKey('an RSA key whose e is null', { ...rsa, e: null }, 'e is missing'),
    ignoredKey('an RSA key whose n is empty', { ...rsa, n: '' }, 'n is empty'),
    ignoredKey('an RSA key whose e is a number', { ...rsa, e: 65_537 }, 'e is not a string'),
    ignoredKey(
      'an RSA key whose n has line breaks',
      { ...rsa, n: plain(rsa.n).replace(/.{64}/g, '$&\n') },
      'n is not base64url',
    ),
    ignoredKey('an RSA key whose n is hexadecimal', { ...rsa, n: 'zz==' }, 'n is not base64url'),
    ignoredKey(
      'an RSA key of 1024 bits',
      { ...rsa, n: oddNumber(1024) },
      'modulus is shorter than 2048 bits',
    ),
    ignoredKey(
      'an RSA key of 2047 bits',
      { ...rsa, n: oddNumber(2047) },
      'modulus is shorter than 2048 bits',
    ),
    ignoredKey(
      'an RSA key of 16384 bits',
      { ...rsa, n: oddNumber(16_384) },
      'modulus is longer than 8192 bits',
    ),
    ignoredKey('an EC key whose y is null', { ...ec, y: null }, 'y is missing'),
    ignoredKey('an EC key whose crv is null', { ...ec, crv: null }, 'crv is missing'),
    ignoredKey('an EC key of secp256k1', { ...ec, crv: 'secp256k1' }, 'unsupported curve'),
    ignoredKey(
      'an EC key of P-521',
      createTestIssuer({ alg: 'ES512' }).keys.current.publicJwk,
      'serves no allowed algorithm',
    ),
    ignoredKey('an OKP key of Ed448', { ...okp, crv: 'Ed448' }, 'unsupported curve'),
    ignoredKey('an OKP key of X25519', { ...okp, crv: 'X25519' }, 'unsupported curve'),
    ignoredKey(
      'an OKP key whose x has 31 octets',
      { ...okp, x: octets(okp.x).subarray(1).toString('base64url') },
      'x is not 32 octets long',
    ),
    ignoredKey(
      'an OKP key whose x has 33 octets, the first of them zero',
      { ...okp, x: afterZeros(okp.x) },
      'x is not 32 octets long',
    ),
    ignoredKey('an OKP key whose x is padded', { ...okp, x: padded(okp.x) }, 'x is not base64url'),
    ignoredKey('a key whose issuer is a number', { ...rsa, issuer: 5 }, 'issuer is not a string'),
    ignoredKey('a key whose issuer is a list', { ...rsa, issuer: [url] }, 'issuer is not a string'),
    ignoredKey(
      'a key whose issuer is empty',
      { ...rsa, issuer: '' },
      'for another issuer (issuer)',
    ),
    ignoredKey(
      'a key of another issuer',
      { ...rsa, issuer: 'https://other.test' },
      'for another issuer (issuer)',
    ),
  ]

  it.each(ignored)(
    '$name is ignored beside a good key, with the event: $why',
    async ({ jwk, why }) => {
      const keys = [jwk, { ...es.keys.current.publicJwk, kid: 'good' }]
      const token = es.mint({}, { header: { kid: 'good' } })
      const verdict = await verdictOn({ keys }, { token })
      expect(verdict).toMatchObject({ outcome: 'accepted', ignored: [why] })
    },
  )

  it.each(ignored)('an issuer whose one key is $name has no usable key', async ({ jwk }) => {
    expect(await verdictOn({ keys: [jwk] })).toMatchObject({
      outcome: '503 keys',
      lastError: `no usable signature key at ${url}/jwks`,
    })
  })
})

describe('key files of issuers: several keys', () => {
  const encryption = (n: number): object => ({ ...rsa, kid: `enc-${n}`, use: 'enc' })
  const foreign = (n: number): object => {
    const seed = `foreign-${n}`
    return createTestIssuer({ keys: { seed } }).keys.current.publicJwk
  }

  it('a key set may have one kid for an encryption key and a signature key', async () => {
    const keys = [
      { ...rsa, use: 'enc' },
      { ...rsa, use: 'sig' },
    ]
    expect(await verdictOn({ keys })).toMatchObject({ outcome: 'accepted' })
  })

  it('a key set may hold the same key twice, or once for each of two algorithms', async () => {
    const both = [
      { ...rsa, alg: 'RS256' },
      { ...rsa, alg: 'PS256' },
    ]
    for (const keys of [[rsa, rsa], both])
      expect(await verdictOn({ keys })).toMatchObject({ outcome: 'accepted', ignored: [] })
  })

  it('of two keys with one kid, the second may have signed', async () => {
    const keys = [{ ...foreign(1), kid: ec.kid }, ec]
    expect(await verdictOn({ keys }, { issuer: es })).toMatchObject({ outcome: 'accepted' })
  })

  it('of three keys with one kid, the third is not tried', async () => {
    const keys = [{ ...foreign(1), kid: ec.kid }, { ...foreign(2), kid: ec.kid }, ec]
    expect(await verdictOn({ keys }, { issuer: es })).toMatchObject({ outcome: '401 signature' })
  })

  it('a token without kid is refused where two keys fit it', async () => {
    const token = es.mint({}, { kid: null })
    expect(await verdictOn({ keys: [ec, foreign(1)] }, { token })).toMatchObject({
      outcome: '401 unknown-key',
    })
    expect(await verdictOn({ keys: [ec, rsa] }, { token })).toMatchObject({ outcome: 'accepted' })
  })

  it('a token with a kid is refused where two keys fit it and none has a kid', async () => {
    const keys = [ec, foreign(1)].map((jwk) => ({ ...jwk, kid: null }))
    expect(await verdictOn({ keys }, { issuer: es })).toMatchObject({ outcome: '401 unknown-key' })
  })

  it('a key that states RS256 verifies no token that is signed with RS512', async () => {
    const issuer = createTestIssuer({ url, alg: 'RS512', now: rs.now })
    const jwk = issuer.keys.current.publicJwk
    const options = { algorithms: ['RS256', 'RS512'] } as const
    const verdict = (alg: string) =>
      verdictOn({ keys: [{ ...jwk, alg }] }, { token: issuer.mint(), options })
    expect(await verdict('RS256')).toMatchObject({ outcome: '401 unknown-key' })
    expect(await verdict('RS512')).toMatchObject({ outcome: 'accepted' })
  })

  it('101 members of which 60 are encryption keys are no more keys than maxKeys', async () => {
    const keys = [
      ...Array.from({ length: 60 }, (_, n) => encryption(n)),
      ...Array.from({ length: 40 }, (_, n) => foreign(n)),
      ec,
    ]
    const verdict = await verdictOn({ keys }, { issuer: es })
    expect(verdict).toMatchObject({ outcome: 'accepted' })
    expect(verdict.ignored).toEqual(Array(60).fill('not for signatures (use)'))
  })

  it('maxKeys counts the keys that can be used, each once', async () => {
    const options = { keys: { maxKeys: 3 } }
    const keys = [foreign(1), foreign(2), ec, ec, encryption(1)]
    expect(await verdictOn({ keys }, { issuer: es, options })).toMatchObject({
      outcome: 'accepted',
    })
    keys.push(foreign(3))
    expect(await verdictOn({ keys }, { issuer: es, options })).toMatchObject({
      outcome: '503 keys',
      lastError: `more than 3 usable keys at ${url}/jwks`,
    })
  })

  it('T12: a key set with 100,000 members that are no keys causes 101 events, and its good key is used', async () => {
    const keys = [...Array.from({ length: 100_000 }, () => ({})), ec]
    const { outcome, ignored } = await verdictOn({ keys }, { issuer: es })
    expect(outcome).toBe('accepted')
    expect(ignored).toHaveLength(101)
    expect(ignored.slice(0, 100)).toEqual(Array(100).fill('kty is missing'))
    expect(ignored.at(-1)).toBe('99900 more, which are not reported singly')
  })

  it('a key set with 100 members that are ignored has no event without a key', async () => {
    const keys = [...Array.from({ length: 100 }, (_, n) => encryption(n)), ec]
    const { ignored } = await verdictOn({ keys }, { issuer: es })
    expect(ignored).toEqual(Array(100).fill('not for signatures (use)'))
  })
})

describe('key files of issuers: documents', () => {
  it.each([
    ['a bare list of keys', [rsa]],
    ['one key', rsa],
    ['a map of certificates', { [rsa.kid as string]: '-----BEGIN CERTIFICATE-----' }],
    ['a set whose keys are null', { keys: null }],
    ['a set whose keys are a map', { keys: { a: rsa } }],
  ])('%s is no JWK Set', async (_, document) => {
    expect(await verdictOn(document)).toMatchObject({
      outcome: '503 keys',
      lastError: `not a JWK Set at ${url}/jwks`,
    })
  })

  const text = JSON.stringify({ keys: [rsa] })
  it.each([
    ['no media type', text, undefined],
    ['the media type of a JWK Set', text, 'application/jwk-set+json'],
    ['the media type text/html', text, 'text/html'],
    ['a byte order mark', `\ufeff${text}`, 'application/json'],
    ['line breaks', JSON.stringify({ keys: [rsa] }, null, 2).replaceAll('\n', '\r\n'), undefined],
    ['120 KiB', JSON.stringify({ keys: [rsa], filler: 'x'.repeat(122_880) }), undefined],
  ])('a key file with %s is read', async (_, body, type) => {
    const headers: HeadersInit = type === undefined ? {} : { 'content-type': type }
    // Given as octets, so that no media type is made up.
    const answer = new Response(new TextEncoder().encode(body), { headers })
    expect(await verdictOn(answer)).toMatchObject({ outcome: 'accepted', ignored: [] })
  })

  it('a server that has key sets as application/jwk-set+json alone is asked for that type', async () => {
    const accepts: (string | null)[] = []
    const serve: typeof globalThis.fetch = async (_, init) => {
      const accept = new Headers(init?.headers).get('accept')
      accepts.push(accept)
      const acceptable = accept?.split(', ').includes('application/jwk-set+json')
      return acceptable ? new Response(text) : new Response(null, { status: 406 })
    }
    expect(await verdictOn(undefined, { options: { fetch: serve } })).toMatchObject({
      outcome: 'accepted',
    })
    expect(accepts).toEqual(['application/json, application/jwk-set+json'])
  })

  it.each([
    [301, 'redirect'],
    [302, 'redirect'],
    [303, 'redirect'],
    [307, 'redirect'],
    [308, 'redirect'],
    [203, 'status 203'],
    [300, 'status 300'],
    [304, 'status 304'],
    [406, 'status 406'],
  ])('an answer with the status %i is reported as %s', async (status, what) => {
    const answer = new Response(status === 304 ? null : text, { status })
    expect(await verdictOn(answer)).toMatchObject({
      outcome: '503 keys',
      lastError: `${what} at ${url}/jwks`,
    })
  })
})
