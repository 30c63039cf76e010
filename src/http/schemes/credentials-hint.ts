import type { Reason } from '../../core/errors.ts'
import type { RequestHead } from '../request-head.ts'
import type { Scheme } from './scheme.ts'

/** About a request in which no scheme has found the one well-formed credential. */
export function credentialsHint(
  reason: Reason,
  head: RequestHead,
  [scheme]: readonly Scheme[],
): string {
  if (reason === 'no-credentials' && isPreflight(head)) {
    return 'this is a CORS preflight (OPTIONS with Access-Control-Request-Method), which never carries a token: put cors() before the guard, so that it answers such requests'
  }
  return scheme?.hint(reason, head) ?? ''
}

/** A browser asks so before it sends a request of another origin (Fetch standard, CORS-preflight). */
function isPreflight(head: RequestHead): boolean {
  return (
    head.method === 'OPTIONS' &&
    typeof textIn(head, 'origin') === 'string' &&
    typeof textIn(head, 'access-control-request-method') === 'string'
  )
}

/** A header for a hint: its text, undefined if it is absent, or null if it holds something else. */
export function textIn({ header }: RequestHead, name: string): string | undefined | null {
  try {
    return header(name)
  } catch {
    return null
  }
}

/** Why a text is no token68 (RFC 9110 section 11.2), by the kind of character that it holds. */
export function tokenFlaw(text: string): string {
  if (/^(?:[<{[$]|%[^%]*%$)/.test(text)) {
    return 'it looks like a placeholder that nobody filled in, or like an object'
  }
  if (/^["'`]|["'`]$/.test(text)) return 'it is in quotes: remove them'
  if (/\s/.test(text)) return 'there is a space or a line break in it: remove it'
  if (text.includes('%')) return 'it holds a percent sign: send it as it is, not encoded for a URL'
  return 'it holds a character that no token has (RFC 9110 section 11.2)'
}
