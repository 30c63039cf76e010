import type { TestIssuer } from 'tollgate/testing'
import type { Decision } from './stage.ts'

export const profileJwt = {
  by: "`profile: 'jwt'`, or the preset of your issuer",
  options: { profile: 'jwt' },
} as const

/** Tokens that none of the libraries tells from a good one, as most of them are used. */
export function commonDecisions(issuer: TestIssuer): Decisions {
  const api = String(issuer.audience)
  return {
    'an ID token whose `aud` is your API': { token: () => issuer.bad.idToken({ client_id: api }) },
    'a logout token whose `aud` is your API': {
      token: () => issuer.mint({ events: {} }, { header: { typ: 'logout+jwt' } }),
    },
    'an access token with `typ: JWT` in its header': {
      token: () => issuer.mint({}, { header: { typ: 'JWT' } }),
      ...profileJwt,
    },
    'one without `client_id`': {
      token: () => issuer.mint({ client_id: undefined }),
      ...profileJwt,
    },
    'one without `jti`': { token: () => issuer.mint({ jti: undefined }), ...profileJwt },
    'one without `sub`': {
      token: () => issuer.mint({ sub: undefined }),
      by: "a `profile` with `subject: 'client'`, for tokens of machines",
      options: { profile: { types: ['at+jwt'], subject: 'client', client: ['client_id'] } },
    },
    'one that says it was issued in an hour': {
      token: () => issuer.mint({}, { age: -3600 }),
    },
    'one that is bound to a certificate (`cnf`)': {
      token: () =>
        issuer.mint({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
    },
  }
}

type Decisions = Readonly<Record<string, Decision>>

/** What jose and jsonwebtoken do by themselves about `exp`. */
export function expiryDecisions(issuer: TestIssuer): Decisions {
  return {
    'one without `exp`': { token: () => issuer.mint({ exp: undefined }) },
    'one that expired 5 seconds ago': {
      token: () => issuer.bad.expired({}, 5),
      by: '`clockTolerance: 0`',
      options: { clockTolerance: 0 },
    },
  }
}

/** What jsonwebtoken does not look at: RFC 7515 section 4.1.11 has such a token refused. */
export function extensionDecision(issuer: TestIssuer): Decisions {
  return {
    'one with an unknown extension in `crit`': {
      token: () => issuer.mint({}, { header: { crit: ['x'], x: 1 } }),
    },
  }
}

/** Requests whose answers every page shows. */
export const commonAnswers = (issuer: TestIssuer) =>
  ({
    'no token': { headers: {} },
    'another scheme (`Basic`)': { headers: { authorization: 'Basic YTpi' } },
    'a malformed header (`Bearer a b`)': { headers: { authorization: 'Bearer a b' } },
    'an expired token': { token: () => issuer.bad.expired() },
    'a scope is missing': { path: '/orders', token: () => issuer.mint({ scope: 'other' }) },
  }) as const
