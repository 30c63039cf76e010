import { decodeJwt } from 'jose'
import * as openid from 'openid-client'
import { createVerifier } from 'tollgate'
import { serveTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { signingBy } from '../../keys.ts'
import { answerIn, authorizationRequest, callback, formOf, verifier } from './browser.ts'

const shapes = ['authgear', 'auth0', 'okta', 'keycloak', 'entra', 'cognito', 'adfs'] as const

const { keys } = signingBy('RS256')

describe.each(shapes)('an issuer of the shape %s', (shape) => {
  test('logs a user in at its own endpoints, and its access token is accepted as its preset says', async () => {
    await using issuer = await serveTestIssuer({ shape, keys })
    const api = createVerifier(issuer.trust())
    const { metadata } = issuer
    const endpoint = (name: string): string => String(metadata[`${name}_endpoint`])
    // Tokens of Cognito name the API by nothing but the client.
    const client_id = shape === 'cognito' ? String(issuer.audience) : 'app'
    const request = authorizationRequest({
      client_id,
      scope: 'openid',
      user: 'u-1',
      nonce: 'n-1',
    })
    const init = { method: 'POST', redirect: 'manual', body: request } as const
    const login = answerIn(await fetch(endpoint('authorization'), init))
    expect(login['iss']).toBe(metadata['issuer'])
    const body = formOf({
      grant_type: 'authorization_code',
      code: login['code'],
      redirect_uri: callback,
      client_id,
      code_verifier: verifier,
    })
    const tokens = await (await fetch(endpoint('token'), { method: 'POST', body })).json()
    const auth = await api.verify(tokens.access_token)
    expect(auth).toMatchObject({ subject: 'u-1', scopes: ['openid'] })
    expect(tokens.scope).toBe('openid')
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      iss: metadata['issuer'],
      aud: client_id,
      sub: 'u-1',
      nonce: 'n-1',
    })
    await expect(api.verify(tokens.id_token)).rejects.toMatchObject({ status: 401 })

    const authorization = `Bearer ${tokens.access_token}`
    const info = await fetch(endpoint('userinfo'), { headers: { authorization } })
    expect(await info.json()).toEqual({ sub: 'u-1' })
    api.close()
  })
})

test('a machine gets a token as the shape makes it', async () => {
  await using issuer = await serveTestIssuer({ shape: 'auth0', keys })
  const config = await openid.discovery(new URL(issuer.url), 'job', 's3cret', undefined, {
    execute: [openid.allowInsecureRequests],
  })
  const { access_token } = await openid.clientCredentialsGrant(config, { scope: 'orders:read' })
  expect(decodeJwt(access_token)).toMatchObject({ sub: 'job@clients', azp: 'job' })
  const api = createVerifier(issuer.trust())
  expect(await api.verify(access_token)).toMatchObject({ scopes: ['orders:read'] })
  api.close()
})
