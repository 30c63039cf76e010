import { createLocalJWKSet, jwtVerify } from 'jose'
import { createVerifier } from 'tollgate'
import type { HostileIdToken, TestIssuer } from 'tollgate/testing'
import { createTestIssuer, hostileIdTokens } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

const clientId = 'shop'
const nonce = 'n-0S6_WzA2Mj'
const maxAge = 300

/** The cases that were accepted and must not be, and the other way round. */
async function problemsOf(
  cases: readonly HostileIdToken[],
  verify: (token: string) => Promise<unknown>,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const { id, level, token, expects } of cases) {
    if (level === 'info') continue
    const accepted = await verify(token).then(
      () => true,
      () => false,
    )
    if (accepted !== (expects === 'pass')) problems.push(id)
  }
  return problems
}

function casesOf(issuer: TestIssuer, accessToken: string): readonly HostileIdToken[] {
  return hostileIdTokens({ issuer, clientId, nonce, accessToken, maxAge })
}

describe.each(['ES256', 'RS256', 'EdDSA'] as const)(
  'ID tokens of an issuer that signs %s',
  (alg) => {
    const issuer = createTestIssuer({ alg })
    issuer.clock.freeze()
    const accessToken = issuer.mint()

    test('verifyIdToken() refuses every hostile one with a reason, and accepts the good one', async () => {
      const verifier = createVerifier(issuer.trust())
      const options = { clientId, nonce, accessToken, maxAge }
      const good = issuer.idToken({ aud: clientId, nonce }, { accessToken })
      await verifier.verifyIdToken(good, options)
      const cases = casesOf(issuer, accessToken)
      expect(cases.length).toBeGreaterThan(140)
      const reasons = new Set<string>()
      const verify = (token: string) =>
        verifier.verifyIdToken(token, options).catch((error) => {
          expect(error.name).toBe('InvalidTokenError')
          reasons.add(error.reason)
          throw error
        })
      expect(await problemsOf(cases, verify)).toEqual([])
      for (const reason of ['nonce', 'audience', 'token-type', 'claims', 'signature']) {
        expect(reasons).toContain(reason)
      }
    })

    test('the cases find what somebody forgets who verifies by hand', async () => {
      const byHand = async (token: string): Promise<void> => {
        const { payload } = await jwtVerify(token, createLocalJWKSet(issuer.jwks), {
          issuer: issuer.url,
          audience: clientId,
          currentDate: new Date(issuer.now()),
        })
        expect(payload.sub).toBeTypeOf('string')
      }
      const missed = await problemsOf(casesOf(issuer, accessToken), byHand)
      expect(missed).toEqual(
        expect.arrayContaining([
          'id_token/several-audiences',
          'id_token/azp-other',
          'id_token/nonce-missing',
          'id_token/at_hash-other',
          'id_token/auth_time-old',
          'id_token/access-token-for-client',
          'id_token/logout-token',
          'enc/noncanonical-last-bits',
          'iat/future',
        ]),
      )
      expect(missed).not.toContain('id_token/other-client')
    })
  },
)

test('the ids are different, and each case has a title and references', () => {
  const issuer = createTestIssuer()
  const cases = casesOf(issuer, issuer.mint())
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
  for (const { title, refs } of cases)
    expect([title.length > 0, refs.length > 0]).toEqual([true, true])
})

test('there are no cases for what nothing is compared with', () => {
  const ids = hostileIdTokens({ issuer: createTestIssuer() }).map(({ id }) => id)
  expect(ids.filter((id) => /nonce|at_hash|auth_time/.test(id))).toEqual([])
  expect(ids).toContain('id_token/other-client')
})

test.each<readonly [object, RegExp]>([
  [{}, /option 'issuer' of hostileIdTokens must be the test issuer/],
  [{ issuer: createTestIssuer(), nonce: undefined }, /option 'nonce' .* is present but undefined/],
  [{ issuer: createTestIssuer(), clientId: '' }, /option 'clientId' .* non-empty string/],
  [{ issuer: createTestIssuer(), maxAge: -1 }, /option 'maxAge'/],
  [{ issuer: createTestIssuer(), audience: 'a' }, /unknown option 'audience'/],
])('a wrong option of hostileIdTokens is refused (%#)', (options, message) => {
  expect(() => hostileIdTokens(options as never)).toThrow(message)
})
