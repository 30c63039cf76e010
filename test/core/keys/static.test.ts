import type { JWK } from 'jose'
import type { AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../verdict.ts'

const issuer = createTestIssuer()
issuer.clock.freeze()
const good = { ...issuer.jwks.keys[0], kid: 'good' }
const rsa = publicKey('RS256')
const p521 = publicKey('ES512')
const coordinate = Buffer.alloc(32, 1).toString('base64url')

/** The members that make a public key, without its name and purpose. */
function publicKey(alg: 'RS256' | 'ES512'): JWK {
  const { kid, use, alg: _, ...members } = createTestIssuer({ alg }).keys.current.publicJwk
  return members
}

/** Keys that real issuers publish beside their keys for signatures, and why they are not used. */
const notForUs: Readonly<Record<string, readonly [jwk: object, why: string]>> = {
  'an encryption key': [{ ...rsa, use: 'enc', alg: 'RSA-OAEP' }, 'not for signatures (use)'],
  'an encryption key that states only its algorithm': [
    { ...rsa, alg: 'RSA-OAEP-256' },
    'serves no allowed algorithm',
  ],
  'a key whose operations are not to verify': [
    { ...rsa, key_ops: ['encrypt', 'wrapKey'] },
    'not for verification (key_ops)',
  ],
  'a key with an algorithm outside the list': [
    { ...rsa, alg: 'RS512' },
    'serves no allowed algorithm',
  ],
  'a key with a curve outside the list': [p521, 'serves no allowed algorithm'],
  'a key with the curve secp256k1': [
    { kty: 'EC', crv: 'secp256k1', x: coordinate, y: coordinate },
    'unsupported curve',
  ],
  'a key with the curve X25519': [
    { kty: 'OKP', crv: 'X25519', x: coordinate },
    'unsupported curve',
  ],
  'a key with the curve Ed448': [{ kty: 'OKP', crv: 'Ed448', x: coordinate }, 'unsupported curve'],
  'a key of a type that is not supported': [
    { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA' },
    'unsupported key type',
  ],
}

/** Members that are mistakes, wherever they stand. */
const mistakes: Readonly<Record<string, unknown>> = {
  'that is no object': 'x',
  'that is private': { ...rsa, d: 'AA' },
  'that is symmetric': { kty: 'oct', k: 'c2VjcmV0' },
  'that is symmetric and for encryption': { kty: 'oct', k: 'c2VjcmV0', use: 'enc' },
  'that is symmetric and without its secret': { kty: 'oct' },
  'that is private and for encryption': { ...rsa, d: 'AA', use: 'enc' },
  'without a type': { n: rsa.n, e: rsa.e },
  'that is an EC key without a curve': { ...p521, crv: undefined },
  'that is off its curve': { ...good, x: good.y },
  'whose exponent is 1': { ...rsa, e: 'AQ' },
  'whose modulus is even': { ...rsa, n: `${rsa.n?.slice(0, -2)}AA` },
  'whose use is no text': { ...rsa, use: 1 },
  'whose key_ops is no list': { ...rsa, key_ops: 'encrypt' },
  'whose alg is no text': { ...rsa, alg: ['RS512'] },
  'whose kid is no text': { ...rsa, kid: 1 },
}

function createStage(jwks: unknown, options: Partial<VerifierOptions> = {}) {
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    ...issuer.trust(),
    issuer: { issuer: issuer.url, jwks } as IssuerOptions,
    fetch: () => Promise.reject(new Error('nothing may be fetched')),
    onEvent: (event) => void events.push(event),
    ...options,
  })
  const outcome = (token = issuer.mint({}, { kid: 'good' })): Promise<string> =>
    verdictOf(verifier.verify(token))
  const ignored = (): unknown[] => events.filter(({ type }) => type === 'keys.ignored')
  return { verifier, outcome, events, ignored }
}

describe('the keys of the option jwks', () => {
  it.each(Object.entries(notForUs))(
    'a key set may hold %s beside a good key: the good key is used, and an event tells why the other one is not',
    async (_, [jwk, why]) => {
      const { outcome, events, ignored } = createStage({ keys: [{ ...jwk, kid: 'other' }, good] })
      expect(events).toEqual([])
      expect(await outcome()).toBe('accepted')
      expect(ignored()).toEqual([{ type: 'keys.ignored', issuer: issuer.url, kid: 'other', why }])
    },
  )

  it('the events about keys that are ignored come once, when the keys are first loaded', async () => {
    const others = Object.values(notForUs).map(([jwk], i) => ({ ...jwk, kid: `other-${i}` }))
    const { verifier, outcome, events, ignored } = createStage({ keys: [...others, good] })
    expect(events).toEqual([])
    await verifier.ready()
    expect(ignored()).toHaveLength(others.length)
    await outcome()
    await outcome()
    expect(ignored()).toHaveLength(others.length)
    expect(verifier.health()).toMatchObject([{ usable: true, keys: 1 }])
  })

  it('a key that is ignored verifies no token', async () => {
    const other = issuer.keys.attacker()
    const jwk = { ...other.publicJwk, kid: 'other', use: 'enc' }
    const { outcome } = createStage({ keys: [jwk, good] })
    expect(await outcome(issuer.mint({}, { key: other, kid: 'other' }))).toBe('401 unknown-key')
  })

  it.each(Object.entries(mistakes))(
    'T3: a key set with a member %s beside a good key is refused at construction',
    (_, jwk) => {
      expect(() => createStage({ keys: [good, jwk] })).toThrow(
        /option 'jwks' has a key .* that cannot be used: .*Remove or replace it/,
      )
    },
  )

  it('a key set in which no key can be used is refused at construction, with every reason', () => {
    const keys = Object.values(notForUs).map(([jwk]) => jwk)
    expect(() => createStage({ keys })).toThrow(
      "option 'jwks' holds no key that can be used (not for signatures (use); serves no allowed algorithm; not for verification (key_ops); unsupported curve; unsupported key type): add a key for signatures",
    )
  })
})

describe('the keys that an issuer resolver gives', () => {
  it.each(Object.entries(notForUs))(
    'an issuer resolver may give a key set with %s beside a good key, and the tokens of that tenant are accepted',
    async (_, [jwk, why]) => {
      const jwks = { keys: [{ ...jwk, kid: 'other' }, good] } as IssuerOptions['jwks']
      let asked = 0
      const { outcome, events, ignored } = createStage(undefined, {
        issuer: (iss) => {
          asked++
          return { issuer: iss, jwks }
        },
      })
      expect(await outcome()).toBe('accepted')
      expect(await outcome(issuer.mint({}, { kid: 'good' }))).toBe('accepted')
      expect(asked).toBe(1)
      expect(ignored()).toEqual([{ type: 'keys.ignored', issuer: issuer.url, kid: 'other', why }])
      expect(events.map(({ type }) => type)).not.toContain('resolver.failed')
    },
  )

  it.each(Object.entries(mistakes))(
    'T3: a key set with a member %s makes the answer of an issuer resolver wrong',
    async (_, jwk) => {
      const jwks = { keys: [good, jwk] } as IssuerOptions['jwks']
      const { outcome, events } = createStage(undefined, {
        issuer: (iss) => ({ issuer: iss, jwks }),
      })
      expect(await outcome()).toBe('503 resolver')
      expect(events.map(({ type }) => type)).toContain('resolver.failed')
    },
  )
})
