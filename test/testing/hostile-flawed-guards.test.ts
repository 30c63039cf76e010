import type { HostileId, HostileReport } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { signingBy } from '../keys.ts'
import type { GuardFlaws } from './hostile/flawed-guards.ts'
import { flawedGuards, guardWith } from './hostile/flawed-guards.ts'

describe.each(['ES256', 'RS256', 'EdDSA', 'ES384', 'ES512', 'PS512'] as const)(
  'an issuer that signs %s',
  (alg) => {
    const issuer = createTestIssuer(signingBy(alg))
    // The guards demand no scope, so the good token gets one as a claim, which proves nothing of it.
    const given = { issuer, claims: { scope: 'a' } }
    const cases = hostileTokens(given)

    const attack = (broken: GuardFlaws, only: readonly HostileId[]): Promise<HostileReport> =>
      assertRejectsHostileTokens(guardWith(issuer, broken), {
        ...given,
        path: '/',
        method: 'POST',
        only,
      }).catch((error) => error.report ?? Promise.reject(error))

    test('a correct guard that shares no code with tollgate rejects every case', async () => {
      const ids = cases.map(({ id }) => id)
      const report = await attack({}, ids)
      expect(String(report)).toMatch(/^POST \/: 0 of \d+ hostile tokens went wrong/)
      expect(report.results.map(({ id }) => id)).toEqual(ids)
    })

    const serious = cases.filter(({ level }) => level !== 'info')

    test('for every case that can fail there is a flawed guard that accepts it', () => {
      const all = Object.values(flawedGuards)
      const without = serious.filter(({ id }) => !all.some(({ accepts }) => accepts.test(id)))
      expect(without.map(({ id }) => id)).toEqual([])
    })

    test.each(Object.entries(flawedGuards))(
      'a guard that %s accepts the cases that are made for its flaw',
      async (_, flawedGuard) => {
        const ids = serious.map(({ id }) => id).filter((id) => flawedGuard.accepts.test(id))
        if (ids.length === 0) return
        const { ok, results } = await attack(flawedGuard.build(), ids)
        expect(ok).toBe(false)
        expect(Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]))).toEqual(
          Object.fromEntries(
            serious
              .filter(({ id }) => ids.includes(id))
              .map(({ id, expects }) => [id, expects === 'pass' ? 'REFUSED' : 'ACCEPTED']),
          ),
        )
      },
    )
  },
)

test('for every flawed guard there is a case that it accepts', () => {
  const ids = (['ES256', 'RS256'] as const)
    .flatMap((alg) => hostileTokens(createTestIssuer(signingBy(alg))))
    .map(({ id }) => id)
  const unused = Object.entries(flawedGuards).filter(
    ([, { accepts }]) => !ids.some((id) => accepts.test(id)),
  )
  expect(unused).toEqual([])
})
