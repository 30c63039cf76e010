import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AdapterSetup, Answer, Headers } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'
import { keptOpen } from './kept-open.ts'
import { refusal } from './refusal.ts'

const issuer = createTestIssuer()
const tokenHeader = 'X-Goog-IAP-JWT-Assertion'
const routes = {
  '/orders': [{ scope: 'orders:read' }],
  '/me': [{}],
  '/optional': [{ optional: true }],
} satisfies AdapterSetup['routes']
const good = issuer.mint({ sub: 'alice', scope: 'orders:read' })
const assertion = (value: string, name = tokenHeader): [string, string] => [name, value]

const missing = refusal(401, undefined, 'orders:read')
const malformed = refusal(400, 'invalid_request', undefined, 'its designated header')
const invalid = refusal(401, 'invalid_token', 'orders:read')

const refused: readonly (readonly [string, Headers, Answer])[] = [
  ['no header at all', [], missing],
  ['an empty header', [assertion('')], missing],
  ['a good token in the Authorization header, which is not read', [bearer(good)], missing],
  ['a good token in a header of another name', [assertion(good, 'X-Assertion')], missing],
  ['two headers with the same token', [assertion(good), assertion(good)], malformed],
  ['an empty and a good header', [assertion(''), assertion(good)], malformed],
  ['a good and an empty header', [assertion(good), assertion('')], malformed],
  ['the scheme Bearer before the token', [assertion(`Bearer ${good}`)], malformed],
  ['another scheme before the token', [assertion(`JWT ${good}`)], malformed],
  ['two tokens in one header', [assertion(`${good}, ${good}`)], malformed],
  ['a token in quotes', [assertion(`"${good}"`)], malformed],
  ['padding inside of the token', [assertion('a=b')], malformed],
  ['nothing but padding', [assertion('=')], malformed],
  ['an expired token', [assertion(issuer.bad.expired())], invalid],
  ['a token that was tampered with', [assertion(issuer.bad.tampered())], invalid],
  [
    'a bad token beside a good one in the Authorization header',
    [assertion(issuer.bad.expired()), bearer(good)],
    invalid,
  ],
  [
    'a token without the scope',
    [assertion(issuer.mint())],
    refusal(403, 'insufficient_scope', 'orders:read'),
  ],
]

const admitted: readonly (readonly [string, Headers])[] = [
  ['the bare token', [assertion(good)]],
  ['a header in lower case', [assertion(good, tokenHeader.toLowerCase())]],
  ['a token of another caller in Authorization', [assertion(good), bearer(issuer.mint())]],
  ['Authorization that is malformed', [assertion(good), ['Authorization', 'Bearer a b']]],
  ['Authorization of another scheme', [assertion(good), ['Authorization', 'Basic YTpi']]],
]

describe.each([...adapters, ...serverlessAdapters])(
  'the option tokenHeader in $name',
  (adapter) => {
    const { name } = adapter
    const call = keptOpen(adapter, { auth: { ...issuer.trust(), tokenHeader }, routes })

    it.each(refused)(`${name} with tokenHeader refuses %s`, async (_what, headers, expected) => {
      expect(await call('/orders', headers)).toEqual(expected)
    })

    it.each(admitted)(`${name} with tokenHeader admits %s`, async (_what, headers) => {
      const answer = await call('/orders', headers)
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body).auth).toMatchObject({ subject: 'alice' })
    })

    it(`${name} with tokenHeader lets a request without the header pass an optional route, and no bad one`, async () => {
      const statuses = [
        (await call('/optional')).status,
        (await call('/optional', [bearer(issuer.bad.expired())])).status,
        (await call('/optional', [assertion(`Bearer ${good}`)])).status,
        (await call('/optional', [assertion(issuer.bad.expired())])).status,
      ]
      expect(statuses).toEqual([200, 200, 400, 401])
    })

    it(`${name} keeps apart two guards that share a verifier and read different headers`, async () => {
      const verifier = createVerifier(issuer.trust())
      const shared: AdapterSetup = {
        auth: { verifier },
        other: { verifier, tokenHeader },
        routes: {
          '/one': [{ optional: true }],
          '/other': [{ by: 'other' }],
          '/both': [{}, { by: 'other' }],
          '/admin': [{ scope: 'admin' }, { by: 'other', scope: 'admin' }],
        },
      }
      const admin = issuer.mint({ sub: 'admin', scope: 'admin' })
      const bob = issuer.mint({ sub: 'bob' })
      await through(adapter, shared, async ({ call }) => {
        const who = async (path: string, headers: Headers) => {
          const { status, body } = await call(path, headers)
          if (status !== 200) return status
          const { auth, other, last } = JSON.parse(body)
          return [auth?.subject, other?.subject, last?.subject]
        }
        const bobByHeader = [bearer(admin), assertion(bob)]
        expect(await who('/one', bobByHeader)).toEqual(['admin', undefined, 'admin'])
        expect(await who('/one', [assertion(bob)])).toEqual([undefined, undefined, undefined])
        expect(await who('/other', bobByHeader)).toEqual([undefined, 'bob', 'bob'])
        expect(await who('/both', bobByHeader)).toEqual(['admin', 'bob', 'bob'])
        expect(await who('/both', [bearer(admin), assertion(admin)])).toEqual([
          'admin',
          'admin',
          'admin',
        ])
        expect(await who('/admin', bobByHeader)).toBe(403)
        expect(await who('/admin', [bearer(bob), assertion(admin)])).toBe(403)
        expect(await who('/both', [bearer(admin)])).toBe(401)
        expect(await who('/both', [assertion(bob)])).toBe(401)
      })
    })

    it(`${name} verifies the token of tokenHeader once for two guards`, async () => {
      const accepted: string[] = []
      const onEvent = ({ type }: { type: string }) => void accepted.push(type)
      const twice: AdapterSetup = {
        auth: { ...issuer.trust({ onEvent, tokenCache: false }), tokenHeader },
        routes: { '/twice': [{}, { scope: 'orders:read' }] },
      }
      const answer = await through(adapter, twice, ({ call }) => call('/twice', [assertion(good)]))
      expect(answer.status).toBe(200)
      expect(accepted.filter((type) => type === 'token.accepted')).toHaveLength(1)
    })

    it.each<[string, unknown, RegExp]>([
      ['authorization', 'authorization', /is read where this option is left out/],
      ['Authorization', 'Authorization', /is read where this option is left out/],
      ['Proxy-Authorization', 'Proxy-Authorization', /holds something else/],
      ['Cookie', 'Cookie', /holds something else/],
      ['HOST', 'HOST', /holds something else/],
      ['an empty text', '', /must be the name of one header/],
      ['a name with a space', 'x token', /must be the name of one header/],
      ['a name with a colon', 'x-token:', /must be the name of one header/],
      ['a pseudo-header', ':path', /must be the name of one header/],
      ['a name with a line break', 'x-token\r\n', /must be the name of one header/],
      ['a name that is not ASCII', 'x-tokén', /must be the name of one header/],
      ['a list', ['x-token'], /must be the name of one header/],
      ['null', null, /must be the name of one header/],
    ])(
      `T16: createAuth for ${name} refuses tokenHeader when it is %s`,
      async (_what, value, fix) => {
        const open = adapter.open({
          auth: { ...issuer.trust(), tokenHeader: value as string },
          routes,
        })
        await expect(open).rejects.toThrow(TypeError)
        await expect(open).rejects.toThrow(/^tollgate: option 'tokenHeader'/)
        await expect(open).rejects.toThrow(fix)
      },
    )

    it(`${name} reads Authorization where tokenHeader is undefined`, async () => {
      const auth = { ...issuer.trust(), tokenHeader: undefined } as unknown as AdapterSetup['auth']
      const answer = await through(adapter, { auth, routes }, ({ call }) =>
        call('/orders', [bearer(good)]),
      )
      expect(answer.status).toBe(200)
    })
  },
)
