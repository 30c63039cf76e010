import type { Reason } from '../core/errors.ts'
import { printable } from '../core/events.ts'
import type { RequestHead } from './request-head.ts'
import type { Scheme } from './schemes/scheme.ts'

/**
 * Says what was found and what was expected, for the developer alone: the names of registered
 * schemes, of scopes and of options, and never a token or a part of one.
 */
export type MakeHint = () => string

/** Characters. */
const longestHint = 500

/** The member `hint` of an event. A hint decides nothing, so nothing in it may change a decision. */
export function hintField(make: MakeHint | undefined): { readonly hint?: string } {
  try {
    return make === undefined ? {} : { hint: printable(make(), longestHint) }
  } catch {
    return {}
  }
}

/** Names that somebody else may have written: at most three, printable ASCII, and cut. */
export function listed(names: readonly string[], last: 'and' | 'or'): string {
  const shown = names.slice(0, 3).map((name) => `'${printable(name, 100)}'`)
  const more = names.length - shown.length
  if (more > 0) return `${shown.join(', ')} (and ${more} more)`
  return shown.length < 2
    ? shown.join()
    : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`
}

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
