import { isDeepStrictEqual } from 'node:util'
import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { checkOptions, plainObject } from '../arguments.ts'
import { readPart } from '../token-part.ts'
import { challengeOf, checkParameter, isFinding } from './checks.ts'
import type {
  ForbiddenExpectation,
  Judge,
  UnauthorizedExpectation,
  UnavailableExpectation,
} from './expectations.ts'
import {
  judgeAuthorized,
  judgeForbidden,
  judgeUnauthorized,
  judgeUnavailable,
} from './expectations.ts'
import type { Finding } from './finding.ts'
import { callOf, messageOf } from './finding.ts'
import type { ResponseLike } from './received.ts'
import { readAnswer } from './received.ts'

/** A challenge that an answer must have. */
export interface ExpectedChallenge {
  readonly scheme: string
  /** Parameters by their names in lower case. Default: any. */
  readonly params?: Readonly<Record<string, string | RegExp>>
}

/** What a token must say. Only the members that are named here are compared. */
export interface ExpectedJwt {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** The matchers, as `expect(…)` has them. `R` is what they return. */
export interface TokenMatchers<R = void> {
  /** As `unauthorized()`. */
  toBeUnauthorized(expectation?: UnauthorizedExpectation): R
  /** As `forbidden()`. */
  toBeForbidden(expectation?: ForbiddenExpectation): R
  /** As `authorized()`. */
  toBeAuthorized(): R
  /** As `unavailable()`. */
  toBeUnavailable(expectation?: UnavailableExpectation): R
  /** The answer, whatever its status, has this challenge in WWW-Authenticate. */
  toHaveChallenge(challenge: ExpectedChallenge): R
  /** The text is a signed JWT with these members. Its signature is not checked. */
  toBeJwt(jwt?: ExpectedJwt): R
}

type Matcher<Parameters extends readonly unknown[]> = (
  this: unknown,
  received: unknown,
  ...expected: Parameters
) => { pass: boolean; message: () => string }

/**
 * The matchers for `expect.extend(matchers)` of Vitest, Jest and others. `tollgate/vitest` adds them
 * to Vitest by itself.
 */
export const matchers: { [K in keyof TokenMatchers]: Matcher<Parameters<TokenMatchers[K]>> } = {
  toBeUnauthorized: (answer, expected) =>
    resultOf(judgeUnauthorized('toBeUnauthorized', expected), answer),
  toBeForbidden: (answer, expected) => resultOf(judgeForbidden('toBeForbidden', expected), answer),
  toBeAuthorized: (answer) => resultOf(judgeAuthorized('toBeAuthorized'), answer),
  toBeUnavailable: (answer, expected) =>
    resultOf(judgeUnavailable('toBeUnavailable', expected), answer),
  toHaveChallenge: (answer, expected) => resultOf(judgeChallenge(expected), answer),
  toBeJwt(token, expected = {}) {
    return judgeJwt(token, expected, equalsOf(this))
  },
}

function resultOf({ call, find }: Judge, answer: unknown): ReturnType<Matcher<[]>> {
  const finding = find(answer as ResponseLike)
  return {
    pass: finding === undefined,
    message: () =>
      finding === undefined
        ? `tollgate: this answer is what ${call} expects, and it was expected not to be\n  look at:  What the answer should be: expect that, because an answer can fail ${call} in many ways.`
        : messageOf(call, finding),
  }
}

function judgeChallenge(expected: ExpectedChallenge): Judge {
  const example = "toHaveChallenge({ scheme: 'Bearer' })"
  const what = 'the options of toHaveChallenge'
  checkOptions(what, expected, { scheme: true, params: true }, example)
  const { scheme, params = {} } = expected
  if (typeof scheme !== 'string') {
    wrongOption("option 'scheme' of toHaveChallenge", `must be a string, not ${kindOf(scheme)}`)
  }
  plainObject("option 'params' of toHaveChallenge", params, "params: { realm: 'api' }")
  return {
    call: callOf('toHaveChallenge', expected),
    find(response) {
      const answer = readAnswer('toHaveChallenge', response)
      const challenge = challengeOf(answer, scheme)
      if (isFinding(challenge)) return challenge
      const findings = Object.entries(params).map(([name, value]) =>
        checkParameter(answer, challenge, name.toLowerCase(), value),
      )
      return findings.find((finding) => finding !== undefined)
    },
  }
}

type Equals = (one: unknown, other: unknown) => boolean

/** Test runners give their matchers `equals`, which knows matchers such as `expect.any(String)`. */
function equalsOf(context: unknown): Equals {
  const equals = (context as { equals?: unknown } | undefined)?.equals
  return typeof equals === 'function' ? (equals as Equals) : isDeepStrictEqual
}

function judgeJwt(token: unknown, expected: ExpectedJwt, equals: Equals): ReturnType<Matcher<[]>> {
  const example = "toBeJwt({ claims: { sub: 'alice' } })"
  checkOptions('the options of toBeJwt', expected, { header: true, claims: true }, example)
  const call = callOf('toBeJwt', expected)
  const finding = findInJwt(token, expected, equals)
  return {
    pass: finding === undefined,
    message: () =>
      finding === undefined
        ? `tollgate: this token is what ${call} expects, and it was expected not to be`
        : messageOf(call, finding).replace('this answer', 'this text'),
  }
}

function findInJwt(token: unknown, expected: ExpectedJwt, equals: Equals): Finding | undefined {
  const parts = typeof token === 'string' ? token.split('.') : []
  const [header, claims] = parts.slice(0, 2).map(readPart)
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return {
      expected: 'a signed JWT: three parts of base64url, the first two of them JSON objects',
      // The text itself may be a secret of another kind.
      came: typeof token === 'string' ? `a text with ${parts.length} parts` : kindOf(token),
      lookAt: 'The text: a header value begins with `Bearer `, and an opaque token has no parts.',
    }
  }
  const wanted = [
    ...Object.entries(expected.header ?? {}).map((each) => ['header', header, ...each] as const),
    ...Object.entries(expected.claims ?? {}).map((each) => ['claim', claims, ...each] as const),
  ]
  const wrong = wanted.find(([, members, name, value]) => !equals(memberOf(members, name), value))
  if (wrong === undefined) return undefined
  const [kind, members, name, value] = wrong
  return {
    expected: `${kind} ${name} ${show(value)}`,
    came: `${kind} ${name} ${show(memberOf(members, name))}`,
    lookAt: 'What the token was minted with, and the option `claims` of its issuer.',
  }
}

function memberOf(members: object, name: string): unknown {
  return Object.hasOwn(members, name) ? (members as Record<string, unknown>)[name] : undefined
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'undefined'
}
