import { printable } from '../core/events.ts'

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
