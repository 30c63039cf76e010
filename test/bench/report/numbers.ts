/** Stands in a table where nothing was measured. */
export const absent = '—'

/** Three significant digits, or all digits of a whole number that has more. */
export function digits(value: number | undefined): string {
  if (value === undefined) return absent
  const magnitude = Math.floor(Math.log10(Math.abs(value) || 1))
  const decimals = Math.min(Math.max(0, 2 - magnitude), 3)
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
