import type { HostileId, HostileReport } from 'tollgate/testing'
import { assertRejectsHostileTokens, createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import type { Broken } from './hostile/witnesses.ts'
import { guardWith, witnesses } from './hostile/witnesses.ts'

describe.each(['ES256', 'RS256', 'EdDSA', 'ES384', 'ES512', 'PS512'] as const)(
  'an issuer that signs %s',
  (alg) => {
    const issuer = createTestIssuer({ alg })
    const given = { issuer, scope: 'a' }
    const cases = hostileTokens(given)

    const attack = (broken: Broken, only: readonly HostileId[]): Promise<HostileReport> =>
      assertRejectsHostileTokens(guardWith(issuer, broken), {
        ...given,
        path: '/',
        method: 'POST',
        only,
      }).catch((error) => error.report ?? Promise.reject(error))

    test('a verifier of another hand rejects every case', async () => {
      const ids = cases.map(({ id }) => id)
      const report = await attack({}, ids)
      expect(String(report)).toMatch(/^POST \/: 0 of \d+ hostile tokens went wrong/)
      expect(report.results.map(({ id }) => id)).toEqual(ids)
    })

    const serious = cases.filter(({ level }) => level !== 'info')

    test('every case that can fail has a witness', () => {
      const all = Object.values(witnesses)
      const without = serious.filter(({ id }) => !all.some(({ accepts }) => accepts.test(id)))
      expect(without.map(({ id }) => id)).toEqual([])
    })

    test.each(Object.entries(witnesses))(
      'a guard that %s lets its cases in',
      async (_, witness) => {
        const ids = serious.map(({ id }) => id).filter((id) => witness.accepts.test(id))
        if (ids.length === 0) return
        const { ok, results } = await attack(witness.make(), ids)
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

test('no witness is idle', () => {
  const ids = (['ES256', 'RS256'] as const)
    .flatMap((alg) => hostileTokens(createTestIssuer({ alg })))
    .map(({ id }) => id)
  const idle = Object.entries(witnesses).filter(
    ([, { accepts }]) => !ids.some((id) => accepts.test(id)),
  )
  expect(idle).toEqual([])
})
