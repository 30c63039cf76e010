import { decodeJwt } from 'jose'
import type { ServedTestIssuer } from 'tollgate/testing'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  answerIn,
  callback,
  challenge,
  logIn,
  open,
  redeem,
  refresh,
  submit,
  tokensOf,
} from './browser.ts'

let issuer: ServedTestIssuer

beforeAll(async () => {
  issuer = await serveTestIssuer({
    users: { alice: { sub: 'user-7' }, '<b>"\'&': {} },
    redirectUris: ['com.example.app:/callback', 'https://app.example.com/callback?a=1'],
  })
})
afterAll(() => issuer.close())
afterEach(() => issuer.reset())

/** The cookie that a browser would send after this answer. */
function cookieOf(response: Response): { cookie: string } {
  return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '' }
}

describe('the login page', () => {
  test('has a button for each user, a field for others, and the parameters of the client', async () => {
    const response = await open(issuer, { login_hint: 'dora' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const page = await response.text()
    expect(page).toContain('<button name="user" value="alice">alice</button>')
    expect(page).toContain('name="user" value="dora" maxlength="255" required')
    expect(page).toContain(`<input type="hidden" name="redirect_uri" value="${callback}">`)
    expect(page).toContain('<code>app</code>')
    expect(page).toContain('<code>openid orders:read</code>')
    expect(page).toContain('lang="en"')
    expect(page).toContain('<label for="user">')
    expect(page).not.toMatch(/<script|https:|\bsrc=|href=/)
  })

  test('shows every text as text', async () => {
    const evil = `"><script>alert(1)</script>'&`
    const response = await open(issuer, {
      client_id: evil,
      state: evil,
      login_hint: evil,
      scope: '<b>',
      [evil]: evil,
    })
    const page = await response.text()
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;')
    expect(page).toContain('value="&lt;b&gt;&quot;&#39;&amp;"')
    const tags = new Set([...page.matchAll(/<!?\/?([^\s>]+)/g)].map(([, tag]) => tag))
    const known = ['doctype', 'html', 'meta', 'title', 'style', 'main', 'h1', 'p', 'code', 'form']
    expect([...tags].sort()).toEqual([...known, 'input', 'button', 'label', 'small'].sort())
  })

  test('may load nothing, run nothing and be framed by nobody', async () => {
    const { headers } = await open(issuer)
    const policy = headers.get('content-security-policy')
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; form-action 'self' http: https: com\.example\.app:; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  test('logs nobody in by a GET', async () => {
    const response = await open(issuer, { user: 'alice' })
    expect(response.status).toBe(200)
    expect(await response.text()).not.toContain('name="user" value="alice" maxlength')
  })

  test('is shown after a POST that names no user (OpenID Connect Core section 3.1.2.1)', async () => {
    const response = await submit(issuer, { user: undefined })
    expect([response.status, response.headers.get('location')]).toEqual([200, null])
  })
})

describe('the answer to the client', () => {
  test('is a 303 with a code, the state and the issuer (RFC 9207)', async () => {
    const response = await submit(issuer, { state: 'a b&c=ü' })
    expect(response.status).toBe(303)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('location')?.startsWith(`${callback}?code=`)).toBe(true)
    expect(answerIn(response)).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'a b&c=ü',
      iss: issuer.url,
    })
  })

  test('has no state where the client sent none', async () => {
    expect(answerIn(await submit(issuer, { state: undefined }))).toEqual({
      code: expect.any(String),
      iss: issuer.url,
    })
  })

  test.each([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type token', { response_type: 'token' }, 'unsupported_response_type'],
    [
      'response_type code id_token',
      { response_type: 'code id_token' },
      'unsupported_response_type',
    ],
    ['response_mode form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['the plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    [
      'a challenge without method, which is plain',
      { code_challenge_method: undefined },
      'invalid_request',
    ],
    ['a method without challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a malformed challenge', { code_challenge: `${challenge}=` }, 'invalid_request'],
    ['a malformed scope', { scope: 'a"b' }, 'invalid_scope'],
    ['a resource that is no URI', { resource: 'api' }, 'invalid_target'],
    ['a request object', { request: 'x' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://x.test' }, 'request_uri_not_supported'],
    ['prompt none and login', { prompt: 'none login' }, 'invalid_request'],
    ['prompt none while nobody is logged in', { prompt: 'none' }, 'login_required'],
    ['a name that is too long', { user: 'x'.repeat(256) }, 'invalid_request'],
    ['a user who refuses', { user: undefined, deny: 'true' }, 'access_denied'],
  ])('is an error with the state and the issuer for %s', async (_, wrong, error) => {
    const response = await submit(issuer, wrong)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')?.startsWith(`${callback}?error=`)).toBe(true)
    expect(answerIn(response)).toEqual({
      error,
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
      state: 'state-1',
      iss: issuer.url,
    })
  })
})

describe('a redirect URI', () => {
  test.each([
    'http://localhost:3000/',
    'https://localhost/callback?a=1',
    'http://app.localhost/',
    'http://127.0.0.1/callback',
    'http://127.9.9.9:1/',
    'http://[::1]:3000/callback',
    'com.example.app:/callback',
    'https://app.example.com/callback?a=1',
  ])('%s is allowed', async (redirect_uri) => {
    const response = await submit(issuer, { redirect_uri })
    const separator = redirect_uri.includes('?') ? '&' : '?'
    expect(response.headers.get('location')).toMatch(`${redirect_uri}${separator}code=`)
    const code = answerIn(response)['code'] as string
    expect((await redeem(issuer, code, { redirect_uri })).status).toBe(200)
  })

  test.each([
    undefined,
    'callback',
    'https://evil.test/',
    'https://app.example.com/callback',
    'https://app.example.com/callback?a=1&b',
    'com.example.app:/other',
    'http://localhost.evil.test/',
    'http://evil.test#localhost',
    'http://localhost@evil.test/',
    'http://evil@localhost/',
    'http://localhost\\@evil.test/',
    'http://evil.test\\.localhost/',
    'http://127.0.0.1.evil.test/',
    'http://a;b.localhost/',
    'http://localhost/#fragment',
    'http://localhost/\r\nset-cookie: a=b',
    'http://localhost/ü',
    'http://localhost/"',
    'http://0.0.0.0/',
    'javascript:alert(1)//localhost',
    'data:text/html,localhost',
  ])('%s gets nobody there: the page says what is wrong', async (redirect_uri) => {
    for (const send of [open, submit]) {
      const response = await send(issuer, { redirect_uri })
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(await response.text()).not.toContain('evil')
    }
  })

  test('is not asked for an error of the client id, and none is sent there', async () => {
    for (const client_id of [undefined, 'a\nb', 'x'.repeat(256)]) {
      const response = await submit(issuer, { client_id })
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
    }
  })

  test('that is given twice is not used', async () => {
    const url = new URL(`${issuer.url}/authorize?response_type=code&client_id=app`)
    for (const uri of [callback, `${callback}2`]) url.searchParams.append('redirect_uri', uri)
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400)
  })
})

describe('a session', () => {
  test('lets prompt=none through for the same browser and user, until the clock says otherwise', async () => {
    issuer.clock.freeze()
    const first = await submit(issuer)
    expect(first.headers.get('set-cookie')).toMatch(
      new RegExp(`^tollgate-session-${issuer.port}=[\\w-]{22}; Path=/; HttpOnly; SameSite=Lax$`),
    )
    issuer.clock.advance(100)
    const silent = { prompt: 'none', max_age: '100' }
    const { code } = answerIn(await open(issuer, silent, cookieOf(first)))
    const { body } = await redeem(issuer, code as string)
    const authTime = Number(decodeJwt(String(body['id_token']))['auth_time'])
    expect(decodeJwt(String(body['id_token'])).sub).toBe('user-7')
    expect(authTime).toBe(Math.floor(issuer.now() / 1000) - 100)

    issuer.clock.advance(1)
    expect(answerIn(await open(issuer, silent, cookieOf(first)))).toMatchObject({
      error: 'login_required',
    })
    const wrong = { prompt: 'none', max_age: 'x' }
    expect(answerIn(await open(issuer, wrong, cookieOf(first)))).toMatchObject({
      error: 'invalid_request',
    })
  })

  test('without prompt=none, somebody is asked each time', async () => {
    expect((await open(issuer, {}, cookieOf(await submit(issuer)))).status).toBe(200)
  })
})

describe('the end of a session', () => {
  async function logOut(parameters: Record<string, string>, headers: Record<string, string> = {}) {
    const query = new URLSearchParams(parameters)
    return fetch(`${issuer.url}/logout?${query}`, { redirect: 'manual', headers })
  }

  test('ends the refresh tokens of the ID token, and sends the browser back with its state', async () => {
    const tokens = await tokensOf(issuer)
    const response = await logOut({
      id_token_hint: tokens['id_token'] as string,
      client_id: 'app',
      post_logout_redirect_uri: 'http://localhost:5173/bye',
      state: 's 1',
    })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe('http://localhost:5173/bye?state=s+1')
    expect(response.headers.get('set-cookie')).toContain('Max-Age=0')
    const refused = { status: 400, body: { error: 'invalid_grant' } }
    expect(await refresh(issuer, tokens['refresh_token'])).toMatchObject(refused)
  })

  test('by the cookie ends the session of the browser, and shows a page', async () => {
    const login = await submit(issuer)
    const response = await logOut({}, cookieOf(login))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<h1>Logged out</h1>')
    expect(answerIn(await open(issuer, { prompt: 'none' }, cookieOf(login)))).toMatchObject({
      error: 'login_required',
    })
    const late = await redeem(issuer, answerIn(login)['code'] as string)
    expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('leaves refresh tokens with offline_access', async () => {
    const tokens = await tokensOf(issuer, { scope: 'openid offline_access' })
    await logOut({ id_token_hint: tokens['id_token'] as string })
    expect((await refresh(issuer, tokens['refresh_token'])).status).toBe(200)
  })

  test('accepts an ID token that has expired, and none that is not of this issuer', async () => {
    const { id_token: expired } = await tokensOf(issuer)
    issuer.clock.advance(3600)
    expect((await logOut({ id_token_hint: expired as string })).status).toBe(200)
    const { bad } = issuer
    for (const hint of [bad.tampered(), bad.wrongIssuer(), bad.unsigned(), bad.garbage()]) {
      expect((await logOut({ id_token_hint: hint })).status).toBe(400)
    }
  })

  test('refuses another client, and a redirect that is not allowed', async () => {
    const { id_token, refresh_token } = await tokensOf(issuer)
    const hint = { id_token_hint: id_token as string }
    expect((await logOut({ ...hint, client_id: 'other' })).status).toBe(400)
    const evil = await logOut({ ...hint, post_logout_redirect_uri: 'https://evil.test/' })
    expect([evil.status, evil.headers.get('location')]).toEqual([400, null])
    expect((await refresh(issuer, refresh_token)).status).toBe(200)
  })
})

test.each([
  [{ users: 'alice' }, /option 'users' of serveTestIssuer must be a plain object/],
  [{ users: { alice: 'admin' } }, /option 'users' of serveTestIssuer must be a plain object/],
  [{ users: { '': {} } }, /option 'users' .* must name each user by 1 to 255 characters/],
  [{ users: { a: { sub: 1 } } }, /option 'users' .* must have a text as the sub/],
  [{ users: { a: { aud: 'x' } } }, /option 'users' .* must not have the claim aud/],
  [{ redirectUris: 'https://a.test' }, /option 'redirectUris' .* must be a list/],
  [{ redirectUris: ['/callback'] }, /option 'redirectUris' .* must have absolute URIs/],
  [{ redirectUris: ['javascript:alert(1)'] }, /option 'redirectUris' .* must have absolute URIs/],
  [{ redirectUris: ['https://a.test/#b'] }, /option 'redirectUris' .* must have absolute URIs/],
])('serveTestIssuer rejects with a TypeError for the options %o', async (options, message) => {
  const served = serveTestIssuer(options as object)
  await expect(served).rejects.toThrow(TypeError)
  await expect(served).rejects.toThrow(message)
})

test('an issuer with a path has its endpoints and its cookie there', async () => {
  await using tenant = await serveTestIssuer({ path: '/tenant/' })
  expect(tenant.metadata['token_endpoint']).toBe(`${tenant.url}token`)
  const response = await fetch(String(tenant.metadata['token_endpoint']), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'a' }),
  })
  expect(response.status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${tenant.port}/token`)).status).toBe(404)
})

test('codes are not guessable: each is another one', async () => {
  const codes = await Promise.all([logIn(issuer), logIn(issuer), logIn(issuer)])
  expect(new Set(codes).size).toBe(3)
})
