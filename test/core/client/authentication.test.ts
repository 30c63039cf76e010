import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type { JWK } from 'jose'
import { decodeJwt, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { authenticate } from '../../../src/core/client/authentication.ts'
import { callAsClient } from '../../../src/core/client/call.ts'
import type { Client, ClientOptions } from '../../../src/core/client/client-options.ts'
import { resolveClient } from '../../../src/core/client/client-options.ts'

const issuer = 'https://issuer.test'
const now = (): number => 1_700_000_000_000
const endpoint = `${issuer}/token`
const context = { issuer, endpoint, methods: undefined, algorithms: undefined, now }

function clientOf(options: ClientOptions): Client {
  return resolveClient("option '", options) as Client
}

async function createKey(alg: string, members: JWK = {}): Promise<{ key: JWK; publicKey: JWK }> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const publicKey = await exportJWK(pair.publicKey)
  return { key: { ...(await exportJWK(pair.privateKey)), ...members }, publicKey }
}

const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map(String.fromCharCode) })

/** What a server reads from a Basic header by RFC 6749 section 2.3.1. */
function readBasic(authorization = ''): readonly string[] {
  const [id = '', secret = '', ...more] = atob(authorization.replace(/^Basic /, '')).split(':')
  const decoded = [id, secret].map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
  return [...decoded, ...more]
}

describe('a client with a secret', () => {
  it('authenticates by client_secret_basic, from which any id and secret are read again', async () => {
    await fc.assert(
      fc.asyncProperty(
        printable.filter((text) => text !== ''),
        printable.filter((text) => text !== ''),
        async (id, secret) => {
          const { authorization, form } = await authenticate(clientOf({ id, secret }), context)
          expect(readBasic(authorization)).toEqual([id, secret])
          expect(form).toEqual({})
        },
      ),
    )
  })

  it.each([
    [undefined, 'header'],
    [['client_secret_basic', 'client_secret_post'], 'header'],
    [['client_secret_post', 'private_key_jwt'], 'form'],
    [['client_secret_jwt'], 'header'],
    [[], 'header'],
  ])('where the issuer accepts %j, it authenticates by the %s', async (methods, by) => {
    const client = clientOf({ id: 'api', secret: 's:ecret' })
    const { authorization, form } = await authenticate(client, { ...context, methods })
    expect(authorization).toBe(by === 'header' ? `Basic ${btoa('api:s%3Aecret')}` : undefined)
    expect(form).toEqual(by === 'form' ? { client_id: 'api', client_secret: 's:ecret' } : {})
  })
})

describe('a client with a private key', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'])(
    'signs an assertion for the issuer alone by %s, good for a minute',
    async (alg) => {
      const { key, publicKey } = await createKey(alg, { alg, kid: 'k1' })
      const client = clientOf({ id: 'api', privateKey: key })
      const { authorization, form } = await authenticate(client, context)
      expect(authorization).toBeUndefined()
      const assertion = form['client_assertion'] as string
      const verified = await jwtVerify(assertion, await importJWK(publicKey, alg), {
        currentDate: new Date(now()),
        audience: issuer,
        issuer: 'api',
        subject: 'api',
      })
      expect(verified.protectedHeader).toEqual({ alg, typ: 'JWT', kid: 'k1' })
      expect(verified.payload).toEqual({
        iss: 'api',
        sub: 'api',
        aud: issuer,
        jti: expect.stringMatching(/^[\da-f-]{36}$/),
        iat: 1_700_000_000,
        exp: 1_700_000_060,
      })
      expect(Object.keys(form).sort()).toEqual([
        'client_assertion',
        'client_assertion_type',
        'client_id',
      ])
      const again = await authenticate(client, context)
      expect(again.form['client_assertion']).not.toBe(assertion)
    },
  )

  it.each([
    ['RS256', undefined, 'RS256'],
    ['RS256', ['PS256', 'ES256'], 'PS256'],
    ['RS256', ['HS256'], 'RS256'],
    ['ES384', ['ES256'], 'ES384'],
    ['EdDSA', undefined, 'EdDSA'],
    ['EdDSA', ['Ed25519'], 'Ed25519'],
  ])('a key made for %s, without alg, signs for %j by %s', async (made, algorithms, used) => {
    const { key } = await createKey(made)
    const client = clientOf({ id: 'api', privateKey: key })
    const { form } = await authenticate(client, { ...context, algorithms })
    const [header = ''] = form['client_assertion']?.split('.') ?? []
    expect(JSON.parse(atob(header))).toEqual({ alg: used, typ: 'JWT' })
  })
})

describe('the audience of a client assertion', () => {
  /** The audiences that were sent to each endpoint, by the path. */
  async function sent(options: object): Promise<Record<string, unknown>> {
    const { key } = await createKey('ES256')
    const test = createTestIssuer()
    const audiences: Record<string, unknown> = {}
    const verifier = createVerifier({
      ...test.trust(),
      issuer: { issuer: test.url, ...resolved(options, key) } as never,
      fetch(url, init) {
        const assertion = new URLSearchParams(init.body).get('client_assertion')
        if (assertion !== null) audiences[new URL(url).pathname] = decodeJwt(assertion).aud
        return test.fetch(url, init)
      },
    })
    await verifier.exchange(await verifier.verify(test.opaque()))
    return audiences
  }

  function resolved(options: object, privateKey: JWK): object {
    const own = Object.entries(options).map(([name, value]) => [name, { ...value, privateKey }])
    return { introspection: {}, ...Object.fromEntries(own) }
  }

  const byIssuer = { '/introspect': 'https://issuer.test', '/token': 'https://issuer.test' }
  const byEndpoint = {
    '/introspect': 'https://issuer.test/introspect',
    '/token': 'https://issuer.test/token',
  }

  it.each<[string, object, object]>([
    ['the issuer, where nothing is said', { client: { id: 'api' } }, byIssuer],
    [
      'the issuer, where that is said',
      { client: { id: 'api', assertionAudience: 'issuer' } },
      byIssuer,
    ],
    [
      'the endpoint that is called',
      { client: { id: 'api', assertionAudience: 'endpoint' } },
      byEndpoint,
    ],
    [
      'what introspection says of its own client',
      {
        client: { id: 'api' },
        introspection: { clientId: 'asker', assertionAudience: 'endpoint' },
      },
      { ...byEndpoint, '/token': 'https://issuer.test' },
    ],
  ])('is %s', async (_, options, audiences) => {
    expect(await sent(options)).toEqual(audiences)
  })

  it('is advised where the issuer refuses a client with a private key, and no other client', async () => {
    const { key: privateKey } = await createKey('ES256')
    const hintFor = async (members: object, by: 'exchange' | 'introspection'): Promise<string> => {
      const test = createTestIssuer()
      let hint = ''
      const client = { id: 'api', ...members }
      const verifier = createVerifier({
        ...test.trust(),
        issuer: { issuer: test.url, client, introspection: {} } as never,
        onEvent: (event) => {
          if (event.type === 'token.refused') hint = event.hint ?? ''
        },
      })
      const endpoint = by === 'exchange' ? 'token' : 'introspection'
      const body = '{"error":"invalid_client"}'
      const ask = async () =>
        by === 'exchange'
          ? verifier.exchange(await verifier.verify(test.mint()))
          : verifier.verify(test.opaque())
      test.fail(endpoint, faults.status(401, { body }))
      // The second time, it is held back, and nobody is asked.
      for (const _ of [1, 2]) await expect(ask()).rejects.toMatchObject({ status: 503 })
      expect(hint).toContain('(invalid_client)')
      expect(hint.length).toBeLessThan(500)
      return hint
    }
    for (const by of ['exchange', 'introspection'] as const) {
      expect(await hintFor({ privateKey }, by)).toMatch(
        /register the public key .*set 'assertionAudience' to 'endpoint'/,
      )
      expect(await hintFor({ privateKey, assertionAudience: 'endpoint' }, by)).toMatch(
        /register the public key .*set 'assertionAudience' to 'issuer'/,
      )
      expect(await hintFor({ secret: 's' }, by)).not.toContain('assertionAudience')
    }
  })
})

describe('a call as a client', () => {
  it('takes the first list of methods that the metadata has', async () => {
    const sent: (readonly [string | undefined, string | undefined])[] = []
    const http = {
      fetch: async (_: string, init: { headers: Record<string, string>; body?: string }) => {
        sent.push([init.headers['authorization']?.split(' ')[0], init.body])
        return new Response('{}')
      },
      now,
      timeout: 5,
      maxBytes: 1024,
      signal: new AbortController().signal,
    }
    const call = (lists: Readonly<Record<string, readonly string[]>>): Promise<unknown> =>
      callAsClient(
        {
          issuer,
          client: clientOf({ id: 'api', secret: 's' }),
          endpoint: { url: `${issuer}/x`, listed: (name) => lists[name] },
          authenticatesAs: ['introspection_endpoint', 'token_endpoint'],
          form: { token: 't' },
          accept: 'application/json',
          jwtTypes: [],
        },
        http,
      )
    const posts = ['client_secret_post']
    const basics = ['client_secret_basic']
    await call({ token_endpoint_auth_methods_supported: posts })
    await call({
      token_endpoint_auth_methods_supported: posts,
      introspection_endpoint_auth_methods_supported: basics,
    })
    expect(sent).toEqual([
      [undefined, 'token=t&client_id=api&client_secret=s'],
      ['Basic', 'token=t'],
    ])
  })
})

describe('the option client', async () => {
  const { key, publicKey } = await createKey('ES256')
  const secret = 'a-secret-of-mine'
  const withClient = (client: unknown, url = issuer) => ({
    issuer: { issuer: url, client },
    audience: 'https://api.test',
  })

  it.each([
    ['no object', 'api', /client' must be a plain object/],
    ['an unknown member', { id: 'api', secrets: secret }, /'secrets'.*did you mean 'secret'/],
    ['no id', { secret }, /'client\.id' must be a non-empty string, not undefined/],
    ['neither secret nor key', { id: 'api' }, /'client\.secret' is missing, and 'privateKey' too/],
    ['an absent variable', { id: 'api', secret: undefined }, /Is an environment variable missing/],
    ['an empty secret', { id: 'api', secret: '' }, /'client\.secret' must be a non-empty string/],
    ['a line break in the secret', { id: 'api', secret: `${secret}\n` }, /no line break/],
    ['both', { id: 'api', secret, privateKey: key }, /'client\.privateKey' excludes 'secret'/],
    ['a PEM', { id: 'api', privateKey: 'x' }, /must be a private key as a JWK/],
    ['a public key', { id: 'api', privateKey: publicKey }, /holds no private key/],
    ['a key for encryption', { id: 'a', privateKey: { ...key, use: 'enc' } }, /not for signatures/],
    ['another alg', { id: 'a', privateKey: { ...key, alg: 'RS256' } }, /must be an RSA, P-256/],
    ['a secret key', { id: 'a', privateKey: { kty: 'oct', d: 'x' } }, /must be an RSA, P-256/],
    [
      'another audience',
      { id: 'a', privateKey: key, assertionAudience: 'https://issuer.test/token' },
      /'client\.assertionAudience' must be 'issuer' or 'endpoint'/,
    ],
    [
      'an audience beside a secret',
      { id: 'api', secret, assertionAudience: 'endpoint' },
      /'client\.assertionAudience' has no effect without 'privateKey'/,
    ],
    ['a broken key', { id: 'a', privateKey: { ...key, x: 'AAAA' } }, /is no valid key/],
  ])('%s is refused, and the message shows nothing of the secret', (_, client, message) => {
    const create = (): unknown => createVerifier(withClient(client) as never)
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
    expect(create).not.toThrow(new RegExp(`${secret}|${key.d}`))
  })

  it('given to the verifier, it is refused with the place where it belongs', () => {
    const options = { ...withClient(undefined), client: { id: 'api', secret } }
    expect(() => createVerifier(options as never)).toThrow(/unknown option 'client'.*one issuer/)
  })

  it('RSA keys of fewer than 2048 bits are refused', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    const privateKey = weak.export({ format: 'jwk' })
    expect(() => createVerifier(withClient({ id: 'a', privateKey }) as never)).toThrow(/2048 bits/)
  })

  it('is copied, and no inspection of a verifier or an Auth shows any of it', async () => {
    const test = createTestIssuer()
    const client = { id: 'api', secret }
    const options = { ...test.trust(), issuer: { issuer: test.url, client } }
    const verifier = createVerifier(options)
    const auth = await verifier.verify(test.mint())
    const keyed = createVerifier(withClient({ id: 'api', privateKey: key }) as never)
    for (const shown of [verifier, keyed, auth, verifier.health()]) {
      const text = inspect(shown, { depth: 20, showHidden: true }) + JSON.stringify(shown)
      expect(text).not.toContain(secret)
      expect(text).not.toContain(key.d)
    }
  })
})
