import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import type { Configuration } from 'openid-client'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
} from 'openid-client'
import { close } from './issuer.ts'

/** Clients of the provider: one is given signed answers of userinfo. */
export type SignInClient = 'shop' | 'signed' | 'api'

/** What the client has got for a user who has signed in. */
export interface SignedIn {
  readonly idToken: string
  readonly accessToken: string
  readonly nonce: string
}

export interface SignInProvider {
  readonly url: string
  /** Has a user sign in: authorization code with PKCE and nonce, with openid-client. */
  signIn(client: SignInClient, user: string, resource?: string): Promise<SignedIn>
  /** Has a user sign in without a code: both tokens come by the browser, so `at_hash` is there. */
  signInByBrowser(user: string): Promise<SignedIn>
  /** How often an endpoint was asked. */
  count(path: string): number
  stop(): Promise<void>
}

export const secret = 'a secret between the provider and its clients'
const callback = 'https://shop.test/callback'

export async function startSignInProvider(resource: string): Promise<SignInProvider> {
  const paths: string[] = []
  let provide: ReturnType<Provider['callback']> = () => {}
  const server: Server = createServer((request, response) => {
    paths.push((request.url ?? '').replace(/\?.*/, ''))
    provide(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }
  const clients = ['shop', 'signed', 'api'].map((client_id) => ({
    client_id,
    client_secret: secret,
    redirect_uris: [callback],
    response_types: ['code', 'id_token token'],
    grant_types: ['authorization_code', 'implicit'],
    ...(client_id === 'signed' && { userinfo_signed_response_alg: 'RS256' }),
  }))
  provide = new Provider(url, {
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    clients,
    cookies: { keys: ['a key for cookies'] },
    features: {
      introspection: { enabled: true, allowedPolicy: () => true },
      jwtUserinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: () => ({
          audience: resource,
          scope: 'orders:read',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: `${id} of the shop`,
        email: `${id}@shop.test`,
        email_verified: true,
      }),
    }),
    responseTypes: ['code', 'id_token token'],
    jwks: { keys: [jwk] },
    scopes: ['openid', 'profile', 'email', 'orders:read'],
  }).callback()

  async function configurationOf(client: SignInClient): Promise<Configuration> {
    return discovery(new URL(url), client, secret, undefined, { execute: [allowInsecureRequests] })
  }

  return {
    url,
    async signIn(client, user, forResource) {
      const config = await configurationOf(client)
      const [verifier, nonce] = [randomPKCECodeVerifier(), randomNonce()]
      const request = buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: forResource ? 'openid orders:read' : 'openid profile email',
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        nonce,
        max_age: '600',
        ...(forResource && { resource: forResource }),
      })
      const back = await browse(request, user)
      const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, maxAge: 600 }
      const tokens = await authorizationCodeGrant(
        config,
        back,
        checks,
        forResource === undefined ? {} : { resource: forResource },
      )
      return { idToken: tokens.id_token ?? '', accessToken: tokens.access_token, nonce }
    },
    async signInByBrowser(user) {
      const nonce = randomNonce()
      const request = buildAuthorizationUrl(await configurationOf('shop'), {
        redirect_uri: callback,
        scope: 'openid',
        response_type: 'id_token token',
        nonce,
      })
      const got = new URLSearchParams((await browse(request, user)).hash.slice(1))
      return {
        idToken: got.get('id_token') ?? '',
        accessToken: got.get('access_token') ?? '',
        nonce,
      }
    },
    count: (path) => paths.filter((one) => one === path).length,
    stop: () => close(server),
  }
}

/** A browser without a screen: it follows redirects, keeps cookies, and fills in the pages. */
async function browse(start: URL, user: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let [url, form] = [start, undefined as URLSearchParams | undefined]
  for (let step = 0; step < 20; step++) {
    if (url.href.startsWith(callback)) return url
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    })
    form = undefined
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    const location = response.headers.get('location')
    const page = await response.text()
    if (location !== null) {
      url = new URL(location, url)
      continue
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    if (action === undefined || prompt === undefined) throw new Error(`no form at ${url.pathname}`)
    url = new URL(action, url)
    form = new URLSearchParams({
      prompt,
      ...(prompt === 'login' && { login: user, password: 'x' }),
    })
  }
  throw new Error('the sign-in does not end')
}
