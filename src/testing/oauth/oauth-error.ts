import type { Answer } from '../answer.ts'
import { answerText } from '../answer.ts'

/**
 * A refusal in the words of OAuth 2.0 (RFC 6749 sections 4.1.2.1 and 5.2). Its description is
 * constant, so that nothing that a caller wrote comes back in it.
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: string,
    description: string,
    { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(description)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

export function invalidRequest(description: string): OAuthError {
  return new OAuthError('invalid_request', description)
}

export function invalidGrant(description: string): OAuthError {
  return new OAuthError('invalid_grant', description)
}

/** JSON that no cache may keep (RFC 6749 section 5.1). */
export function answerOAuth(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return answerText(status, JSON.stringify(body), {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    pragma: 'no-cache',
    ...headers,
  })
}

/** RFC 6749 section 5.2. */
export function answerError({ code, message, status, headers }: OAuthError): Answer {
  return answerOAuth(status, { error: code, error_description: message }, headers)
}
