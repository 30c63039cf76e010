import type { AnswerHeaders, AuthError, ProblemDetails } from '../core/errors.ts'
import { own } from '../core/own-members.ts'
import type { Parameters } from './parameters.ts'
import type { Scheme } from './schemes/scheme.ts'

/** An answer that refuses a request, ready to be written. It is the same in every adapter. */
export interface Refusal {
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: string
  /** What the body says. */
  readonly problem: ProblemDetails
  /**
   * Those of the headers that do not describe the body: a framework that answers an error itself
   * adds them.
   */
  readonly challenge: AnswerHeaders
}

interface Row {
  readonly title: string
  readonly description: string | undefined
}

/**
 * The table of answers (RFC 6750 section 3.1). Every text is constant, so that no caller reads what
 * another one wrote.
 */
const rows: Readonly<Record<string, Row>> = {
  '401': { title: 'Unauthorized', description: undefined },
  '400 invalid_request': {
    title: 'Bad Request',
    description: 'The request must carry one well-formed access token in the Authorization header.',
  },
  '400 invalid_request tokenHeader': {
    title: 'Bad Request',
    description: 'The request must carry one well-formed access token in its designated header.',
  },
  '401 invalid_token': {
    title: 'Unauthorized',
    description: 'The access token is not valid for this resource.',
  },
  '403 insufficient_scope': {
    title: 'Forbidden',
    // Whether a role, a claim or anything else is what the token lacks is not the caller's business.
    description: 'The access token does not permit this request.',
  },
  '403 insufficient_scope scope': {
    title: 'Forbidden',
    description: 'The access token does not have the required scope.',
  },
  '503': { title: 'Service Unavailable', description: undefined },
}

/** @param place 'tokenHeader' where that option names the header that must hold the token. */
function rowOf({ status, error, reason }: AuthError, place?: 'tokenHeader'): Row | undefined {
  const key = error === undefined ? String(status) : `${status} ${error}`
  const keys = [`${key} ${place}`, `${key} ${reason}`, key]
  return keys.map((each) => own(rows, each)).find((row) => row !== undefined) as Row | undefined
}

/** What a challenge is made of, beside the error. */
export interface ChallengeContext {
  readonly realm: string
  readonly schemes: readonly Scheme[]
  /** What the requirements of the route say in the challenge. */
  readonly required: Parameters
}

/** The answer to a request that was refused with this error. */
export function refusalOf(
  error: AuthError,
  { realm, schemes, ...context }: ChallengeContext,
): Refusal {
  const { status } = error
  // Only where another token would help: not for a malformed request, nor while nothing can be
  // decided.
  const required = status === 401 || status === 403 ? context.required : {}
  const said = schemes.map(({ name, challenge }) => ({ name, parameters: challenge(error) }))
  const line = said
    .map(({ name, parameters }) => `${name} ${write({ realm, ...required, ...parameters })}`)
    .join(', ')
  const challenge = {
    // First, because an error that is thrown again still has the challenge of an earlier answer.
    ...error.headers,
    // A 503 says nothing against the token. A challenge would make clients throw good tokens away.
    ...(status !== 503 && { 'WWW-Authenticate': line }),
    'Cache-Control': 'no-store',
  }
  const problem = problemOf(error, {
    error_description: said
      .map(({ parameters }) => own(parameters, 'error_description'))
      .find((description) => description !== undefined),
    scope: own(required, 'scope'),
  })
  const body = JSON.stringify(problem)
  const headers = {
    ...challenge,
    'Content-Type': 'application/problem+json',
    'Content-Length': String(body.length),
  }
  return { status, headers, body, problem, challenge }
}

/** RFC 9457 section 3.1. Members without a value are left out. */
function problemOf(error: AuthError, described: Readonly<Record<string, unknown>>): ProblemDetails {
  const { status, error: code } = error
  const members = {
    type: 'about:blank',
    title: rowOf(error)?.title,
    status,
    error: code,
    ...described,
  }
  const stated = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.freeze(Object.fromEntries(stated)) as unknown as ProblemDetails
}

/**
 * RFC 6750 section 3: `error` and `error_description`, where the standard has a code for what
 * happened.
 */
export function errorParameters(refused: AuthError): Parameters {
  return parametersOf(refused, rowOf(refused))
}

/** The same where the option `tokenHeader` names the header that must hold the token. */
export function tokenHeaderParameters(refused: AuthError): Parameters {
  return parametersOf(refused, rowOf(refused, 'tokenHeader'))
}

function parametersOf(refused: AuthError, row: Row | undefined): Parameters {
  const description = row?.description
  return {
    ...(refused.error !== undefined && { error: refused.error }),
    ...(description !== undefined && { error_description: description }),
  }
}

/** RFC 9110 section 11.2: each parameter at most once, as a quoted string. */
function write(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(', ')
}

/**
 * The one way into a quoted string (RFC 9110 section 5.6.4). It removes whatever a header must not
 * hold.
 */
function quote(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`
}
