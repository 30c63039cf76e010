import type { AuthError, Verifier } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AdapterSetup, Route, Seen } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'

const issuer = createTestIssuer()
const nobody: Seen = { auth: null, other: null, last: null, attached: null }

/** What code knows of the caller, by the subject alone. */
function subjects(seen: Seen): Seen {
  const who = (auth: unknown) => (auth as { subject: string } | null)?.subject ?? null
  return {
    auth: who(seen.auth),
    other: who(seen.other),
    last: who(seen.last),
    attached: who(seen.attached),
  }
}

/** A verifier that says of every token that another caller sent it. */
function renaming(subject: string): Verifier {
  const verifier = createVerifier(issuer.trust())
  const verify: Verifier['verify'] = async (token) => ({
    ...(await verifier.verify(token)),
    subject,
    token,
  })
  return { ...verifier, verify }
}

describe.each([...adapters, ...serverlessAdapters])(
  'two guards of one request in $name',
  (adapter) => {
    const { name } = adapter

    it(`${name} gives by the getAuth of each createAuth only what the verifier of that createAuth admitted`, async () => {
      const setup: AdapterSetup = {
        auth: { verifier: renaming('user') },
        other: { verifier: renaming('admin') },
        routes: {
          '/user': [{}],
          '/admin': [{ by: 'other' }],
          '/user-admin': [{}, { by: 'other' }],
          '/admin-user': [{ by: 'other' }, {}],
          '/optional': [{ optional: true }, { by: 'other', optional: true }],
        },
      }
      const expected: Readonly<Record<string, Seen>> = {
        '/user': { auth: 'user', other: null, last: 'user', attached: 'user' },
        '/admin': { auth: null, other: 'admin', last: 'admin', attached: 'admin' },
        '/user-admin': { auth: 'user', other: 'admin', last: 'admin', attached: 'admin' },
        '/admin-user': { auth: 'user', other: 'admin', last: 'user', attached: 'user' },
        '/optional': { auth: 'user', other: 'admin', last: 'admin', attached: 'admin' },
      }
      await through(adapter, setup, async ({ call }) => {
        for (const [path, seen] of Object.entries(expected)) {
          const answer = await call(path, [bearer(issuer.mint())])
          expect([path, subjects(JSON.parse(answer.body))]).toEqual([path, seen])
        }
        expect(JSON.parse((await call('/optional')).body)).toEqual(nobody)
      })
    })

    it.each<[string, Route]>([
      ['scope of the same verifier', { scope: 'missing' }],
      ['check of the same verifier', { check: () => false }],
      ['scope of another verifier', { scope: 'missing', by: 'other' }],
    ])(
      `${name} leaves nothing of what the first guard found when a second guard refuses by the %s`,
      async (_how, second) => {
        const seen: Seen[] = []
        const told = (_error: AuthError, now: Seen): void => void seen.push(now)
        for (const then of ['pass', 'answer', 'forget'] as const) {
          const setup: AdapterSetup = {
            auth: issuer.trust(),
            other: issuer.trust(),
            routes: { '/': [{}, second], '/one': [{}], '/other': [{ by: 'other' }, {}, second] },
            onRefuse: { told, then },
          }
          await through(adapter, setup, async ({ call }) => {
            for (const path of ['/', '/other']) {
              const answer = await call(path, [bearer(issuer.mint())])
              expect(answer.status).toBe(then === 'answer' ? 418 : 403)
            }
            const admitted = await call('/one', [bearer(issuer.mint({ sub: 'alice' }))])
            expect(subjects(JSON.parse(admitted.body))).toMatchObject({
              auth: 'alice',
              last: 'alice',
            })
          })
        }
        expect(seen).toEqual(Array.from({ length: 6 }, () => nobody))
      },
    )

    describe('a request that lasts longer than its token', () => {
      /** Between two guards the clock of the verifier goes on until so many seconds of the token are left. */
      const lasting = async (left: number) => {
        const slow = createTestIssuer()
        slow.clock.freeze()
        let accepted = 0
        const token = slow.mint({ sub: 'alice' }, { expiresIn: 60 })
        const check = ({ expiresAt }: { expiresAt?: number }): boolean => {
          slow.clock.freeze(((expiresAt as number) - left) * 1000)
          return true
        }
        const onEvent = ({ type }: { type: string }): void => {
          if (type === 'token.accepted') accepted++
        }
        const setup: AdapterSetup = {
          auth: slow.trust({ onEvent }),
          routes: { '/': [{ check } as Route, {}] },
        }
        const answer = await through(adapter, setup, ({ call }) => call('/', [bearer(token)]))
        return { answer, accepted }
      }

      it(`${name} refuses by a second guard a token that has expired since the first guard`, async () => {
        const { answer, accepted } = await lasting(-10)
        expect([answer.status, accepted]).toEqual([401, 1])
        expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
      })

      it(`${name} verifies again in a second guard while the token has expired within the clock tolerance`, async () => {
        const { answer, accepted } = await lasting(0)
        expect([answer.status, accepted]).toEqual([200, 2])
      })

      it(`${name} does not verify again in a second guard while the token is good`, async () => {
        const { answer, accepted } = await lasting(1)
        expect([answer.status, accepted]).toEqual([200, 1])
      })

      it(`${name} asks a verifier of the application again by the clock of the process`, async () => {
        for (const [expiresIn, asked] of [
          [3600, 1],
          [-1, 3],
        ] as const) {
          let count = 0
          const verify = async (token: string) => {
            count++
            return {
              issuer: 'https://own.test',
              subject: 'bob',
              clientId: undefined,
              scopes: [],
              roles: [],
              permissions: [],
              actors: [],
              claims: {},
              expiresAt: Date.now() / 1000 + expiresIn,
              token,
              signal: new AbortController().signal,
            }
          }
          const verifier: Verifier = { ...createVerifier(issuer.trust()), verify }
          const setup = { auth: { verifier }, routes: { '/': [{}, {}, {}] } }
          const answer = await through(adapter, setup, ({ call }) => call('/', [bearer('a')]))
          expect([answer.status, count]).toEqual([200, asked])
        }
      })
    })
  },
)
