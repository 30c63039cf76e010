import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters } from '../adapters/all.ts'
import { attack, claimsOf } from './stage.ts'

const ec = () => ({ issuer: createTestIssuer() })
const raw = (issuer: ReturnType<typeof createTestIssuer>, text: string) =>
  issuer.mint({}, { raw: text })

attack('T5', 'ID tokens and other tokens that are no access tokens', ec, (issuer) => ({
  'an ID token': issuer.bad.idToken(),
  'an ID token for this API': issuer.mint({ nonce: 'x' }, { header: { typ: 'JWT' } }),
  'a logout token': issuer.mint({ events: {} }, { header: { typ: 'logout+jwt' } }),
  'a DPoP proof': issuer.mint({}, { header: { typ: 'dpop+jwt' } }),
  'a security event': issuer.mint({}, { header: { typ: 'secevent+jwt' } }),
  'no typ': issuer.mint({}, { header: { typ: undefined } }),
}))

attack('T1', 'tokens with critical extensions in their header', ec, (issuer) =>
  Object.fromEntries(
    [
      ['foo'],
      [],
      ['b64'],
      ['exp'],
      [''],
      ['foo', 'foo'],
      'foo',
      null,
      ['x\r\nSet-Cookie: a=b'],
    ].map((crit) => [
      JSON.stringify(crit),
      issuer.mint({}, { header: { crit, foo: 1, b64: false } }),
    ]),
  ),
)

attack('T6', 'tokens with a missing, wrong or malformed audience', ec, (issuer) => {
  const aud = issuer.audience as string
  const values: unknown[] = [
    undefined,
    [],
    [''],
    '',
    null,
    1,
    {},
    aud.slice(0, -1),
    `${aud}/`,
    aud.toUpperCase(),
    [[aud]],
    JSON.stringify([aud]),
    [aud, 1],
    { [aud]: true },
  ]
  return Object.fromEntries(
    values.map((value) => [
      String(JSON.stringify(value)),
      raw(issuer, claimsOf(issuer.mint(), { aud: value })),
    ]),
  )
})

attack('T4', 'tokens with a missing, wrong or malformed issuer', ec, (issuer) => {
  const values: unknown[] = [
    undefined,
    '',
    null,
    1,
    [issuer.url],
    {},
    issuer.url.slice(0, -1),
    `${issuer.url}/`,
    `${issuer.url}#`,
    issuer.url.toUpperCase(),
    ` ${issuer.url}`,
    'https://іssuer.test',
  ]
  return Object.fromEntries(
    values.map((iss) => [
      String(JSON.stringify(iss)),
      raw(issuer, claimsOf(issuer.mint(), { iss })),
    ]),
  )
})

attack('T9', 'tokens with missing, infinite or malformed times', ec, (issuer) => {
  const token = issuer.mint()
  const exp = (text: string): string =>
    raw(issuer, claimsOf(token).replace(/"exp":\d+/, `"exp":${text}`))
  const now = Math.floor(issuer.now() / 1000)
  return {
    ...Object.fromEntries(
      [
        '0',
        '-1',
        '"x"',
        'null',
        '1e400',
        '-1e400',
        'true',
        '[]',
        `"${now + 60}"`,
        `[${now + 60}]`,
        `${(now + 60) * 1000}`,
      ].map((text) => [text, exp(text)]),
    ),
    missing: issuer.mint({ exp: undefined }),
    'nbf 1e400': raw(issuer, claimsOf(token).replace('{', '{"nbf":1e400,')),
    'nbf as text': raw(issuer, claimsOf(token, { nbf: '0' })),
    'iat 1e400': raw(issuer, claimsOf(token).replace(/"iat":\d+/, '"iat":1e400')),
    'iat in an hour': issuer.mint({ iat: now + 3600 }),
    'iat as text': raw(issuer, claimsOf(token, { iat: 'x' })),
  }
})

attack('', 'tokens whose payload is not exactly one JSON object', ec, (issuer) =>
  Object.fromEntries(
    [
      '[]',
      '"x"',
      'null',
      '1',
      '',
      ' ',
      '{',
      `${claimsOf(issuer.mint())} x`,
      `${claimsOf(issuer.mint())}{}`,
    ].map((text) => [text || 'nothing', raw(issuer, text || ' ')]),
  ),
)

attack('T7', 'tokens with claims of wrong types or bound to a key', ec, (issuer) => {
  const wrong: Record<string, unknown>[] = [
    { sub: 1 },
    { sub: { $ne: null } },
    { sub: ['a'] },
    { sub: '' },
    { client_id: 1 },
    { client_id: null },
    { jti: 1 },
    { jti: 'j'.repeat(257) },
    { scope: ['a'] },
    { scope: {} },
    { scope: 1 },
    { cnf: { jkt: 'x'.repeat(43) } },
    { cnf: null },
    { cnf: 'x' },
  ]
  return Object.fromEntries(
    wrong.map((claims) => [
      JSON.stringify(claims).slice(0, 40),
      raw(issuer, claimsOf(issuer.mint(), claims)),
    ]),
  )
})

describe.each(adapters)('unusual JSON in tokens, sent to $name', (adapter) => {
  it(`${adapter.name} uses the last of equal JSON members and lets __proto__ change no prototype`, async () => {
    const issuer = createTestIssuer()
    const text = claimsOf(issuer.mint({ sub: 'last' }))
    const tokens = [
      text.replace('{', '{"sub":"first",'),
      text.replace('{', '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},'),
      `\ufeff${text}`,
      text.replace('{', `{"deep":${'['.repeat(2000)}${']'.repeat(2000)},`),
    ]
    await through(adapter, { auth: issuer.trust(), routes: { '/': [{}] } }, async ({ call }) => {
      for (const token of tokens) {
        const { status, body } = await call('/', [bearer(issuer.mint({}, { raw: token }))])
        expect(status).toBe(200)
        expect(JSON.parse(body).auth.subject).toBe('last')
      }
    })
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
