import { wrongUsage } from './failure.ts'
import { escaped } from './io.ts'

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const
type Unit = keyof typeof units

/** A duration such as `90`, `90s`, `5m`, `1h` or `30d`, in seconds. */
export function readDuration(flag: string, text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,9})([smhd])?$/.exec(text) ?? []
  if (digits !== undefined) return Number(digits) * units[unit as Unit]
  return wrongUsage(`flag '--${flag}' is '${escaped(text, 60)}': write 90s, 5m, 1h or 30d`)
}

/** A number of seconds for people, in the largest unit that leaves at least two of it. */
export function inWords(seconds: number): string {
  const [, size = 1, name = 'second'] =
    (
      [
        [2 * 86_400, 86_400, 'day'],
        [2 * 3600, 3600, 'hour'],
        [2 * 60, 60, 'minute'],
      ] as const
    ).find(([least]) => seconds >= least) ?? []
  const count = Math.floor(seconds / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
