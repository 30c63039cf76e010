import { inflateSync } from 'node:zlib'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { createVerifier } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { expect, test } from 'vitest'

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'
const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

test('a logout token has the claims of OpenID Connect Back-Channel Logout 1.0, and a right signature', async () => {
  const issuer = createTestIssuer()
  const token = issuer.logoutToken({ sub: 'alice' })
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(issuer.jwks))
  expect(protectedHeader.typ).toBe('logout+jwt')
  const iat = Math.floor(issuer.now() / 1000)
  expect(payload).toEqual({
    iss: issuer.url,
    aud: 'client-1',
    sub: 'alice',
    sid: 'session-1',
    jti: expect.any(String),
    iat,
    exp: iat + 120,
    events: { [logoutEvent]: {} },
  })
})

test('claims and options of a logout token replace its own', () => {
  const issuer = createTestIssuer({ now: () => 1_000_000_000_000 })
  const token = issuer.logoutToken(
    { sid: undefined, aud: 'web', nonce: 'n' },
    { age: 60, expiresIn: 30, header: { typ: undefined }, key: 'attacker' },
  )
  expect(decodeJwt(token)).toMatchObject({
    aud: 'web',
    nonce: 'n',
    iat: 999_999_940,
    exp: 999_999_970,
  })
  expect(decodeJwt(token)).not.toHaveProperty('sid')
  expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: issuer.keys.attacker().kid })
})

test('the logout token of a shape is as its issuer makes it', () => {
  const issuer = createTestIssuer({ shape: 'keycloak' })
  const bad = decodeJwt(issuer.bad.logoutToken())
  expect(Object.keys(decodeJwt(issuer.logoutToken())).sort()).toEqual(Object.keys(bad).sort())
})

test('a security event token says that the sessions of the user are revoked, without sub and exp', async () => {
  const issuer = createTestIssuer()
  const token = issuer.securityEvent()
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(issuer.jwks))
  expect(protectedHeader.typ).toBe('secevent+jwt')
  const iat = Math.floor(issuer.now() / 1000)
  expect(payload).toEqual({
    iss: issuer.url,
    aud: issuer.audience,
    jti: expect.any(String),
    iat,
    sub_id: { format: 'iss_sub', iss: issuer.url, sub: 'user-1' },
    events: { [sessionRevoked]: { event_timestamp: iat } },
  })
})

test('wrong claims and options are refused under the name of the function', () => {
  const issuer = createTestIssuer()
  expect(() => issuer.logoutToken('alice' as never)).toThrow(/issuer\.logoutToken/)
  expect(() => issuer.securityEvent({}, { ttl: 1 } as never)).toThrow(/issuer\.securityEvent/)
  expect(() => issuer.logoutToken({}, { machine: true } as never)).toThrow(
    /unknown option 'machine'/,
  )
  expect(() => issuer.logoutToken({}, { age: Number.NaN })).toThrow(
    "option 'age' of issuer.logoutToken",
  )
})

async function fetchList(issuer: ReturnType<typeof createTestIssuer>, uri: string) {
  const response = await issuer.fetch(uri)
  expect(response.headers.get('content-type')).toBe('application/statuslist+jwt')
  return jwtVerify(await response.text(), createLocalJWKSet(issuer.jwks))
}

test('a status list is signed, names itself, and holds the statuses that were set', async () => {
  const issuer = createTestIssuer()
  const list = issuer.statusList({ bits: 2, size: 12, ttl: 60, expiresIn: 3600 })
  list.revoke(0)
  list.set(1, 2)
  list.set(3, 3)
  list.set(11, 1)
  list.set(3, 1)
  const { payload, protectedHeader } = await fetchList(issuer, list.uri)
  expect(protectedHeader.typ).toBe('statuslist+jwt')
  expect(payload).toMatchObject({ iss: issuer.url, sub: list.uri, ttl: 60 })
  expect(payload.exp).toBe(Number(payload.iat) + 3600)
  const { bits, lst } = payload['status_list'] as { bits: number; lst: string }
  expect(bits).toBe(2)
  expect([...inflateSync(Buffer.from(lst, 'base64url'))]).toEqual([0b0100_1001, 0, 0b0100_0000])
  expect(issuer.requests.count('status-list')).toBe(1)
})

test('a token refers to its place in a list', () => {
  const issuer = createTestIssuer({ url: 'https://login.test/tenant' })
  issuer.statusList()
  const list = issuer.statusList()
  expect(list.uri).toBe('https://login.test/statuslists/2')
  expect(decodeJwt(issuer.mint(list.claim(7)))).toMatchObject({
    status: { status_list: { idx: 7, uri: list.uri } },
  })
})

test('a list can be made wrong, and right again', async () => {
  const issuer = createTestIssuer()
  const list = issuer.statusList()
  list.replace({ sub: 'https://other.test' }, { header: { typ: 'JWT' } })
  const wrong = await fetchList(issuer, list.uri)
  expect(wrong.payload.sub).toBe('https://other.test')
  expect(wrong.protectedHeader.typ).toBe('JWT')
  list.replace()
  expect((await fetchList(issuer, list.uri)).payload.sub).toBe(list.uri)
  expect(() => list.replace({}, { kidd: 'x' } as never)).toThrow(/issuer\.statusList/)
})

test('faults apply to status lists, and reset removes the lists', async () => {
  const issuer = createTestIssuer()
  const list = issuer.statusList()
  await issuer.during('status-list', faults.status(503), async () => {
    expect((await issuer.fetch(list.uri)).status).toBe(503)
  })
  expect((await issuer.fetch(list.uri, { method: 'POST' })).status).toBe(405)
  issuer.reset()
  expect((await issuer.fetch(list.uri)).status).toBe(404)
})

test('to publish and fetch lists takes no name from the tokens of a deterministic issuer', async () => {
  const issuer = createTestIssuer({ deterministic: true })
  const list = issuer.statusList()
  await issuer.fetch(list.uri)
  expect(decodeJwt(issuer.mint()).jti).toBe('jti-1')
})

test.each([
  [{ bits: 3 }, /'bits'/],
  [{ size: 0 }, /'size'/],
  [{ size: 40_000_000 }, /'size'/],
  [{ ttl: Number.NaN }, /'ttl'/],
  [{ tll: 1 }, /did you mean 'ttl'/],
])('issuer.statusList(%o) is refused', (options, message) => {
  expect(() => createTestIssuer().statusList(options as never)).toThrow(message)
})

test('no verifier accepts these tokens as access tokens', async () => {
  const issuer = createTestIssuer()
  const verifier = createVerifier({ ...issuer.trust(), profile: 'jwt' })
  const list = issuer.statusList()
  const tokens = [
    issuer.logoutToken({ aud: issuer.audience }),
    issuer.securityEvent({ sub: 'alice' }, { expiresIn: 60 }),
    await (await issuer.fetch(list.uri)).text(),
  ]
  for (const token of tokens) {
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'token-type' })
  }
})
