import { median, type Rounds, spread } from './statistics.ts'

/** Stands in a table where a contender cannot do what is measured. */
export const absent = '—'

/** Three significant digits, or all digits of a whole number that has more. */
export function digits(value: number): string {
  const magnitude = Math.floor(Math.log10(Math.abs(value) || 1))
  const decimals = Math.max(0, 2 - magnitude)
  return value.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(decimals, 3),
    maximumFractionDigits: Math.min(decimals, 3),
  })
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

export const times = (value: number): string => value.toFixed(2)

/** The median, and how far the rounds lie apart. */
export const withSpread = (rounds: Rounds, form = digits): string =>
  `${form(median(rounds))} ±${Math.round(100 * spread(rounds))} %`
