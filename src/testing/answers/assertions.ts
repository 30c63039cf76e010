import type {
  ForbiddenExpectation,
  UnauthorizedExpectation,
  UnavailableExpectation,
} from './expectations.ts'
import {
  assertion,
  judgeAuthorized,
  judgeForbidden,
  judgeUnauthorized,
  judgeUnavailable,
} from './expectations.ts'
import type { ResponseLike } from './received.ts'

/**
 * `unauthorized()` for a response that is there already, in any test runner.
 *
 * @throws {Error} that says what was expected, what came, and what to look at.
 */
export function assertUnauthorized(
  response: ResponseLike,
  expectation?: UnauthorizedExpectation,
): void {
  assertion(judgeUnauthorized('assertUnauthorized', expectation))(response)
}

/**
 * `forbidden()` for a response that is there already, in any test runner.
 *
 * @throws {Error} that says what was expected, what came, and what to look at.
 */
export function assertForbidden(response: ResponseLike, expectation?: ForbiddenExpectation): void {
  assertion(judgeForbidden('assertForbidden', expectation))(response)
}

/**
 * `authorized()` for a response that is there already, in any test runner.
 *
 * @throws {Error} that says what was expected, what came, and what to look at.
 */
export function assertAuthorized(response: ResponseLike): void {
  assertion(judgeAuthorized('assertAuthorized'))(response)
}

/**
 * `unavailable()` for a response that is there already, in any test runner.
 *
 * @throws {Error} that says what was expected, what came, and what to look at.
 */
export function assertUnavailable(
  response: ResponseLike,
  expectation?: UnavailableExpectation,
): void {
  assertion(judgeUnavailable('assertUnavailable', expectation))(response)
}
