import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'jose'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { allowInsecureRequests, clientCredentialsGrant, discovery } from 'openid-client'
import type { AuthError, IntrospectionOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { close, listening } from './issuer.ts'

const resource = 'https://api.orders.test'
const secret = 'a secret between the provider and its clients: +%&='
const profile = { types: ['at+jwt'], subject: 'client' } as const

let server: Server
let url: string
let privateKey: JWK

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  privateKey = { ...(await exportJWK(pair.privateKey)), kid: 'api', alg: 'ES256' }
  const signing = await generateKeyPair('RS256', { extractable: true })
  let provide: ReturnType<Provider['callback']> = () => {}
  server = await listening((request, response) => provide(request, response))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = (client_id: string, members: object = {}): object => ({
    client_id,
    client_secret: secret,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...members,
  })
  provide = new Provider(url, {
    clients: [
      client('machine'),
      client('api-basic'),
      client('api-post', { token_endpoint_auth_method: 'client_secret_post' }),
      client('api-key', {
        client_secret: undefined,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'api' }] },
      }),
      client('api-signed', { introspection_signed_response_alg: 'RS256' }),
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      jwtIntrospection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx: unknown, audience: string) => ({
          audience,
          scope: 'orders:read',
          accessTokenFormat: 'opaque',
        }),
      },
    },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    jwks: {
      keys: [{ ...(await exportJWK(signing.privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' }],
    },
    scopes: ['orders:read'],
  } as never).callback()
})
afterAll(() => close(server))

async function tokenFor(audience: string): Promise<string> {
  const execute = [allowInsecureRequests]
  const machine = await discovery(new URL(url), 'machine', secret, undefined, { execute })
  const request = { resource: audience, scope: 'orders:read' }
  return (await clientCredentialsGrant(machine, request)).access_token
}

function verifierWith(introspection: IntrospectionOptions, options: Partial<VerifierOptions> = {}) {
  return createVerifier({
    issuer: { issuer: url, profile, introspection },
    audience: resource,
    allowInsecureLoopback: true,
    ...options,
  } as VerifierOptions)
}

const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'accepted',
    ({ status, reason }: AuthError) => `${status} ${reason}`,
  )

describe('opaque tokens of oidc-provider', () => {
  test.each([
    ['client_secret_basic', () => ({ clientId: 'api-basic', clientSecret: secret })],
    ['private_key_jwt', () => ({ clientId: 'api-key', privateKey })],
    ['a signed answer', () => ({ clientId: 'api-signed', clientSecret: secret })],
  ])('are accepted by %s', async (_, credentials) => {
    const verifier = verifierWith(credentials())
    const token = await tokenFor(resource)
    expect(token.split('.')).toHaveLength(1)
    const auth = await verifier.verify(token)
    expect(auth).toMatchObject({
      issuer: url,
      subject: 'machine',
      clientId: 'machine',
      scopes: ['orders:read'],
    })
  })

  test('for another API are refused, though the provider says that they are active', async () => {
    const verifier = verifierWith({ clientId: 'api-basic', clientSecret: secret })
    const token = await tokenFor('https://api.other.test')
    expect(await reasonOf(verifier.verify(token))).toBe('401 audience')
  })

  test('that were revoked, or never issued, are refused', async () => {
    let ahead = 0
    const now = (): number => Date.now() + ahead
    const verifier = verifierWith({ clientId: 'api-basic', clientSecret: secret }, { now })
    expect(await reasonOf(verifier.verify('nobody-has-issued-this'))).toBe('401 inactive')
    const token = await tokenFor(resource)
    expect(await reasonOf(verifier.verify(token))).toBe('accepted')
    const revoked = await fetch(`${url}/token/revocation`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`machine:${encodeURIComponent(secret)}`)}` },
      body: new URLSearchParams({ token }),
    })
    expect(revoked.status).toBe(200)
    expect(await reasonOf(verifier.verify(token))).toBe('accepted')
    ahead = 60_000
    expect(await reasonOf(verifier.verify(token))).toBe('401 inactive')
  })

  test('of an API whose secret is wrong are answered 503, with the reason in the event', async () => {
    const errors: string[] = []
    const verifier = verifierWith(
      { clientId: 'api-basic', clientSecret: 'wrong' },
      {
        onEvent: (event) =>
          void (event.type === 'introspection.failed' && errors.push(event.error)),
      },
    )
    expect(await reasonOf(verifier.verify(await tokenFor(resource)))).toBe('503 introspection')
    expect(errors).toEqual([`status 401 (invalid_client) at ${url}/token/introspection`])
  })
})
