import type { AuthError } from '../core/errors.ts'
import { answerWith } from '../core/errors.ts'

/** An answer that refuses a request, ready to be written: the same at every adapter. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface Row {
  readonly title: string
  readonly description?: string
}

/** The table of answers: RFC 6750 section 3.1. Every text is constant, so no caller reads back what a caller wrote. */
const rows: Readonly<Record<string, Row>> = {
  '401': { title: 'Unauthorized' },
  '400 invalid_request': {
    title: 'Bad Request',
    description: 'The request must carry one well-formed access token in the Authorization header.',
  },
  '401 invalid_token': {
    title: 'Unauthorized',
    description: 'The access token is not valid for this resource.',
  },
  '403 insufficient_scope': {
    title: 'Forbidden',
    description: 'The access token does not have the required scope.',
  },
  '503': { title: 'Service Unavailable' },
}

/** The answer to a request that was refused with this error; `scopes` are those that its route needs. */
export function refusalOf(error: AuthError, realm: string, scopes: readonly string[]): Refusal {
  const { status, error: code } = error
  const row = rows[code === undefined ? String(status) : `${status} ${code}`]
  const scope = namesScope(error) && scopes.length > 0 ? scopes.join(' ') : undefined
  const challenge = bearerChallenge({
    realm,
    scope,
    error: code,
    error_description: row?.description,
  })
  const answer = {
    // 503 says nothing against the token: a challenge would make clients throw good ones away.
    ...(status !== 503 && { 'WWW-Authenticate': challenge }),
    'Cache-Control': 'no-store',
    ...error.headers,
  }
  answerWith(error, answer)
  const body = JSON.stringify({
    type: 'about:blank',
    title: row?.title,
    status,
    error: code,
    error_description: row?.description,
    scope,
  })
  const headers = {
    ...answer,
    'Content-Type': 'application/problem+json',
    'Content-Length': String(body.length),
  }
  return { status, headers, body }
}

/** A failed `check` is not mended by a scope. */
function namesScope({ status, reason }: AuthError): boolean {
  return status === 401 || (status === 403 && reason !== 'check')
}

/** RFC 6750 section 3, RFC 9110 section 11.6.1: one challenge, at least one parameter, each at most once. */
function bearerChallenge(parameters: Readonly<Record<string, string | undefined>>): string {
  const stated = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${quote(value)}`,
  )
  return `Bearer ${stated.join(', ')}`
}

/** The one way into a quoted string (RFC 9110 section 5.6.4). What a header must not hold cannot get through. */
function quote(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`
}
