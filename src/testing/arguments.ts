import { isPlainObject, kindOf, knownOptions, wrongOption } from '../core/option-checks.ts'

/**
 * The value, if it is a plain object. A text or a Promise would be spread to nothing, and the test
 * would run without what it was given.
 *
 * @param example What to write instead.
 */
export function plainObject<T extends object>(what: string, value: T, example: string): T {
  if (isPlainObject(value)) return value
  return wrongOption(what, `must be a plain object, not ${kindOf(value)}; write ${example}`)
}

/** Options that are a plain object with known names alone. */
export function checkOptions(
  what: string,
  options: object,
  known: Readonly<Record<string, unknown>>,
  example: string,
  elsewhere?: Readonly<Record<string, string>>,
): void {
  knownOptions(what, plainObject(what, options, example), known, elsewhere)
}
