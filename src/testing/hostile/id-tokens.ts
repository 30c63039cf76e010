import { kindOf, numberWithin, wrongOption } from '../../core/option-checks.ts'
import { checkOptions } from '../arguments.ts'
import type { TestIssuer } from '../issuer.ts'
import { anyCount } from '../number-bounds.ts'
import type { HostileCase } from './cases/case.ts'
import { buildCases, caseDefinitions, checkIssuer } from './cases/catalogue.ts'
import { createCaseFixture } from './cases/fixture.ts'
import type { Expected } from './cases/id-token.ts'
import { idTokenCases } from './cases/id-token.ts'

/** What the code under test compares an ID token with. */
export interface HostileIdTokenOptions {
  /** The issuer that the code under test trusts. */
  issuer: TestIssuer
  /** The client that users sign in at. Default: 'client-1'. */
  clientId?: string
  /** The nonce of the request. Default: none, and no cases for it. */
  nonce?: string
  /** The access token of the same answer. Default: none, and no cases for it. */
  accessToken?: string
  /** How many seconds ago the sign-in may be. Default: none, and no cases for it. */
  maxAge?: number
}

/** An ID token that must be refused, or one of the few that must be accepted (`expects`). */
export type HostileIdToken = Pick<
  HostileCase,
  'id' | 'level' | 'title' | 'refs' | 'attackerNeeds' | 'token' | 'expects'
>

const owner = 'hostileIdTokens'

const known = {
  issuer: true,
  clientId: true,
  nonce: true,
  accessToken: true,
  maxAge: true,
} as const satisfies Record<keyof HostileIdTokenOptions, true>

/** Cases of the catalogue for access tokens that say nothing against an ID token. */
const ofAccessTokens =
  /^(client_id|jti|scope|cnf|wire)\/|^typ\/(id-token|id-token-same-aud|missing|jwt)$|^size\/jti/

/**
 * ID tokens that whoever verifies them must refuse, as data, for tests of your own. Each is built
 * from a good ID token of this issuer, and is wrong in one way.
 *
 * @throws {TypeError} for an unknown option, and for a value that the option cannot have.
 */
export function hostileIdTokens(options: HostileIdTokenOptions): readonly HostileIdToken[] {
  checkOptions(`the options of ${owner}`, options, known, `${owner}({ issuer, clientId })`)
  const { issuer } = options
  checkIssuer(owner, issuer)
  const expected = readExpected(options)
  const { clientId, nonce, accessToken } = expected
  const token = issuer.idToken(
    { aud: clientId, ...(nonce !== undefined && { nonce }) },
    accessToken === undefined ? {} : { accessToken },
  )
  const fixture = createCaseFixture(issuer, {}, 'https://canary.test', token)
  const ofBoth = caseDefinitions.filter(({ id }) => !ofAccessTokens.test(id))
  return buildCases(fixture, [...ofBoth, ...idTokenCases(expected)]).map((one) =>
    Object.freeze({
      id: one.id,
      level: one.level,
      title: one.title,
      refs: one.refs,
      attackerNeeds: one.attackerNeeds,
      token: one.token,
      expects: one.expects,
    }),
  )
}

/** An option that is present with the value undefined would leave out the cases that were meant. */
function readExpected(options: HostileIdTokenOptions): Expected {
  const { clientId = 'client-1', nonce, accessToken, maxAge } = options
  for (const [name, value] of Object.entries(options)) {
    const option = `option '${name}' of ${owner}`
    if (value === undefined) {
      wrongOption(option, 'is present but undefined: give it a value, or leave it out')
    }
    if (name === 'issuer' || name === 'maxAge' || (typeof value === 'string' && value !== '')) {
      continue
    }
    wrongOption(option, `must be a non-empty string, not ${kindOf(value)}`)
  }
  if (maxAge !== undefined) numberWithin(`option 'maxAge' of ${owner}`, maxAge, anyCount)
  return { clientId, nonce, accessToken, maxAge }
}
