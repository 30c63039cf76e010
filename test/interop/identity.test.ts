import type { AddressInfo } from 'node:net'
import type { Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../examples/identity.ts'
import { close, listening } from './issuer.ts'
import type { SignedIn, SignInProvider } from './sign-in.ts'
import { secret, startSignInProvider } from './sign-in.ts'

const resource = 'https://api.orders.test'
const hints: string[] = []
let provider: SignInProvider
let verifier: Verifier
let alice: SignedIn
let bob: SignedIn

beforeAll(async () => {
  provider = await startSignInProvider(resource)
  alice = await provider.signIn('shop', 'alice')
  bob = await provider.signIn('shop', 'bob')
  verifier = createVerifier(settings())
}, 60_000)
afterAll(() => provider.stop())

function settings(): VerifierOptions {
  return {
    issuer: {
      issuer: provider.url,
      // Access tokens of oidc-provider that are for userinfo are opaque, and name no audience.
      introspection: { clientId: 'api', clientSecret: secret, audience: 'trusted' },
    },
    audience: resource,
    allowInsecureLoopback: true,
    onEvent: (event) => {
      if (event.type === 'token.refused') hints.push(event.hint ?? '')
    },
  }
}

describe('an ID token of oidc-provider, by authorization code', () => {
  test('is accepted with its nonce and the time of the sign-in', async () => {
    const { idToken, nonce } = alice
    const options = { clientId: 'shop', nonce, maxAge: 600 }
    const verified = await verifier.verifyIdToken(idToken, options)
    expect(verified).toMatchObject({ issuer: provider.url, subject: 'alice', clientId: 'shop' })
    expect(verified.authTime).toBeTypeOf('number')
    expect(verified.claims['nonce']).toBe(nonce)
  })

  test('is refused for another client, sign-in or access token', async () => {
    const verify = (more: object) =>
      verifier.verifyIdToken(alice.idToken, { clientId: 'shop', ...more })
    const other = (reason: string) => ({ name: 'InvalidTokenError', reason })
    await expect(verify({ clientId: 'api' })).rejects.toMatchObject(other('audience'))
    await expect(verify({ nonce: bob.nonce })).rejects.toMatchObject(other('nonce'))
    await expect(verify({ accessToken: bob.accessToken })).rejects.toMatchObject(other('claims'))
  })

  test('has no at_hash, so that it cannot be compared with an access token, which the hint says', async () => {
    const { idToken, accessToken } = alice
    const verified = verifier.verifyIdToken(idToken, { clientId: 'shop', accessToken })
    await expect(verified).rejects.toHaveProperty('reason', 'claims')
    expect(hints.at(-1)).toMatch(/'at_hash' is missing.*or leave out 'accessToken'/)
  })

  test('is compared with its access token where both came by the browser', async () => {
    const { idToken, accessToken, nonce } = await provider.signInByBrowser('alice')
    const verify = (given: string) =>
      verifier.verifyIdToken(idToken, { clientId: 'shop', nonce, accessToken: given })
    expect(await verify(accessToken)).toHaveProperty('subject', 'alice')
    await expect(verify(alice.accessToken)).rejects.toHaveProperty('reason', 'claims')
  })

  test('opens no route', async () => {
    await expect(verifier.verify(alice.idToken)).rejects.toHaveProperty('reason', 'token-type')
  })
})

describe('userinfo of oidc-provider', () => {
  test('says who the user of an access token is, in one call', async () => {
    const auth = await verifier.verify(alice.accessToken)
    const before = provider.count('/me')
    const infos = await Promise.all([1, 2, 3].map(() => verifier.userinfo(auth)))
    expect(infos[0]).toEqual({
      sub: 'alice',
      name: 'alice of the shop',
      email: 'alice@shop.test',
      email_verified: true,
    })
    expect(provider.count('/me')).toBe(before + 1)
  })

  test('is verified where the provider signs it', async () => {
    const { accessToken } = await provider.signIn('signed', 'carol')
    const info = await verifier.userinfo(await verifier.verify(accessToken))
    expect(info).toMatchObject({ sub: 'carol', aud: 'signed', iss: provider.url })
  })

  test('is refused for a JWT that is for an API: the hint tells what to do', async () => {
    const { accessToken } = await provider.signIn('shop', 'alice', resource)
    const auth = await verifier.verify(accessToken)
    await expect(verifier.userinfo(auth)).rejects.toMatchObject({ status: 401, reason: 'inactive' })
    expect(hints.at(-1)).toMatch(/answers 401 to the token.*is not for that endpoint/)
  })
})

describe('the API of the examples that knows its users by name', () => {
  test('shows the profile of an access token, and refuses ID tokens in its place', async () => {
    const server = await listening(createApp(settings()))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/profile`
    const get = (token: string): Promise<Response> =>
      fetch(url, { headers: { authorization: `Bearer ${token}` } })
    try {
      const profile = { name: 'alice of the shop', email: 'alice@shop.test' }
      expect(await (await get(alice.accessToken)).json()).toEqual(profile)
      expect(await get(alice.idToken)).toHaveProperty('status', 401)
      expect(hints.at(-1)).toMatch(/ID token/)
      // A token for the API opens its routes. The issuer gives no profile for it.
      const forApi = await provider.signIn('shop', 'alice', resource)
      expect(await get(forApi.accessToken)).toHaveProperty('status', 401)
      expect(hints.at(-1)).toMatch(/is not for that endpoint/)
    } finally {
      await close(server)
    }
  })
})
