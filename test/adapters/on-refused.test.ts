import type { Auth, AuthError } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AdapterSetup, Answer, Headers, Seen } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'
import { keptOpen } from './kept-open.ts'

const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
// The answers to a token of this issuer say how long the back-off lasts, which grows with time.
dead.clock.freeze()
dead.fail('*', faults.refuse())
const nobody: Seen = { auth: null, other: null, last: null, attached: null }
const alice = (scope = 'none'): [string, string] => bearer(issuer.mint({ sub: 'alice', scope }))

const routes = {
  '/orders': [{ scope: 'a' }],
  '/checked': [{ check: () => false }],
  '/optional': [{ optional: true }],
  '/twice': [{}, { scope: 'a' }],
  '/other': [{ by: 'other' }],
} satisfies AdapterSetup['routes']

/** Requests, each with what is told of its refusal: status, reason and subject. */
const refused: readonly (readonly [keyof typeof routes, Headers, object])[] = [
  ['/orders', [], { status: 401, reason: 'no-credentials' }],
  ['/orders', [['Authorization', 'Bearer a b']], { status: 400, reason: 'malformed-credentials' }],
  ['/orders', [bearer(issuer.bad.expired())], { status: 401, reason: 'expired' }],
  ['/orders', [alice()], { status: 403, reason: 'scope', subject: 'alice' }],
  ['/checked', [alice()], { status: 403, reason: 'check', subject: 'alice' }],
  ['/twice', [alice()], { status: 403, reason: 'scope', subject: 'alice' }],
  ['/other', [bearer(dead.mint())], { status: 503, reason: 'keys' }],
]

describe.each([...adapters, ...serverlessAdapters])('the hook onRefused in $name', (adapter) => {
  const { name } = adapter
  const base: AdapterSetup = { auth: issuer.trust(), other: dead.trust(), routes }
  const answers = (setup: Partial<AdapterSetup>) =>
    through(adapter, { ...base, ...setup }, async ({ call }) => {
      const given: Answer[] = []
      for (const [path, headers] of refused) given.push(await call(path, headers))
      return given
    })

  it(`${name} tells onRefused of each refusal once, with the Auth where the token was good, and answers as ever`, async () => {
    const told: object[] = []
    const known: Seen[] = []
    const watch = ({ status, reason }: AuthError, seen: Seen, _: object, auth?: Auth): void => {
      told.push({ status, reason, ...(auth && { subject: auth.subject }) })
      known.push(seen)
    }
    const usual = await answers({})
    expect(await answers({ onRefused: watch })).toEqual(usual)
    expect(told).toEqual(refused.map(([, , expected]) => expected))
    // Nothing of what an earlier guard found, which `/twice` has.
    expect(known).toEqual(refused.map(() => nobody))
  })

  it(`${name} tells onRefused of the headers and the body of the answer`, async () => {
    const errors: AuthError[] = []
    const given = await answers({ onRefused: (error) => errors.push(error) })
    for (const [i, { headers, body }] of given.entries()) {
      expect(errors[i]?.headers['WWW-Authenticate']).toBe(headers['www-authenticate'])
      expect(errors[i]?.headers['Retry-After']).toBe(headers['retry-after'])
      expect(JSON.stringify(errors[i]?.body)).toBe(body)
    }
  })

  it(`${name} calls onRefused before onRefuse, with the same error and the same request`, async () => {
    const calls: (readonly [string, AuthError, object])[] = []
    const told = (error: AuthError, _: Seen, request: object) =>
      void calls.push(['onRefuse', error, request])
    const then = 'answer'
    const given = await answers({
      onRefused: (error, _, request) => calls.push(['onRefused', error, request]),
      onRefuse: { told, then },
    })
    expect(given.map(({ status }) => status)).toEqual(refused.map(() => 418))
    expect(calls.map(([hook]) => hook)).toEqual(refused.flatMap(() => ['onRefused', 'onRefuse']))
    for (let i = 0; i < calls.length; i += 2) {
      expect(calls[i]?.[1]).toBe(calls[i + 1]?.[1])
      expect(calls[i]?.[2]).toBe(calls[i + 1]?.[2])
    }
  })

  it(`${name} does not call onRefused for a request that is admitted or that fails`, async () => {
    let called = 0
    const onRefused = () => called++
    const check = () => {
      throw new Error('the database is down')
    }
    const setup = { ...base, routes: { ...routes, '/fails': [{ check }] }, onRefused }
    const statuses = await through(adapter, setup, async ({ call }) => [
      (await call('/orders', [alice('a')])).status,
      (await call('/optional')).status,
      (await call('/twice', [alice('a')])).status,
      (await call('/fails', [alice()])).status,
    ])
    expect([statuses, called]).toEqual([[200, 200, 200, 500], 0])
  })

  const failing: Readonly<Record<string, () => unknown>> = {
    'throws an Error': () => {
      throw new Error('no log')
    },
    'throws null': () => {
      throw null
    },
    rejects: () => Promise.reject(new Error('no log')),
    'rejects with undefined': () => Promise.reject(),
    'gives an object whose then cannot be read': () =>
      Object.defineProperty({}, 'then', {
        get() {
          throw new Error('no log')
        },
      }),
    'gives a promise that never settles': () => new Promise(() => {}),
    'gives a Response': () => new Response('from onRefused', { status: 200 }),
    'gives true': () => true,
  }

  describe('a hook that fails', () => {
    let hook: (() => unknown) | undefined
    const call = keptOpen(adapter, { ...base, onRefused: () => hook?.() })
    let usual: readonly Answer[]
    beforeAll(async () => {
      usual = await answers({})
    })

    it.each(Object.keys(failing))(`${name} answers as ever when onRefused %s`, async (what) => {
      hook = failing[what]
      for (const [i, [path, headers]] of refused.entries()) {
        expect(await call(path, headers)).toEqual(usual[i])
      }
    })
  })

  it(`T16: createAuth for ${name} refuses an onRefused that is no function`, async () => {
    const auth = { ...issuer.trust(), onRefused: 'log' } as unknown as AdapterSetup['auth']
    const open = adapter.open({ ...base, auth })
    await expect(open).rejects.toThrow(/^tollgate: option 'onRefused' must be a function/)
  })
})
