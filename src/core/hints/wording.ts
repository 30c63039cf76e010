import { printable } from '../events.ts'

/**
 * Says what was found and what was expected, for the developer alone. It may show `iss`, `aud`,
 * `typ`, `alg`, `kid`, names of scopes, roles, permissions, registered schemes and options, the
 * names of other claims, the path of a schema's issue, and durations. It never shows a token, a part
 * of one, or the value of another claim.
 */
export type MakeHint = () => string

/** Characters. */
const longestHint = 500

/**
 * The member `hint` of an event. A hint decides nothing, so nothing in it may change a decision.
 *
 * @param advise Gives what is added at the end, however long the rest is.
 */
export function hintField(
  make: MakeHint | undefined,
  advise: MakeHint = () => '',
): { readonly hint?: string } {
  try {
    if (make === undefined) return {}
    const advice = advise()
    return { hint: `${printable(make(), longestHint - advice.length)}${advice}` }
  } catch {
    return {}
  }
}

/** Text of a token, as a hint shows it: printable ASCII, at most 100 characters. */
export function quoted(text: string): string {
  return `'${printable(text, 100)}'`
}

/** Names that somebody else may have written: at most three, as `quoted` shows them. */
export function listed(texts: readonly string[], last: 'and' | 'or' = 'or'): string {
  const shown = texts.slice(0, 3).map(quoted)
  const more = texts.length - shown.length
  if (more > 0) return `${shown.join(', ')} (and ${more} more)`
  return shown.length < 2
    ? shown.join()
    : `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`
}

/** A duration, in whole seconds. */
export function duration(seconds: number): string {
  return `${Math.ceil(seconds)} s`
}

export function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`
}

/** Names the kind of a value from a token, and nothing of the value itself. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (value === '') return 'an empty string'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/**
 * Names what a token states where texts are expected: the texts, or else the kind of the value.
 * Only for what a hint may show.
 */
export function textsIn(value: unknown): string {
  if (typeof value === 'string' && value !== '') return quoted(value)
  if (!Array.isArray(value) || value.length === 0) return kindOf(value)
  const isList = value.every((one) => typeof one === 'string')
  return isList ? listed(value, 'and') : 'a list with a member that is no string'
}
