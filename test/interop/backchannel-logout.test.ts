import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import type { AuthEvent } from 'tollgate'
import { createMemoryStore } from 'tollgate/revocation'
import { afterEach, expect, test } from 'vitest'
import { createApp } from '../../examples/revocation/backchannel-logout.ts'
import { close, listening } from './issuer.ts'

const resource = 'https://api.orders.test'
const secret = 'a secret between the provider and its clients'
const redirectUri = 'https://web.test/callback'
const stopped: Server[] = []

afterEach(async () => {
  await Promise.all(stopped.splice(0).map(close))
})

async function serve(listener: RequestListener): Promise<string> {
  const server = await listening(listener)
  stopped.push(server)
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A browser: it keeps cookies, and follows no redirect by itself. */
function createBrowser() {
  const cookies = new Map<string, string>()
  return async (url: string, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
}

/** An oidc-provider at which everybody is logged in who asks, and that calls the API at a logout. */
async function startProvider(api: string): Promise<string> {
  let provide: RequestListener
  const url = await serve((request, response) => provide(request, response))
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const provider = new Provider(url, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a key of the test'] },
    clients: [
      {
        client_id: 'web',
        client_secret: secret,
        redirect_uris: [redirectUri],
        backchannel_logout_uri: `${api}/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    // The one of the provider refuses to call this machine.
    fetch: (to: string, { dispatcher: _, ...init }: RequestInit & { dispatcher?: unknown }) =>
      fetch(to, init),
    pkce: { required: () => false },
    findAccount: (_ctx: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId }),
    }),
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc }: GrantContext) {
      const { client, session } = oidc
      const grant = new oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      })
      grant.addOIDCScope('openid')
      grant.addResourceScope(resource, 'orders:read')
      await grant.save()
      return grant
    },
    // Access tokens name the session, so that it can be found among them.
    extraTokenClaims: (_ctx: unknown, { sid }: { sid?: string }) => ({ sid }),
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: unknown, audience: string) => ({
          audience,
          scope: 'orders:read',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    scopes: ['openid'],
  })
  const callback = provider.callback()
  provide = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return callback(request, response)
    const login = { login: { accountId: 'alice' } }
    void provider.interactionFinished(request, response, login)
  }
  return url
}

interface GrantContext {
  readonly oidc: {
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
    readonly provider: {
      readonly Grant: new (
        of: object,
      ) => {
        addOIDCScope(scope: string): void
        addResourceScope(resource: string, scope: string): void
        save(): Promise<string>
      }
    }
  }
}

type Browser = ReturnType<typeof createBrowser>

/** The tokens of a login, by the authorization code flow. */
async function logIn(
  provider: string,
  browse: Browser,
): Promise<{ access_token: string; id_token: string }> {
  const query = new URLSearchParams({
    client_id: 'web',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid orders:read',
    resource,
  })
  let to = `${provider}/auth?${query}`
  for (let hops = 0; !to.startsWith(redirectUri); hops++) {
    expect(hops).toBeLessThan(10)
    const response = await browse(to)
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status} ${await response.text()}`)
    to = new URL(location, provider).href
  }
  const code = new URL(to).searchParams.get('code') ?? to
  const response = await fetch(`${provider}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`web:${encodeURIComponent(secret)}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
    }),
  })
  return response.json()
}

async function logOut(provider: string, browse: Browser, idToken: string): Promise<void> {
  const page = await browse(`${provider}/session/end?id_token_hint=${idToken}`)
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(await page.text()) ?? []
  const ended = await browse(`${provider}/session/end/confirm`, { xsrf, logout: 'yes' })
  expect(ended.status).toBe(303)
}

test('a logout at oidc-provider ends the access of that session at the API within its call, and of no other session', async () => {
  let app: RequestListener
  const api = await serve((request, response) => app(request, response))
  const provider = await startProvider(api)
  const events: AuthEvent[] = []
  app = createApp(
    {
      issuer: provider,
      audience: resource,
      allowInsecureLoopback: true,
      onEvent: (event) => void events.push(event),
    },
    createMemoryStore(),
  )
  const statusOf = async (token: string): Promise<number> => {
    const response = await fetch(`${api}/me`, { headers: { authorization: `Bearer ${token}` } })
    await response.text()
    return response.status
  }

  const [laptop, phone] = [createBrowser(), createBrowser()]
  const first = await logIn(provider, laptop)
  const second = await logIn(provider, phone)
  expect(decodeJwt(first.access_token)['sid']).toBe(decodeJwt(first.id_token)['sid'])
  expect([await statusOf(first.access_token), await statusOf(second.access_token)]).toEqual([
    200, 200,
  ])

  await logOut(provider, laptop, first.id_token)
  expect(events.filter(({ type }) => type.startsWith('notice.'))).toEqual([
    { type: 'notice.accepted', notice: 'logout-token', issuer: provider, revocations: 1 },
  ])
  expect(await statusOf(first.access_token)).toBe(401)
  expect(events.at(-1)).toMatchObject({ type: 'token.refused', reason: 'revoked' })
  expect(await statusOf(second.access_token)).toBe(200)
  expect(await statusOf((await logIn(provider, laptop)).access_token)).toBe(200)
})
