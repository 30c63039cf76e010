import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { authenticate } from '../../../src/core/client/authentication.ts'
import { callAsClient } from '../../../src/core/client/call.ts'
import type { Client, ClientOptions } from '../../../src/core/client/client-options.ts'
import { resolveClient } from '../../../src/core/client/client-options.ts'

const issuer = 'https://issuer.test'
const now = (): number => 1_700_000_000_000
const context = { issuer, methods: undefined, algorithms: undefined, now }

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
