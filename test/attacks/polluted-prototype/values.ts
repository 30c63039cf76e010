import { audience, foreign, forged, good, issuer, scope, withScope } from './material.ts'

const foreignKeys = { keys: [foreign.jwk] }

/** An answer to every fetch: the keys of somebody else, as JSON. */
async function answerForeignKeys(): Promise<unknown> {
  const octets = new TextEncoder().encode(
    JSON.stringify({ issuer, jwks_uri: issuer, ...foreignKeys }),
  )
  return new Response(octets)
}

/** Whatever it is asked, its answer lets somebody in. */
function answerYes(): unknown {
  return true
}

/** One object with all that may open something, under the names by which it would be read. */
const everything = {
  ...foreignKeys,
  jwks: foreignKeys,
  authorization: `Bearer ${withScope}`,
  get: () => `Bearer ${withScope}`,
  token: withScope,
  scope,
  scopes: [scope],
  roles: [scope],
  permissions: [scope],
  entitlements: [scope],
  tenant: scope,
  actors: [],
  act: { sub: scope },
  sub: scope,
  optional: true,
  profile: 'jwt',
  untyped: true,
  version: 1,
  validate: (value: unknown) => ({ value }),
  verify: async () => ({
    issuer,
    subject: 'root',
    scopes: [scope],
    claims: {},
    expiresAt: Infinity,
  }),
}

/** What a name that somebody reads is given on Object.prototype, one after the other. */
export const values: readonly unknown[] = [
  issuer,
  audience,
  scope,
  'at+jwt',
  'jwt',
  'ES256',
  'foreign',
  good,
  forged,
  `Bearer ${withScope}`,
  true,
  200,
  299,
  9_999_999_999,
  [audience, scope, 'ES256', 'at+jwt', 'verify'],
  ['authorization', `Bearer ${withScope}`],
  [foreign.jwk],
  answerYes,
  answerForeignKeys,
  everything,
  Object.freeze([Object.freeze(everything)]),
]

/** One value of each kind. */
export const kinds: readonly unknown[] = [
  withScope,
  true,
  9_999_999_999,
  [audience, scope, 'ES256', 'at+jwt', 'verify'],
  answerYes,
  everything,
]
