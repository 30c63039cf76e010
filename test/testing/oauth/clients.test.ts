import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { createAuth } from 'tollgate/fetch'
import type { ServedTestIssuer } from 'tollgate/testing'
import { faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let issuer: ServedTestIssuer
let api: (token: string | undefined) => Promise<unknown>

beforeAll(async () => {
  issuer = await serveTestIssuer({
    users: {
      alice: { sub: 'user-7', name: 'Alice', email: 'alice@example.com', roles: ['admin'] },
    },
  })
  const { requireAuth } = createAuth(issuer.trust())
  api = async (token) => {
    const headers = { authorization: `Bearer ${token}` }
    const auth = await requireAuth()(new Request('https://api.test/orders', { headers }))
    return auth instanceof Response ? auth.status : { by: auth.subject, scopes: auth.scopes }
  }
})
afterAll(() => issuer.close())

/** Presses the button of a user, as a person would: sends a form of the page. */
async function pick(authorizationUrl: URL, user: string): Promise<URL> {
  const page = await (await fetch(authorizationUrl)).text()
  const [, form = ''] = /<form method="post" action="\?">(.*?)<\/form>/s.exec(page) ?? []
  expect(form).toContain(`<button name="user" value="${user}">`)
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  const body = new URLSearchParams([
    ...hidden.map(([, name = '', value = '']): [string, string] => [name, value]),
    ['user', user],
  ])
  const target = new URL('?', authorizationUrl)
  const answer = await fetch(target, { method: 'POST', redirect: 'manual', body })
  return new URL(answer.headers.get('location') as string)
}

const redirectUri = 'http://127.0.0.1:3000/callback'
const execute = [openid.allowInsecureRequests]

describe('openid-client', () => {
  test.each([
    ['a client with a secret', 'web', openid.ClientSecretBasic('any secret: +%ä')],
    ['a client with a secret in the form', 'web', openid.ClientSecretPost('another')],
    ['a client without a secret', 'spa', openid.None()],
  ])(
    '%s logs in by code with PKCE, refreshes, asks for userinfo and logs out',
    async (_, id, authentication) => {
      const config = await openid.discovery(new URL(issuer.url), id, undefined, authentication, {
        execute,
      })
      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()]
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email orders:read',
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        nonce: expectedNonce,
      })
      const tokens = await openid.authorizationCodeGrant(config, await pick(url, 'alice'), {
        pkceCodeVerifier,
        expectedState,
        expectedNonce,
        idTokenExpected: true,
        maxAge: 60,
      })
      expect(tokens).toMatchObject({ scope: 'openid email orders:read', expires_in: 300 })
      expect(tokens.claims()).toMatchObject({
        sub: 'user-7',
        aud: id,
        email: 'alice@example.com',
        nonce: expectedNonce,
      })
      const granted = { by: 'user-7', scopes: ['openid', 'email', 'orders:read'] }
      expect(await api(tokens.access_token)).toEqual(granted)
      expect(await api(tokens.id_token)).toBe(401)

      const again = await openid.refreshTokenGrant(config, tokens.refresh_token as string)
      expect(await api(again.access_token)).toEqual(granted)
      expect(again.refresh_token).not.toBe(tokens.refresh_token)
      expect(again.claims()).toMatchObject({ sub: 'user-7', aud: id })

      const info = await openid.fetchUserInfo(config, again.access_token, 'user-7')
      expect(info).toEqual({ sub: 'user-7', email: 'alice@example.com', roles: ['admin'] })

      const logout = openid.buildEndSessionUrl(config, {
        id_token_hint: again.id_token as string,
        post_logout_redirect_uri: redirectUri,
      })
      const gone = await fetch(logout, { redirect: 'manual' })
      expect([gone.status, gone.headers.get('location')]).toEqual([303, redirectUri])
      await expect(
        openid.refreshTokenGrant(config, again.refresh_token as string),
      ).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
    },
  )

  test('a machine gets a token by client credentials, for the API that it names', async () => {
    const config = await openid.discovery(new URL(issuer.url), 'job', 's3cret', undefined, {
      execute,
    })
    const ours = await openid.clientCredentialsGrant(config, { scope: 'orders:read' })
    expect(await api(ours.access_token)).toEqual({ by: 'job', scopes: ['orders:read'] })
    expect(ours.refresh_token).toBeUndefined()
    const other = await openid.clientCredentialsGrant(config, { resource: 'https://other.test' })
    expect(decodeJwt(other.access_token)).toMatchObject({ aud: 'https://other.test', sub: 'job' })
    expect(await api(other.access_token)).toBe(401)
  })

  test('a service exchanges the token of a user for one of its own', async () => {
    const config = await openid.discovery(new URL(issuer.url), 'backend', 's3cret', undefined, {
      execute,
    })
    const type = 'urn:ietf:params:oauth:token-type:access_token'
    const exchanged = await openid.genericGrantRequest(
      config,
      'urn:ietf:params:oauth:grant-type:token-exchange',
      {
        subject_token: issuer.mint({ sub: 'user-7', tenant: 'acme', act: { sub: 'gateway' } }),
        subject_token_type: type,
        actor_token: issuer.mint({ sub: 'backend', client_id: 'backend' }),
        actor_token_type: type,
        scope: 'stock:read',
      },
    )
    expect(exchanged).toMatchObject({ issued_token_type: type, scope: 'stock:read' })
    expect(await api(exchanged.access_token)).toEqual({ by: 'user-7', scopes: ['stock:read'] })
    expect(decodeJwt(exchanged.access_token)).toMatchObject({
      client_id: 'backend',
      tenant: 'acme',
      act: { sub: 'backend', client_id: 'backend', act: { sub: 'gateway' } },
    })
  })
})

describe('oauth4webapi', () => {
  const client = { client_id: 'web' }
  const insecure = { [oauth.allowInsecureRequests]: true }
  const authentication = oauth.ClientSecretPost('s3cret')

  async function discover(algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
    const url = new URL(issuer.url)
    const response = await oauth.discoveryRequest(url, { algorithm, ...insecure })
    return oauth.processDiscoveryResponse(url, response)
  }

  test.each(['oidc', 'oauth2'] as const)(
    'discovers the endpoints by the metadata of %s',
    async (algorithm) => {
      expect(await discover(algorithm)).toEqual(issuer.metadata)
      expect(issuer.metadata).toMatchObject({
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        userinfo_endpoint: `${issuer.url}/userinfo`,
        introspection_endpoint: `${issuer.url}/introspect`,
        revocation_endpoint: `${issuer.url}/revoke`,
        end_session_endpoint: `${issuer.url}/logout`,
        response_types_supported: ['code'],
        grant_types_supported: [
          'authorization_code',
          'client_credentials',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:token-exchange',
        ],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        request_uri_parameter_supported: false,
      })
    },
  )

  test('logs in by code, validates the ID token, and asks for userinfo, introspection and revocation', async () => {
    const as = await discover('oauth2')
    const codeVerifier = oauth.generateRandomCodeVerifier()
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
    const url = new URL(as.authorization_endpoint as string)
    url.search = new URLSearchParams({
      ...client,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid profile',
      code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    }).toString()
    // Throws if `iss` is missing from the answer, or is another issuer (RFC 9207).
    const answer = oauth.validateAuthResponse(as, client, await pick(url, 'alice'), state)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      answer,
      redirectUri,
      codeVerifier,
      insecure,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(as, response, insecure)
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ sub: 'user-7', name: 'Alice' })

    const info = await oauth.userInfoRequest(as, client, tokens.access_token, insecure)
    expect(await oauth.processUserInfoResponse(as, client, 'user-7', info)).toMatchObject({
      preferred_username: 'alice',
    })

    async function introspect(token: string | undefined): Promise<oauth.IntrospectionResponse> {
      const asked = await oauth.introspectionRequest(
        as,
        client,
        authentication,
        token as string,
        insecure,
      )
      return oauth.processIntrospectionResponse(as, client, asked)
    }
    const { jti } = decodeJwt(tokens.access_token)
    expect(await introspect(tokens.access_token)).toMatchObject({
      active: true,
      iss: issuer.url,
      sub: 'user-7',
      username: 'alice',
      client_id: 'web',
      scope: 'openid profile',
      token_type: 'Bearer',
      jti,
    })
    expect(await introspect(tokens.refresh_token)).toMatchObject({ active: true, sub: 'user-7' })
    expect(await introspect(tokens.id_token)).toEqual({ active: false })

    const revocation = await oauth.revocationRequest(
      as,
      client,
      authentication,
      tokens.refresh_token as string,
      insecure,
    )
    expect(await oauth.processRevocationResponse(revocation)).toBeUndefined()
    expect(await introspect(tokens.refresh_token)).toEqual({ active: false })
    expect(await introspect(tokens.access_token)).toEqual({ active: false })
    const refused = await oauth.refreshTokenGrantRequest(
      as,
      client,
      authentication,
      tokens.refresh_token as string,
      insecure,
    )
    await expect(oauth.processRefreshTokenResponse(as, client, refused)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('an answer of the token endpoint that breaks off is not taken for tokens', async () => {
    const as = await discover('oidc')
    using _ = issuer.fail('token', faults.truncate())
    const response = await oauth.clientCredentialsGrantRequest(
      as,
      client,
      authentication,
      {},
      insecure,
    )
    await expect(oauth.processClientCredentialsResponse(as, client, response)).rejects.toThrow()
  })
})
