import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { ServedTestIssuer } from 'tollgate/testing'
import { faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { formOf, logIn, post, redeem, refresh, tokensOf, verifier } from './browser.ts'

let issuer: ServedTestIssuer

beforeAll(async () => {
  issuer = await serveTestIssuer({
    users: { bob: { scope: 'orders:read', roles: ['clerk'], email: 'bob@example.com' } },
  })
})
afterAll(() => issuer.close())
afterEach(() => issuer.reset())

function basic(id: string, secret: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

const refused = { status: 400, body: { error: 'invalid_grant' } }

describe('every answer of the token endpoint', () => {
  test('is JSON that no cache keeps, with what was granted', async () => {
    const { status, headers, body } = await post(issuer, '/token', {
      grant_type: 'client_credentials',
      scope: 'a b a',
    })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(body).toEqual({
      access_token: expect.stringMatching(/^ey/),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'a b',
    })
  })

  test.each([
    ['no grant_type', { grant_type: undefined }, 'invalid_request'],
    ['an unknown grant_type', { grant_type: 'password' }, 'unsupported_grant_type'],
    [
      'a grant_type named like a member of objects',
      { grant_type: '__proto__' },
      'unsupported_grant_type',
    ],
    ['a malformed scope', { scope: 'a  b' }, 'invalid_scope'],
    ['a scope with a quote', { scope: 'a"b' }, 'invalid_scope'],
    ['a resource that is no URI', { resource: 'api' }, 'invalid_target'],
    ['a resource with a fragment', { resource: 'https://api.test/#a' }, 'invalid_target'],
    ['no code', { grant_type: 'authorization_code' }, 'invalid_request'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
  ])('refuses %s', async (_, form, error) => {
    const answer = await post(issuer, '/token', { grant_type: 'client_credentials', ...form })
    expect(answer).toMatchObject({ status: 400, body: { error } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  test('refuses a parameter that is given twice, JSON, and parameters in the query', async () => {
    const twice = new URLSearchParams('grant_type=client_credentials&client_id=a&client_id=b')
    const form = formOf({ grant_type: 'client_credentials', client_id: 'app' })
    const requests = [
      fetch(`${issuer.url}/token`, { method: 'POST', body: twice }),
      fetch(`${issuer.url}/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(Object.fromEntries(form)),
      }),
      fetch(`${issuer.url}/token?${form}`, { method: 'POST', body: new URLSearchParams() }),
    ]
    for (const response of await Promise.all(requests)) {
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    }
  })

  test('is 405 for a GET and 413 for a form of more than 64 KiB', async () => {
    const get = await fetch(`${issuer.url}/token?grant_type=client_credentials&client_id=app`)
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    const body = `grant_type=client_credentials&client_id=app&x=${'x'.repeat(65_536)}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const long = await fetch(`${issuer.url}/token`, { method: 'POST', headers, body })
    expect(long.status).toBe(413)
    const chunked = new Blob([body]).stream()
    const unknownLength = { method: 'POST', headers, body: chunked, duplex: 'half' } as const
    expect((await fetch(`${issuer.url}/token`, unknownLength)).status).toBe(413)
  })

  test('repeats nothing of what the caller wrote', async () => {
    const form = { grant_type: 'gänt', client_id: 'evil"\r\n', scope: '<b>' }
    const { body } = await post(issuer, '/token', form)
    expect(JSON.stringify(body)).not.toMatch(/gänt|evil|<b>/)
  })
})

describe('the client', () => {
  const form = { grant_type: 'client_credentials', client_id: undefined }

  test.each([
    ['in the header', form, basic('job', 'x')],
    ['in the header, form-encoded', form, basic('job%3A1', '%25')],
    ['in the header, and its id in the form', { ...form, client_id: 'job' }, basic('job', 'x')],
    ['in the form', { ...form, client_id: 'job', client_secret: 'y' }, {}],
    ['without a secret', { ...form, client_id: 'job' }, {}],
  ])('may authenticate %s', async (_, given, headers) => {
    const { status, body } = await post(issuer, '/token', given, headers)
    expect(status).toBe(200)
    expect(decodeJwt(String(body['access_token'])).sub).toMatch(/^job(:1)?$/)
  })

  test.each([
    ['is missing', form, {}, 401, 'invalid_client'],
    ['has a header of another scheme', form, { authorization: 'Bearer x' }, 401, 'invalid_client'],
    ['has a header without a colon', form, { authorization: 'Basic YQ==' }, 401, 'invalid_client'],
    ['has an id of control characters', { ...form, client_id: 'a\nb' }, {}, 401, 'invalid_client'],
    [
      'sends an assertion',
      { ...form, client_id: 'a', client_assertion: 'x' },
      {},
      401,
      'invalid_client',
    ],
    [
      'authenticates twice',
      { ...form, client_secret: 'y' },
      basic('job', 'x'),
      400,
      'invalid_request',
    ],
    [
      'is another one in the form',
      { ...form, client_id: 'a' },
      basic('job', 'x'),
      400,
      'invalid_request',
    ],
  ])('is refused where it %s', async (_, given, headers: Record<string, string>, status, error) => {
    const answer = await post(issuer, '/token', given, headers)
    expect(answer).toMatchObject({ status, body: { error } })
    // RFC 9110 section 15.5.2 wants a challenge with every 401.
    const challenge = answer.headers.get('www-authenticate')
    expect(challenge).toBe(status === 401 ? 'Basic realm="test issuer"' : null)
  })
})

describe('a code', () => {
  test('gives tokens for the scopes and the resource of the authorization request', async () => {
    const resource = 'https://orders.test'
    const code = await logIn(issuer, { user: 'carol', scope: 'openid a', nonce: 'n-1', resource })
    const { status, body } = await redeem(issuer, code)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'openid a' })
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      iss: issuer.url,
      sub: 'carol',
      aud: resource,
      client_id: 'app',
      scope: 'openid a',
    })
    const id = decodeJwt(String(body['id_token']))
    expect(id).toMatchObject({ iss: issuer.url, sub: 'carol', aud: 'app', nonce: 'n-1' })
    expect(id).toMatchObject({ at_hash: expect.any(String), auth_time: expect.any(Number) })
    expect(id).not.toHaveProperty('scope')
  })

  test.each([
    ['ES256', 'sha256'],
    ['ES384', 'sha384'],
    ['EdDSA', 'sha512'],
  ] as const)(
    'gives an ID token of %s whose at_hash is half the %s of the access token',
    async (alg, digest) => {
      issuer.keys.rotate({ alg })
      const tokens = await tokensOf(issuer)
      const hash = createHash(digest).update(String(tokens['access_token'])).digest()
      const half = hash.subarray(0, hash.length / 2).toString('base64url')
      expect(decodeJwt(String(tokens['id_token']))['at_hash']).toBe(half)
    },
  )

  test('gives no ID token without the scope openid', async () => {
    expect(await tokensOf(issuer, { scope: 'orders:read' })).not.toHaveProperty('id_token')
  })

  test('gives a user no scope of an API that the user does not have', async () => {
    const some = await tokensOf(issuer, { user: 'bob', scope: 'openid orders:read orders:write' })
    expect(some['scope']).toBe('openid orders:read')
    expect((await tokensOf(issuer, { user: 'bob', scope: '' }))['scope']).toBe('orders:read')
    const claims = decodeJwt(some['access_token'] as string)
    expect(claims).toMatchObject({ sub: 'bob', roles: ['clerk'] })
    expect(claims).not.toHaveProperty('email')
  })

  test('may name the resource when it is redeemed, but none that was not granted', async () => {
    const [a, b] = ['https://a.test', 'https://b.test']
    const later = await redeem(issuer, await logIn(issuer), { resource: a })
    expect(decodeJwt(String(later.body['access_token'])).aud).toBe(a)
    const again = await refresh(issuer, later.body['refresh_token'])
    expect(decodeJwt(String(again.body['access_token'])).aud).toBe(a)
    const other = await redeem(issuer, await logIn(issuer, { resource: a }), { resource: b })
    expect(other).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
  })

  test.each([
    ['with another verifier', { code_verifier: verifier.replace('d', 'e') }],
    ['without a verifier', { code_verifier: undefined }],
    [
      'with its challenge as the verifier',
      { code_verifier: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' },
    ],
    ['with a verifier that is too short', { code_verifier: 'short' }],
    ['with another redirect URI', { redirect_uri: 'http://localhost:5173/' }],
    ['without the redirect URI', { redirect_uri: undefined }],
    ['by another client', { client_id: 'other' }],
    ['that is unknown', { code: 'unknown' }],
  ])('is refused %s', async (_, wrong) => {
    const code = await logIn(issuer)
    expect(await redeem(issuer, code, wrong)).toMatchObject(refused)
  })

  test('is refused after 60 seconds by the clock of the issuer', async () => {
    issuer.clock.freeze()
    const [late, justInTime] = [await logIn(issuer), await logIn(issuer)]
    issuer.clock.advance(59)
    expect((await redeem(issuer, justInTime)).status).toBe(200)
    issuer.clock.advance(1)
    expect(await redeem(issuer, late)).toMatchObject(refused)
  })

  test('is refused the second time, and then all tokens of the login are revoked', async () => {
    const code = await logIn(issuer)
    const { body } = await redeem(issuer, code)
    expect(await redeem(issuer, code)).toMatchObject(refused)
    expect(await refresh(issuer, body['refresh_token'])).toMatchObject(refused)
    const token = String(body['access_token'])
    expect((await post(issuer, '/introspect', { token })).body).toEqual({ active: false })
  })

  test('is lost by a wrong attempt', async () => {
    const code = await logIn(issuer)
    await redeem(issuer, code, { code_verifier: undefined })
    expect(await redeem(issuer, code)).toMatchObject(refused)
  })

  test('without a challenge is for a client with a secret alone', async () => {
    const plain = { code_challenge: undefined, code_challenge_method: undefined }
    const withoutVerifier = { code_verifier: undefined }
    const secret = { client_secret: 'x', ...withoutVerifier }
    expect(await redeem(issuer, await logIn(issuer, plain), withoutVerifier)).toMatchObject(refused)
    expect((await redeem(issuer, await logIn(issuer, plain), secret)).status).toBe(200)
    const unexpected = { client_secret: 'x' }
    expect(await redeem(issuer, await logIn(issuer, plain), unexpected)).toMatchObject(refused)
  })

  test('is still good after a request that got a 503 or no answer', async () => {
    const code = await logIn(issuer)
    issuer.fail('token', faults.status(503), { times: 1 })
    issuer.fail('token', faults.refuse(), { times: 1, after: 1 })
    const form = { grant_type: 'authorization_code', client_id: 'app', code }
    const unanswered = { method: 'POST', body: formOf(form) }
    expect((await fetch(`${issuer.url}/token`, unanswered)).status).toBe(503)
    await expect(fetch(`${issuer.url}/token`, unanswered)).rejects.toThrow()
    expect((await redeem(issuer, code)).status).toBe(200)
    expect(issuer.requests.count('token')).toBe(3)
  })

  test('is unknown after a reset', async () => {
    const code = await logIn(issuer)
    issuer.reset()
    expect(await redeem(issuer, code)).toMatchObject(refused)
  })
})

describe('a refresh token', () => {
  test('is replaced at each use, and gives the same scopes to the same user', async () => {
    const first = await tokensOf(issuer, { user: 'bob', nonce: 'n-1' })
    const second = await refresh(issuer, first['refresh_token'])
    expect(second).toMatchObject({ status: 200, body: { scope: 'openid orders:read' } })
    expect(second.body['refresh_token']).not.toBe(first['refresh_token'])
    const id = decodeJwt(String(second.body['id_token']))
    expect(id).toMatchObject({ sub: 'bob', aud: 'app' })
    expect(id['auth_time']).toBe(decodeJwt(first['id_token'] as string)['auth_time'])
    // OpenID Connect Core section 12.2.
    expect(id).not.toHaveProperty('nonce')
    expect((await refresh(issuer, second.body['refresh_token'])).status).toBe(200)
  })

  test('that comes back a second time ends the whole login', async () => {
    const first = await tokensOf(issuer)
    const second = await refresh(issuer, first['refresh_token'])
    expect(await refresh(issuer, first['refresh_token'])).toMatchObject(refused)
    expect(await refresh(issuer, second.body['refresh_token'])).toMatchObject(refused)
  })

  test.each([
    ['an unknown one', { refresh_token: 'unknown' }, 'invalid_grant'],
    ['one of another client', { client_id: 'other' }, 'invalid_grant'],
    ['more scopes', { scope: 'openid orders:write' }, 'invalid_scope'],
    ['a resource that was not granted', { resource: 'https://b.test' }, 'invalid_target'],
  ])('refuses %s, and stays good', async (_, wrong, error) => {
    const { refresh_token } = await tokensOf(issuer, { resource: 'https://a.test' })
    const answer = await refresh(issuer, refresh_token, wrong)
    expect(answer).toMatchObject({ status: 400, body: { error } })
    expect((await refresh(issuer, refresh_token)).status).toBe(200)
  })

  test('may ask for fewer scopes, and its successor still has all of them', async () => {
    const { refresh_token } = await tokensOf(issuer, { scope: 'openid a b' })
    const fewer = await refresh(issuer, refresh_token, { scope: 'a' })
    expect(fewer.body).toMatchObject({ scope: 'a' })
    expect(fewer.body).not.toHaveProperty('id_token')
    const all = await refresh(issuer, fewer.body['refresh_token'])
    expect(all.body).toMatchObject({ scope: 'openid a b' })
  })

  test('expires after 30 days by the clock of the issuer', async () => {
    issuer.clock.freeze()
    const [one, other] = [await tokensOf(issuer), await tokensOf(issuer)]
    issuer.clock.advance(30 * 24 * 3600 - 1)
    expect((await refresh(issuer, one['refresh_token'])).status).toBe(200)
    issuer.clock.advance(1)
    expect(await refresh(issuer, other['refresh_token'])).toMatchObject(refused)
  })
})

describe('a token exchange', () => {
  const type = 'urn:ietf:params:oauth:token-type:access_token'
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    client_id: 'backend',
    subject_token_type: type,
  }

  test('without an actor gives a token of the same user, for another API', async () => {
    const subject_token = issuer.mint({ sub: 'carol', scope: 'a b', tenant: 'acme' })
    const audience = 'https://stock.test'
    const { status, body } = await post(issuer, '/token', { ...form, subject_token, audience })
    expect(status).toBe(200)
    expect(body).toMatchObject({ issued_token_type: type, token_type: 'Bearer' })
    const claims = decodeJwt(String(body['access_token']))
    expect(claims).toMatchObject({ sub: 'carol', aud: audience, client_id: 'backend' })
    expect(claims).toMatchObject({ tenant: 'acme' })
    expect(claims).not.toHaveProperty('act')
    expect(claims).not.toHaveProperty('scope')
  })

  test.each([
    ['no subject token', { subject_token: undefined }],
    ['no type', { subject_token_type: undefined }],
    ['another type', { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }],
    [
      'a request for a refresh token',
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    ],
    ['an actor token without its type', { actor_token: 'x' }],
  ])('refuses %s', async (_, wrong) => {
    const subject_token = issuer.mint()
    const answer = await post(issuer, '/token', { ...form, subject_token, ...wrong })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  })

  test('refuses a subject or an actor whose token is not good', async () => {
    const { access_token, id_token } = await tokensOf(issuer)
    await post(issuer, '/revoke', { token: access_token })
    const { bad } = issuer
    const tokens = [bad.expired(), bad.tampered(), bad.wrongKey(), bad.unknownKid()]
    tokens.push(bad.wrongIssuer(), bad.unsigned(), bad.notYetValid(), bad.garbage())
    tokens.push(String(access_token), String(id_token))
    for (const token of tokens) {
      const subject = await post(issuer, '/token', { ...form, subject_token: token })
      expect(subject).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
      const actor = { actor_token: token, actor_token_type: type }
      const answer = await post(issuer, '/token', {
        ...form,
        subject_token: issuer.mint(),
        ...actor,
      })
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
  })
})
