import { assertAuth, createVerifier } from 'tollgate'
import { createAuth as createExpressAuth, getAuth } from 'tollgate/express'
import { createAuth as createFastifyAuth } from 'tollgate/fastify'
import { createAuth as createFetchAuth } from 'tollgate/fetch'
import { createAuth as createHonoAuth } from 'tollgate/hono'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { createAuth as createNestAuth } from 'tollgate/nest'
import { createAuth as createNodeAuth } from 'tollgate/node'
import { askedTrials } from './asked.ts'
import { guardsOf } from './guards.ts'
import {
  audience,
  badEncryptedTokens,
  badTokens,
  decryption,
  forged,
  good,
  issuer,
  rsaJwk,
  scope,
  second,
  secret,
  trusted,
  withScope,
  wrongHmac,
} from './material.ts'
import { responseOf } from './response.ts'
import type { Trial } from './trial.ts'

// biome-ignore lint/suspicious/noExplicitAny: most of what is tried here would not compile
type Options = any

const jwks = { keys: [trusted.jwk, second.jwk] }
/** A token cache of the default size takes longer to make than everything else of a trial. */
const tokenCache = 10

const strict = { issuer: { issuer, jwks }, audience, tokenCache }
const lax = { ...strict, profile: 'jwt' as const }

/** Verifiers of before the pollution: they must stay as they are, and work afterwards. */
const lasting = {
  strict: createVerifier(strict),
  lax: createVerifier(lax),
  encrypted: createVerifier({ ...strict, issuer: { issuer, jwks, decryption } }),
}
const shared = createVerifier({ ...strict, issuer: { issuer, secret } })

const authCreators: Readonly<Record<string, (options: Options) => Options>> = {
  Express: createExpressAuth,
  Koa: createKoaAuth,
  Fastify: createFastifyAuth,
  Hono: createHonoAuth,
  fetch: createFetchAuth,
  Nest: createNestAuth,
  Node: createNodeAuth,
}

function verifications(): Trial[] {
  const tokens = Object.entries({ ...badTokens, good, 'good, with a scope': withScope })
  return tokens.flatMap(([name, token]) => {
    const long = name.includes('foreign')
    return [
      { name: `verify() with a token ${name}`, long, run: () => lasting.strict.verify(token) },
      { name: `profile jwt with a token ${name}`, long, run: () => lasting.lax.verify(token) },
    ]
  })
}

/** Tokens that are encrypted to the API, and one with an HMAC. */
function otherTokens(): Trial[] {
  return [
    ...Object.entries(badEncryptedTokens).map(([name, token]) => ({
      name: `verify() with an encrypted token ${name}`,
      long: true,
      run: () => lasting.encrypted.verify(token),
    })),
    {
      name: 'verify() with a token by another shared secret',
      run: () => shared.verify(wrongHmac),
    },
    {
      name: 'verify() with an HMAC, where no secret is shared',
      run: () => lasting.strict.verify(wrongHmac),
    },
  ]
}

/**
 * Verifiers that are made while Object.prototype is polluted, with as few options as possible. Each
 * is given tokens that it would admit only if it had taken another option from there.
 */
function newVerifiers(): Trial[] {
  const trial = (name: string, options: Options, token: string | undefined): Trial => ({
    name: `a new verifier with a token ${name}`,
    run: () => createVerifier(options).verify(token as string),
    long: true,
  })
  const tokens = ['of type JWT', 'of another issuer', 'for another audience', 'expired']
  return [
    ...tokens.map((name) => trial(name, strict, badTokens[name])),
    trial('expired, without iat', lax, badTokens['expired, without iat']),
    trial('signed by a foreign key', strict, forged),
    trial(
      'that is only signed, where encryption is required',
      { ...strict, issuer: { issuer, jwks, decryption: { ...decryption, required: true } } },
      good,
    ),
    trial(
      'that is encrypted and forged',
      { ...strict, issuer: { issuer, jwks, decryption } },
      badEncryptedTokens['that is forged'],
    ),
    trial('by another shared secret', { ...strict, issuer: { issuer, secret } }, wrongHmac),
    trial(
      'that is forged, where no keys are stated',
      { issuer, audience, keys: {}, tokenCache },
      forged,
    ),
  ]
}

const metadata = { issuer, jwks_uri: `${issuer}/keys` }
const { kty: _kty, ...withoutType } = trusted.jwk as { kty: string }
const { crv: _crv, ...withoutCurve } = trusted.jwk as { crv: string }
const { x: _x, ...withoutX } = trusted.jwk as { x: string }
const { alg: _alg, ...withoutAlgorithm } = trusted.jwk as { alg: string }

/** What an issuer publishes: metadata and keys. Nothing of it makes the token below a good one. */
const published: Readonly<Record<string, readonly [unknown, unknown]>> = {
  'metadata without issuer': [{ jwks_uri: metadata.jwks_uri }, jwks],
  'metadata without jwks_uri': [{ issuer }, jwks],
  'empty metadata': [{}, jwks],
  'a key set without keys': [metadata, {}],
  'a key set with an empty key': [metadata, { keys: [{}] }],
  'a key without kty': [metadata, { keys: [withoutType] }],
  'a key without crv': [metadata, { keys: [withoutCurve] }],
  'a key without x': [metadata, { keys: [withoutX] }],
  'a key for encryption': [metadata, { keys: [{ ...trusted.jwk, use: 'enc' }] }],
  'a key for another operation': [metadata, { keys: [{ ...trusted.jwk, key_ops: ['sign'] }] }],
  'a key for another algorithm': [metadata, { keys: [{ ...withoutAlgorithm, alg: 'ES384' }] }],
  'a private key': [metadata, { keys: [{ ...trusted.jwk, d: 'AA' }] }],
  'keys of other tokens': [metadata, { keys: [second.jwk] }],
}

function publications(): Trial[] {
  return Object.entries(published).map(([name, [found, keys]]) => ({
    name: `a token of an issuer that publishes ${name}`,
    long: true,
    async run() {
      const fetch = async (url: string) => responseOf(url === metadata.jwks_uri ? keys : found)
      const { verify } = createVerifier({ issuer, audience, tokenCache, fetch: fetch as never })
      // Whoever pollutes the prototype may name keys of his own there.
      return verify(good).catch(() => verify(forged))
    },
  }))
}

/** What is told of an issuer that is down, or whose keys have become stale. */
function reports(): Trial[] {
  const down = async () => ({ ...(responseOf({}) as object), status: 503 })
  const options = (fetch: unknown, now = Date.now): Options => ({
    issuer,
    audience,
    tokenCache,
    fetch,
    now,
    onEvent() {},
  })
  return [
    {
      name: 'health() of an issuer that nobody asked yet, and of one that is down',
      long: true,
      async run() {
        const { verify, health } = createVerifier(options(down))
        const before = health()
        await verify(good).catch(() => {})
        return [before, health().some(({ usable }) => usable)]
      },
    },
    {
      name: 'ready() of an issuer that is down',
      long: true,
      run: () =>
        createVerifier(options(down))
          .ready()
          .catch(({ reason, issuers, retryAfter }) => [reason, issuers, retryAfter]),
    },
    {
      name: 'a token that comes when the keys are stale and the issuer is down',
      long: true,
      async run() {
        let now = Date.now()
        let isDown = false
        const fetch = async (url: string) =>
          isDown ? down() : responseOf(url === metadata.jwks_uri ? jwks : metadata)
        const { verify } = createVerifier(options(fetch, () => now))
        await verify(good)
        isDown = true
        now += 700_000
        await verify(good)
        now += 86_400_000
        return verify(good)
      },
    },
    {
      name: 'bad tokens, where somebody is told of them',
      long: true,
      async run() {
        const { verify } = createVerifier({ ...strict, onEvent() {} })
        const outcomes = await Promise.allSettled(Object.values(badTokens).map(verify))
        return outcomes.filter(({ status }) => status === 'fulfilled')
      },
    },
    {
      name: 'a token that the schema of claims refuses',
      long: true,
      run: () => createVerifier({ ...strict, claims: needsRole as never }).verify(good),
    },
    {
      name: 'a new verifier that has an RSA key with a forged token',
      long: true,
      run: () => createVerifier({ ...strict, issuer: { issuer, jwks: rsaKeys } }).verify(forged),
    },
  ]
}

const rsaKeys = { keys: [rsaJwk as never] }
/** A schema whose verdict has no issues of its own where it has a value, as the standard allows. */
const needsRole = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (claims: Options) =>
      Object.hasOwn(claims, 'role') ? { value: claims } : { issues: [{ message: 'no role' }] },
  },
}

/** A resolver whose second answer withdraws the key of the first. */
const withdrawal: Trial = {
  name: 'a token whose key the resolver has withdrawn',
  long: true,
  async run() {
    let keys = [trusted.jwk]
    let now = Date.now()
    const { verify } = createVerifier({
      issuer: () => ({ issuer, audience, jwks: { keys } }) as Options,
      now: () => now,
      tokenCache,
    })
    await verify(good)
    keys = [second.jwk]
    now += 601_000
    return verify(good)
  },
}

const wrongOptions: Readonly<Record<string, Options>> = {
  nothing: {},
  'no issuer': { audience },
  'no audience': { issuer },
  'an issuer without name': { issuer: {}, audience },
  'an empty list of issuers': { issuer: [], audience },
  'an issuer with http': { issuer: 'http://localhost', audience },
  'jwks without keys': { issuer: { issuer, jwks: {} }, audience },
  'jwks with an empty key': { issuer: { issuer, jwks: { keys: [{}] } }, audience },
  'jwks with a key without kty': { issuer: { issuer, jwks: { keys: [withoutType] } }, audience },
  'jwks with a key without x': { issuer: { issuer, jwks: { keys: [withoutX] } }, audience },
  'an unknown profile': { issuer, audience, profile: 'none' },
  'algorithm none': { issuer, audience, algorithms: ['none'] },
  'a claims option without a schema': { issuer, audience, claims: {} },
  'a schema without a version': {
    issuer,
    audience,
    claims: { '~standard': { validate: () => ({}) } },
  },
  'a schema without validate': { issuer, audience, claims: { '~standard': { version: 1 } } },
  'a number of seconds out of bounds': { issuer, audience, keys: { maxAge: -1 } },
  'a number that is not whole': { issuer, audience, tokenCache: 1.5 },
  'an unknown option': { issuer, audience, audiance: audience },
  'an instance of a class': new (class {
    issuer = issuer
    audience = audience
  })(),
}

const wrongAuthOptions: Readonly<Record<string, Options>> = {
  'no issuer': { audience },
  'no audience': { issuer },
  'a verifier without verify': { verifier: {} },
  'a verifier that is undefined': { verifier: undefined },
  'an option beside a verifier': { verifier: lasting.strict, audience },
}

const wrongRequirements: Readonly<Record<string, Options>> = {
  'a scope that is undefined': { scope: undefined },
  'an empty scope': { scope: '' },
  'an empty list of scopes': { anyScope: [] },
  'a role that is undefined': { role: undefined },
  'an empty list of roles': { anyRole: [] },
  'no claim': { claims: {} },
  'a claim that is undefined': { claims: { tenant: undefined } },
  'an empty list of actors': { actor: [] },
  'a check that is no function': { check: true },
  'an unknown requirement': { scopes: 'a' },
  'an optional that is no boolean': { optional: 'yes' },
  'an object that inherits': Object.create(Object.assign(Object.create(null), { scope: 'a' })),
  'a list': [{ scope: 'a' }],
}

function configurations(): Trial[] {
  const accepted = (name: string, make: () => unknown): Trial => ({
    name,
    run() {
      make()
      return 'accepted'
    },
  })
  const { requireAuth } = createExpressAuth(strict)
  return [
    ...Object.entries(wrongOptions).map(([name, options]) =>
      accepted(`createVerifier with ${name}`, () => createVerifier(options)),
    ),
    ...Object.entries(wrongAuthOptions).map(([name, options]) =>
      accepted(`createAuth of Express with ${name}`, () => createExpressAuth(options)),
    ),
    ...Object.entries(authCreators).map(([adapter, createAuth]) =>
      accepted(`createAuth of ${adapter} with nothing`, () => createAuth({})),
    ),
    ...Object.entries(wrongRequirements).map(([name, requirements]) =>
      accepted(`requireAuth with ${name}`, () => requireAuth(requirements)),
    ),
  ]
}

const goodAuth = await lasting.strict.verify(good)

/** Callers whom assertAuth refuses. */
const assertions: readonly Trial[] = [
  ['an anonymous caller', undefined, {}],
  ['an anonymous caller who needs a role', null, { role: scope }],
  ['what is no Auth', {}, {}],
  ['a caller without the scope', goodAuth, { scope }],
  ['a caller without the role', goodAuth, { role: scope }],
  ['a caller without the claim', goodAuth, { claims: { tenant: scope } }],
  ['a caller for whom nobody acts', goodAuth, { actor: [scope] }],
  ['a caller who does not pass the check', goodAuth, { check: () => undefined }],
].map(([who, auth, requirements]) => ({
  name: `assertAuth with ${who}`,
  run() {
    assertAuth(auth as never, requirements as Options)
    return 'admitted'
  },
}))

/** Everything that is tried. */
export const trials: readonly Trial[] = [
  ...verifications(),
  ...otherTokens(),
  ...newVerifiers(),
  ...publications(),
  ...askedTrials,
  withdrawal,
  ...reports(),
  ...configurations(),
  ...guardsOf(lasting.strict),
  ...assertions,
  { name: 'getAuth of a request without a guard', run: () => getAuth({}) ?? 'nobody' },
]

/** Fails unless what worked before the pollution works again. */
export async function assertGoodTokensPass(): Promise<void> {
  for (const verifier of Object.values(lasting)) {
    for (const token of [good, withScope]) await verifier.verify(token)
  }
  await createVerifier(strict).verify(good)
}
