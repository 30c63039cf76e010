import type { ServedTestIssuer } from 'tollgate/testing'
import { faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { post, refresh, tokensOf } from './browser.ts'

let issuer: ServedTestIssuer

beforeAll(async () => {
  const address = { locality: 'Ghent' }
  issuer = await serveTestIssuer({
    users: { alice: { sub: 'user-7', email: 'a@example.com', address, tenant: 'acme' } },
  })
})
afterAll(() => issuer.close())
afterEach(() => issuer.reset())

const inactive = { status: 200, body: { active: false } }

function introspect(token: string | undefined, parameters = {}) {
  return post(issuer, '/introspect', { token, ...parameters })
}

function userinfo(token: string | undefined): Promise<Response> {
  return fetch(`${issuer.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
}

describe('introspection', () => {
  test('says everything of a good token, whoever minted it', async () => {
    const token = issuer.mint({ sub: 'user-7', scope: 'a b', tenant: 'acme' })
    const { body, headers } = await introspect(token)
    expect(body).toMatchObject({ active: true, token_type: 'Bearer', sub: 'user-7', scope: 'a b' })
    expect(body).toMatchObject({ username: 'alice', tenant: 'acme', aud: issuer.audience })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('says of a token that is not good nothing but that', async () => {
    const { bad } = issuer
    const tokens = [bad.expired(), bad.notYetValid(), bad.tampered(), bad.wrongKey()]
    tokens.push(bad.unknownKid(), bad.wrongIssuer(), bad.unsigned(), bad.idToken(), bad.garbage())
    tokens.push('', 'a.b.c', `${issuer.mint()}.x`, issuer.mint({}, { key: 'unpublished' }))
    tokens.push(issuer.mint({ exp: undefined }))
    for (const token of tokens.filter(Boolean)) {
      const { status, body } = await introspect(token)
      expect({ token, status, body }).toEqual({ token, ...inactive })
    }
  })

  test('follows the clock and the keys of the issuer', async () => {
    const token = issuer.mint()
    issuer.clock.advance(301)
    expect(await introspect(token)).toMatchObject(inactive)
    issuer.clock.reset()
    expect((await introspect(token)).body['active']).toBe(true)
    issuer.keys.rotate({ overlap: false })
    expect(await introspect(token)).toMatchObject(inactive)
  })

  test.each(['RS256', 'PS384', 'ES512', 'EdDSA'] as const)(
    'knows tokens that are signed with %s',
    async (alg) => {
      issuer.keys.rotate({ alg })
      expect((await introspect(issuer.mint())).body['active']).toBe(true)
      expect(await introspect(issuer.bad.wrongKey())).toMatchObject(inactive)
    },
  )

  test('refuses who says no client, and a request without a token', async () => {
    const anonymous = await introspect(issuer.mint(), { client_id: undefined })
    expect(anonymous).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    const empty = await introspect(undefined)
    expect(empty).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('says that a refresh token is active until it is used', async () => {
    const { refresh_token } = await tokensOf(issuer)
    const { body } = await introspect(refresh_token)
    expect(body).toMatchObject({ active: true, username: 'alice', scope: 'openid orders:read' })
    expect(body).not.toHaveProperty('token_type')
    await refresh(issuer, refresh_token)
    expect(await introspect(refresh_token)).toMatchObject(inactive)
  })
})

describe('revocation', () => {
  const revoke = (token: string | undefined, parameters = {}) =>
    post(issuer, '/revoke', { token, ...parameters })

  test('of an access token ends this token alone', async () => {
    const { access_token, refresh_token } = await tokensOf(issuer)
    expect((await revoke(access_token, { token_type_hint: 'refresh_token' })).status).toBe(200)
    expect(await introspect(access_token)).toMatchObject(inactive)
    expect((await userinfo(access_token)).status).toBe(401)
    expect((await refresh(issuer, refresh_token)).status).toBe(200)
  })

  test('counts for every spelling of the signature', async () => {
    const { access_token = '' } = await tokensOf(issuer)
    await revoke(access_token)
    expect(await introspect(`${access_token}=`)).toMatchObject(inactive)
  })

  test('of a refresh token ends the access tokens of the login', async () => {
    const { access_token, refresh_token } = await tokensOf(issuer)
    expect((await revoke(refresh_token)).status).toBe(200)
    expect(await introspect(access_token)).toMatchObject(inactive)
    expect((await refresh(issuer, refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('of an unknown token is no error (RFC 7009 section 2.2)', async () => {
    expect((await revoke('unknown')).status).toBe(200)
    expect((await revoke(issuer.bad.tampered())).status).toBe(200)
  })

  test('is refused to another client, without a client and without a token', async () => {
    const { access_token, refresh_token } = await tokensOf(issuer)
    for (const token of [access_token, refresh_token]) {
      const other = await revoke(token, { client_id: 'other' })
      expect(other).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      const anonymous = await revoke(token, { client_id: undefined })
      expect(anonymous).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
      expect((await introspect(token)).body['active']).toBe(true)
    }
    expect((await revoke(undefined)).status).toBe(400)
  })

  test('is forgotten by a reset', async () => {
    const { access_token } = await tokensOf(issuer)
    await revoke(access_token)
    issuer.reset()
    expect((await introspect(access_token)).body['active']).toBe(true)
  })
})

describe('userinfo', () => {
  test('says what the scopes allow, and what is not standard', async () => {
    const some = await tokensOf(issuer, { scope: 'openid email' })
    const answer = await userinfo(some['access_token'])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({ sub: 'user-7', email: 'a@example.com', tenant: 'acme' })
    const other = issuer.mint({ sub: 'zoe', scope: 'openid profile address' })
    expect(await (await userinfo(other)).json()).toEqual({ sub: 'zoe', preferred_username: 'zoe' })
  })

  test('answers 401 without a token and for one that is not good, and 403 without openid', async () => {
    const anonymous = await fetch(`${issuer.url}/userinfo`)
    expect(anonymous.status).toBe(401)
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer')
    const { id_token } = await tokensOf(issuer)
    for (const token of [
      issuer.bad.expired({ scope: 'openid' }),
      issuer.bad.wrongKey(),
      id_token,
    ]) {
      const refused = await userinfo(token)
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", /)
    }
    const narrow = await userinfo(issuer.mint({ scope: 'openidx' }))
    expect(narrow.status).toBe(403)
    expect(narrow.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope", .*, scope="openid"$/,
    )
  })
})

test('each endpoint can fail by its name, and is in the log by its name', async () => {
  const paths = {
    authorization: '/authorize',
    token: '/token',
    userinfo: '/userinfo',
    introspection: '/introspect',
    revocation: '/revoke',
    'end-session': '/logout',
  } as const
  for (const [endpoint, path] of Object.entries(paths) as [keyof typeof paths, string][]) {
    const failed = await issuer.during(endpoint, faults.status(502), () =>
      fetch(`${issuer.url}${path}`),
    )
    expect(failed.status).toBe(502)
    expect(issuer.requests.count(endpoint)).toBe(1)
    expect((await fetch(`${issuer.url}${path}`)).status).not.toBe(502)
  }
})

test('a token that cannot be made is a server_error, not a broken connection', async () => {
  await using broken = await serveTestIssuer({ claims: { aud: 'x' } })
  broken.keys.rotate({ alg: 'RS256' })
  Object.assign(broken, {
    mint() {
      throw new TypeError('no key')
    },
  })
  const answer = await post(broken, '/token', { grant_type: 'client_credentials' })
  expect(answer).toMatchObject({ status: 500, body: { error: 'server_error' } })
  expect(JSON.stringify(answer.body)).not.toContain('no key')
})
