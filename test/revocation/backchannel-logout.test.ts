import type { AuthEvent } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createBackchannelLogout, createMemoryStore } from 'tollgate/revocation'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import type { Stage } from './stage.ts'
import { createStage, send, sendLogout } from './stage.ts'

const form = 'application/x-www-form-urlencoded'
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

function createReceiver(stage: Stage, options: object = {}) {
  const { verifier, store } = stage
  return createBackchannelLogout({ verifier, clientId: 'client-1', store, ...options })
}

describe('a good logout token', () => {
  test('revokes its session, and is answered 200 with no-store and no body', async () => {
    const stage = createStage()
    const answer = await sendLogout(createReceiver(stage), stage.issuer.logoutToken())
    expect([answer.status, answer.body]).toEqual([200, ''])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const until = stage.now() + 86_400
    expect(stage.store.revoked).toEqual([
      { issuer: stage.issuer.url, session: 'session-1', before: until, until },
    ])
    expect(stage.events.at(-1)).toEqual({
      type: 'notice.accepted',
      notice: 'logout-token',
      issuer: stage.issuer.url,
      revocations: 1,
    })
  })

  test('without sid revokes what its person was given until it was issued', async () => {
    const stage = createStage()
    const token = stage.issuer.logoutToken({ sub: 'alice', sid: undefined }, { age: 60 })
    expect((await sendLogout(createReceiver(stage), token)).status).toBe(200)
    const [revocation] = stage.store.revoked
    expect(revocation).toEqual({
      issuer: stage.issuer.url,
      subject: 'alice',
      before: stage.now() - 60,
      until: stage.now() + 86_400,
    })
  })

  test('revokes by its person, where the option says that access tokens name no session', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage, { by: 'subject', tokenLifetime: 600 })
    await sendLogout(receiver, stage.issuer.logoutToken({ sub: 'alice' }))
    await sendLogout(receiver, stage.issuer.logoutToken({ sub: undefined }))
    expect(stage.store.revoked).toMatchObject([
      { subject: 'alice', until: stage.now() + 600 },
      { session: 'session-1' },
    ])
  })

  test.each([
    ['no typ', {}, { header: { typ: undefined } }],
    ['the typ JWT', {}, { header: { typ: 'JWT' } }],
    ['its media type in full', {}, { header: { typ: 'application/logout+jwt' } }],
    ['several audiences', { aud: ['other', 'client-1'] }, {}],
    ['more in its event', { events: { [logoutEvent]: { why: 1 }, 'urn:other': {} } }, {}],
  ])('may have %s', async (_, claims, options) => {
    const stage = createStage()
    const token = stage.issuer.logoutToken(claims, options)
    expect((await sendLogout(createReceiver(stage), token)).status).toBe(200)
    expect(stage.store.revoked).toHaveLength(1)
  })

  test('of any client that is named, and of any issuer that the verifier trusts', async () => {
    const other = createTestIssuer({ url: 'https://other.test', now: () => 1_800_000_000_000 })
    const own = createTestIssuer({ now: () => 1_800_000_000_000 })
    const stage = createStage({
      issuer: [own.url, { issuer: other.url, fetch: other.fetch }],
      fetch: own.fetch,
    })
    const receiver = createReceiver(stage, { clientId: ['web', 'mobile'] })
    await sendLogout(receiver, own.logoutToken({ aud: 'mobile' }))
    await sendLogout(receiver, other.logoutToken({ aud: 'web' }))
    expect(stage.store.revoked.map(({ issuer }) => issuer)).toEqual([own.url, other.url])
  })
})

const refused: readonly (readonly [string, (issuer: TestIssuer) => string, RegExp])[] = [
  ['has a nonce', (issuer) => issuer.logoutToken({ nonce: 'n' }), /nonce/],
  ['has no events', (issuer) => issuer.logoutToken({ events: undefined }), /events/],
  ['has another event', (issuer) => issuer.logoutToken({ events: { 'urn:x': {} } }), /events/],
  [
    'has the event as a text',
    (issuer) => issuer.logoutToken({ events: { [logoutEvent]: '' } }),
    /events/,
  ],
  [
    'has the event as a list',
    (issuer) => issuer.logoutToken({ events: { [logoutEvent]: [] } }),
    /events/,
  ],
  ['has events as a list', (issuer) => issuer.logoutToken({ events: [logoutEvent] }), /events/],
  [
    'names nobody',
    (issuer) => issuer.logoutToken({ sub: undefined, sid: undefined }),
    /sub, a sid/,
  ],
  ['has an empty sid', (issuer) => issuer.logoutToken({ sid: '' }), /sid/],
  ['has a sub that is no text', (issuer) => issuer.logoutToken({ sub: 7 } as never), /sub/],
  ['has no jti', (issuer) => issuer.logoutToken({ jti: undefined }), /jti/],
  ['has a long jti', (issuer) => issuer.logoutToken({ jti: 'x'.repeat(257) }), /jti/],
  ['has no iat', (issuer) => issuer.logoutToken({ iat: undefined }), /iat/],
  ['has an iat that is no number', (issuer) => issuer.logoutToken({ iat: '1' } as never), /iat/],
  ['has an exp that is null', (issuer) => issuer.logoutToken({ exp: null } as never), /exp/],
  ['has expired', (issuer) => issuer.logoutToken({}, { age: 131 }), /expired/],
  ['has no exp', (issuer) => issuer.logoutToken({ exp: undefined }), /exp/],
  ['comes from the future', (issuer) => issuer.logoutToken({}, { age: -60 }), /future/],
  ['is for another client', (issuer) => issuer.logoutToken({ aud: 'client-2' }), /aud/],
  ['has no aud', (issuer) => issuer.logoutToken({ aud: undefined }), /aud/],
  [
    'has an aud with a number',
    (issuer) => issuer.logoutToken({ aud: ['client-1', 1] } as never),
    /aud/,
  ],
  ['is of another issuer', (issuer) => issuer.logoutToken({ iss: 'https://evil.test' }), /iss/],
  ['has no iss', (issuer) => issuer.logoutToken({ iss: undefined }), /iss/],
  ['is an access token', (issuer) => issuer.mint({ aud: 'client-1' }), /typ/],
  ['is an ID token', (issuer) => issuer.bad.idToken(), /jti/],
  [
    'is an ID token with a jti',
    (issuer) => issuer.logoutToken({ events: undefined, nonce: 'n' }, { header: { typ: 'JWT' } }),
    /events/,
  ],
  ['is a security event', (issuer) => issuer.securityEvent({ aud: 'client-1', sub: 'a' }), /typ/],
  [
    'is signed by an attacker',
    (issuer) => issuer.logoutToken({}, { key: 'attacker', kid: issuer.keys.current.kid }),
    /signature/,
  ],
  [
    'is signed by an unknown key',
    (issuer) => issuer.logoutToken({}, { key: 'attacker' }),
    /no key/,
  ],
  [
    'is not signed',
    (issuer) => {
      const [, payload] = issuer.logoutToken().split('.')
      const header = Buffer.from('{"alg":"none","typ":"logout+jwt"}').toString('base64url')
      return `${header}.${payload}.`
    },
    /no signed JWT/,
  ],
  [
    'says alg none with a signature',
    (issuer) => issuer.logoutToken({}, { header: { alg: 'none' } }),
    /alg/,
  ],
  ['has crit', (issuer) => issuer.logoutToken({}, { header: { crit: ['exp'] } }), /crit/],
  ['is no JWT', () => 'logout', /no signed JWT/],
  ['is too long', (issuer) => issuer.logoutToken({ filler: 'x'.repeat(16_384) }), /no signed JWT/],
]

test.each(refused)(
  'T21: a logout token that %s is refused, and revokes nothing',
  async (_, make, hint) => {
    const stage = createStage()
    const answer = await sendLogout(createReceiver(stage), make(stage.issuer))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(answer.body)).toEqual({
      error: 'invalid_request',
      error_description: expect.any(String),
    })
    expect(stage.store.revoked).toEqual([])
    const event = stage.events.findLast(({ type }) => type === 'notice.rejected')
    expect(event).toMatchObject({ notice: 'logout-token', status: 400 })
    expect((event as { why: string }).why).toMatch(hint)
  },
)

test('nothing is fetched for a logout token that fails any check but the last', async () => {
  for (const [what, make] of refused) {
    if (/signed by/.test(what)) continue
    const stage = createStage()
    await sendLogout(createReceiver(stage), make(stage.issuer))
    expect(stage.issuer.requests.count(), what).toBe(0)
  }
})

describe('a logout token that comes again', () => {
  test('is refused for as long as it is good', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage)
    const token = stage.issuer.logoutToken({ jti: 'once' })
    expect((await sendLogout(receiver, token)).status).toBe(200)
    expect((await sendLogout(receiver, token)).status).toBe(400)
    stage.issuer.clock.advance(129)
    expect((await sendLogout(receiver, token)).status).toBe(400)
    expect(stage.store.revoked).toHaveLength(1)
    // Another token may have the name of one that has expired.
    stage.issuer.clock.advance(2)
    const next = stage.issuer.logoutToken({ jti: 'once' })
    expect((await sendLogout(receiver, next)).status).toBe(200)
  })

  test('is carried out if the store has failed before', async () => {
    const stage = createStage()
    const receiver = createReceiver(stage)
    const token = stage.issuer.logoutToken()
    stage.store.failing = Object.assign(new Error(`cannot keep ${token}`), { code: 'ECONNREFUSED' })
    const failed = await sendLogout(receiver, token)
    expect(failed.status).toBe(503)
    expect(Number(failed.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(JSON.parse(failed.body).error).toBe('temporarily_unavailable')
    const event = stage.events.at(-1) as Extract<AuthEvent, { type: 'notice.rejected' }>
    expect(event.why).toMatch(/ECONNREFUSED/)
    expect(event.why).not.toContain(token)
    stage.store.failing = undefined
    expect((await sendLogout(receiver, token)).status).toBe(200)
    expect(stage.store.revoked).toHaveLength(1)
  })

  test('with the name of a token of another issuer is another one', async () => {
    const other = createTestIssuer({ url: 'https://other.test', now: () => 1_800_000_000_000 })
    const own = createTestIssuer({ now: () => 1_800_000_000_000 })
    const stage = createStage({
      issuer: [own.url, { issuer: other.url, fetch: other.fetch }],
      fetch: own.fetch,
    })
    const receiver = createReceiver(stage)
    expect((await sendLogout(receiver, own.logoutToken({ jti: 'j' }))).status).toBe(200)
    expect((await sendLogout(receiver, other.logoutToken({ jti: 'j' }))).status).toBe(200)
  })
})

test('keys that cannot be had are answered 503 with the seconds to wait, and nothing is revoked', async () => {
  const stage = createStage()
  stage.issuer.fail('jwks', faults.status(503, { headers: { 'retry-after': '30' } }))
  const answer = await sendLogout(createReceiver(stage), stage.issuer.logoutToken())
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
  expect(stage.store.revoked).toEqual([])
})

test('a flood of tokens with unknown keys costs one fetch of keys in each cooldown', async () => {
  const stage = createStage()
  const receiver = createReceiver(stage)
  await sendLogout(receiver, stage.issuer.logoutToken())
  const before = stage.issuer.requests.count('jwks')
  for (let i = 0; i < 50; i++) {
    await sendLogout(receiver, stage.issuer.logoutToken({}, { key: 'attacker', kid: `k-${i}` }))
  }
  expect(stage.issuer.requests.count('jwks')).toBe(before + 1)
})

describe('a request', () => {
  test.each(['GET', 'HEAD', 'PUT', 'DELETE'])('by %s is answered 405', async (method) => {
    const stage = createStage()
    const response = await createReceiver(stage)(new Request('https://api.test/logout', { method }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  test.each([
    ['JSON', 'application/json', (token: string) => JSON.stringify({ logout_token: token })],
    ['text', 'text/plain', (token: string) => `logout_token=${token}`],
    ['the bare token', form, (token: string) => token],
    ['two tokens', form, (token: string) => `logout_token=${token}&logout_token=${token}`],
    ['an empty token', form, () => 'logout_token='],
    ['nothing', form, () => ''],
  ])('with %s in its body is refused', async (_, contentType, body) => {
    const stage = createStage()
    const answer = await send(createReceiver(stage), body(stage.issuer.logoutToken()), contentType)
    expect(answer.status).toBe(400)
    expect(stage.store.revoked).toEqual([])
  })

  test('may name a charset and have more fields', async () => {
    const stage = createStage()
    const body = `state=x&logout_token=${stage.issuer.logoutToken()}`
    const answer = await send(createReceiver(stage), body, `${form.toUpperCase()}; charset=UTF-8`)
    expect(answer.status).toBe(200)
  })

  test('of more than 64 KiB is answered 413, and not read to its end', async () => {
    const stage = createStage()
    let pulled = 0
    const body = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(16_384).fill(97))
      },
    })
    const init = { body, duplex: 'half' } as RequestInit
    const answer = await send(createReceiver(stage), '', form, init)
    expect(answer.status).toBe(413)
    expect(pulled).toBeLessThan(10)
  })

  test('whose body was read before is answered 500, with what to change', async () => {
    const stage = createStage()
    const headers = { 'content-type': form }
    const request = new Request('https://api.test/', { method: 'POST', body: 'x=1', headers })
    await request.text()
    const response = await createReceiver(stage)(request)
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({
      error: 'server_error',
      error_description: expect.stringMatching(/before the body parser/),
    })
  })
})

test('after a logout the API refuses the tokens of the session, cached or not, and no others', async () => {
  const issuer = createTestIssuer()
  const store = createMemoryStore({ now: issuer.now })
  const verifier = createVerifier({ ...issuer.trust(), revocation: store })
  const receiver = createBackchannelLogout({ verifier, clientId: 'client-1', store })
  const cached = issuer.mint({ sid: 'session-1' })
  const unseen = issuer.mint({ sid: 'session-1' })
  const other = issuer.mint({ sid: 'session-2' })
  await verifier.verify(cached)
  expect((await sendLogout(receiver, issuer.logoutToken())).status).toBe(200)
  for (const token of [cached, unseen]) {
    await expect(verifier.verify(token)).rejects.toMatchObject({ status: 401, reason: 'revoked' })
  }
  await verifier.verify(other)
  issuer.clock.advance(60)
  const later = issuer.mint({ sid: 'session-1' })
  await expect(verifier.verify(later)).rejects.toMatchObject({ reason: 'revoked' })
})

test('after a logout of a person, tokens of a new login are accepted', async () => {
  const issuer = createTestIssuer()
  const store = createMemoryStore({ now: issuer.now })
  const verifier = createVerifier({ ...issuer.trust(), revocation: store })
  const receiver = createBackchannelLogout({ verifier, clientId: 'client-1', store })
  const old = issuer.mint({ sub: 'alice' })
  const logout = issuer.logoutToken({ sub: 'alice', sid: undefined })
  issuer.clock.advance(1)
  const renewed = issuer.mint({ sub: 'alice' })
  await sendLogout(receiver, logout)
  await expect(verifier.verify(old)).rejects.toMatchObject({ reason: 'revoked' })
  await verifier.verify(renewed)
  await verifier.verify(issuer.mint({ sub: 'bob' }))
})

describe('wrong options', () => {
  const { verifier, store } = createStage()
  test.each([
    ['no client', { verifier, store }, /'clientId'/],
    ['an empty list of clients', { verifier, store, clientId: [] }, /'clientId'/],
    ['no store', { verifier, clientId: 'a' }, /'store'/],
    ['no verifier', { store, clientId: 'a' }, /'verifier'/],
    ['another verifier', { verifier: { verify() {} }, store, clientId: 'a' }, /createVerifier/],
    ['a lifetime of none', { verifier, store, clientId: 'a', tokenLifetime: 0 }, /'tokenLifetime'/],
    ['another way', { verifier, store, clientId: 'a', by: 'client' }, /'by'/],
    ['an unknown option', { verifier, store, clientID: 'a' }, /did you mean 'clientId'/],
  ])('%s', (_, options, message) => {
    expect(() => createBackchannelLogout(options as never)).toThrow(message)
    expect(() => createBackchannelLogout(options as never)).toThrow(TypeError)
  })
})
