import { kindOf, knownOptions, wrongOption } from '../option-checks.ts'
import type { Mark } from './marks.ts'

/** A member of an option, as messages name it: `option 'profile.types'`. */
export function inside(option: string, name: string): string {
  return option.endsWith("'") ? `${option.slice(0, -1)}.${name}'` : `${option}.${name}`
}

const knownMark = { claim: true, is: true, not: true, prefixed: true } as const satisfies Record<
  keyof Mark,
  true
>

/** A mark, checked and copied. */
export function readMark(option: string, value: unknown): Mark {
  const { claim, is, not, prefixed } = knownOptions(option, value, knownMark)
  const given = [is, not, prefixed].filter((one) => one !== undefined)
  if (given.length > 1) wrongOption(option, "must have only one of 'is', 'not' and 'prefixed'")
  return Object.freeze({
    claim: readName(inside(option, 'claim'), claim),
    ...(is !== undefined && { is: readStrings(inside(option, 'is'), is) }),
    ...(not !== undefined && { not: readStrings(inside(option, 'not'), not) }),
    ...(prefixed !== undefined && { prefixed: readPrefixed(inside(option, 'prefixed'), prefixed) }),
  })
}

function readPrefixed(option: string, value: unknown): NonNullable<Mark['prefixed']> {
  const { prefix, claim } = knownOptions(option, value, { prefix: true, claim: true })
  return Object.freeze({
    prefix: readName(inside(option, 'prefix'), prefix),
    claim: readName(inside(option, 'claim'), claim),
  })
}

function readStrings(option: string, value: unknown): readonly string[] {
  return readNames(option, typeof value === 'string' ? [value] : value)
}

/** A non-empty list of non-empty texts, copied. */
export function readNames(option: string, value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) {
    wrongOption(option, `must be a non-empty array of strings, not ${kindOf(value)}`)
  }
  return Object.freeze(value.map((one) => readName(option, one)))
}

export function readName(option: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    wrongOption(option, `must be a non-empty string, not ${kindOf(value)}`)
  }
  return value
}
