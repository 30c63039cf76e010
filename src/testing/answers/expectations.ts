import { checkDefined } from '../../core/option-checks.ts'
import { checkOptions } from '../arguments.ts'
import type { ExpectedBody } from './check-body.ts'
import { checkBody } from './check-body.ts'
import {
  challengeOf,
  checkAnyError,
  checkNoChallenge,
  checkNoEcho,
  checkNoStore,
  checkParameter,
  checkRetryAfter,
  checkStatus,
  checkSuccess,
  isFinding,
} from './checks.ts'
import type { Finding } from './finding.ts'
import { callOf, messageOf } from './finding.ts'
import type { Received, ResponseLike } from './received.ts'
import { readAnswer } from './received.ts'

/** What the answer to a refused token, or to a request without one, must say. */
export interface UnauthorizedExpectation {
  /**
   * The error in the challenge; null for none, as for a request without a token. 'invalid_request'
   * is expected with the status 400 (RFC 6750 section 3.1). Default: any that has the status 401,
   * or none.
   */
  readonly error?:
    | 'invalid_token'
    | 'invalid_request'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
    | (string & {})
    | null
  /** The scheme whose challenge is looked at. Default: 'Bearer'. */
  readonly scheme?: 'Bearer' | 'DPoP' | (string & {})
  /** The `error_description`. Default: any. */
  readonly description?: string | RegExp
  /** The scopes that the challenge names, in any order. Default: any. */
  readonly scope?: string
  /** Default: any. */
  readonly realm?: string
  /**
   * False where the app answers with a body of its own, or members that this JSON body has. Default:
   * the problem that guards answer with (RFC 9457), which says what the challenge says.
   */
  readonly body?: false | Readonly<Record<string, unknown>>
}

/** What the answer to a good token that lacks something must say. */
export interface ForbiddenExpectation {
  /** The scopes that the challenge names, in any order. Default: any. */
  readonly scope?: string
  /** As in `UnauthorizedExpectation`. */
  readonly body?: false | Readonly<Record<string, unknown>>
}

/** What the answer must say when nothing can be decided. */
export interface UnavailableExpectation {
  /** Whether the answer must say when to retry. Default: true. */
  readonly retryAfter?: boolean
  /** As in `UnauthorizedExpectation`. */
  readonly body?: false | Readonly<Record<string, unknown>>
}

/** An assertion: does nothing, or throws an Error that says what was expected and what came. */
export type Expectation = (response: ResponseLike) => void

/** An expectation, as a function that says what is wrong with an answer. */
export interface Judge {
  /** How it was written. */
  readonly call: string
  find(response: ResponseLike): Finding | undefined
}

/**
 * Expects that the request was refused with 401 (RFC 6750 section 3): a challenge of the scheme by
 * the grammar of RFC 9110, `Cache-Control: no-store`, a problem as body, and nowhere the token.
 *
 *     await request(app).get('/orders').expect(unauthorized({ error: null }))
 *
 * @returns A function for supertest's `.expect()`, or to be called with a response.
 * @throws {TypeError} for an unknown option, and for one that is undefined.
 */
export function unauthorized(expectation: UnauthorizedExpectation = {}): Expectation {
  return assertion(judgeUnauthorized('unauthorized', expectation))
}

/**
 * Expects that a good token was refused with 403 and `insufficient_scope`, for its scope or for
 * anything else that the route demands (RFC 6750 section 3.1).
 *
 * @returns A function for supertest's `.expect()`, or to be called with a response.
 * @throws {TypeError} for an unknown option, and for one that is undefined.
 */
export function forbidden(expectation: ForbiddenExpectation = {}): Expectation {
  return assertion(judgeForbidden('forbidden', expectation))
}

/**
 * Expects an answer of the route itself: a status from 200 to 299, and no challenge.
 *
 * @returns A function for supertest's `.expect()`, or to be called with a response.
 */
export function authorized(): Expectation {
  return assertion(judgeAuthorized('authorized'))
}

/**
 * Expects 503 with `Retry-After` and without a challenge, which would make clients throw good tokens
 * away.
 *
 * @returns A function for supertest's `.expect()`, or to be called with a response.
 * @throws {TypeError} for an unknown option, and for one that is undefined.
 */
export function unavailable(expectation: UnavailableExpectation = {}): Expectation {
  return assertion(judgeUnavailable('unavailable', expectation))
}

/** The expectation of a judge, as a function that throws. */
export function assertion({ call, find }: Judge): Expectation {
  return (response) => {
    const finding = find(response)
    if (finding !== undefined) throw new Error(messageOf(call, finding))
  }
}

const knownUnauthorized = {
  error: true,
  scheme: true,
  description: true,
  scope: true,
  realm: true,
  body: true,
} as const satisfies Record<keyof UnauthorizedExpectation, true>

export function judgeUnauthorized(name: string, expectation: UnauthorizedExpectation = {}): Judge {
  const example = `${name}({ error: 'invalid_token' })`
  return judge(name, expectation, knownUnauthorized, example, (answer, expected) => {
    const { error, scheme = 'Bearer', description, scope, realm, body } = expected
    const status = checkStatus(answer, error === 'invalid_request' ? 400 : 401)
    if (status !== undefined) return status
    const challenge = challengeOf(answer, scheme)
    if (isFinding(challenge)) return challenge
    const wanted = Object.entries({ error, error_description: description, scope, realm })
    return (
      first(wanted, ([parameter, value]) =>
        value === undefined ? undefined : checkParameter(answer, challenge, parameter, value),
      ) ??
      (error === undefined ? checkAnyError(answer, challenge) : undefined) ??
      checkRefusal(answer, body, challenge.params)
    )
  })
}

export function judgeForbidden(name: string, expectation: ForbiddenExpectation = {}): Judge {
  const known = { scope: true, body: true } satisfies Record<keyof ForbiddenExpectation, true>
  return judge(
    name,
    expectation,
    known,
    `${name}({ scope: 'orders:write' })`,
    (answer, expected) => {
      const { scope, body } = expected
      const status = checkStatus(answer, 403)
      if (status !== undefined) return status
      const challenge = challengeOf(answer, 'Bearer')
      if (isFinding(challenge)) return challenge
      return (
        checkParameter(answer, challenge, 'error', 'insufficient_scope') ??
        (scope === undefined ? undefined : checkParameter(answer, challenge, 'scope', scope)) ??
        checkRefusal(answer, body, challenge.params)
      )
    },
  )
}

export function judgeAuthorized(name: string): Judge {
  return {
    call: `${name}()`,
    find(response) {
      const answer = readAnswer(name, response)
      return checkSuccess(answer) ?? checkNoChallenge(answer)
    },
  }
}

export function judgeUnavailable(name: string, expectation: UnavailableExpectation = {}): Judge {
  const known = { retryAfter: true, body: true } satisfies Record<
    keyof UnavailableExpectation,
    true
  >
  return judge(name, expectation, known, `${name}({ retryAfter: false })`, (answer, expected) => {
    const { retryAfter = true, body } = expected
    return (
      checkStatus(answer, 503) ??
      checkNoChallenge(answer) ??
      (retryAfter ? checkRetryAfter(answer) : undefined) ??
      checkRefusal(answer, body)
    )
  })
}

/** What holds for every refusal. */
function checkRefusal(
  answer: Received,
  body: ExpectedBody,
  said?: Readonly<Record<string, string>>,
): Finding | undefined {
  return checkNoStore(answer) ?? checkNoEcho(answer) ?? checkBody(answer, body, said)
}

function judge<Expected extends object>(
  name: string,
  expectation: Expected,
  known: Readonly<Record<string, true>>,
  example: string,
  find: (answer: Received, expected: Expected) => Finding | undefined,
): Judge {
  const what = `the options of ${name}`
  checkOptions(what, expectation, known, example)
  // `scope: process.env.SCOPE` must not mean "any scope" when the variable is missing.
  checkDefined(
    `${what}: the member`,
    expectation as Readonly<Record<string, unknown>>,
    Object.keys(known),
  )
  return {
    call: callOf(name, expectation),
    find: (response) => find(readAnswer(name, response), expectation),
  }
}

/** The first finding that a function makes of these items. */
function first<Item>(
  items: readonly Item[],
  find: (item: Item) => Finding | undefined,
): Finding | undefined {
  for (const item of items) {
    const finding = find(item)
    if (finding !== undefined) return finding
  }
  return undefined
}
