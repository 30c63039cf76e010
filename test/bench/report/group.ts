import type { Pace } from '../pace.ts'

/** A limit of DESIGN.md section 5, and what was measured for it. Never typed in. */
export interface Target {
  readonly what: string
  readonly limit: number
  /** Which side of the limit is good. */
  readonly side: 'at most' | 'at least'
  readonly unit: '×' | 'µs'
  readonly measured: number
  /** Which of several measurements it is: the worst one. */
  readonly where: string
}

/** What a group found, as it is printed. */
export interface GroupReport {
  readonly title: string
  /** Paragraphs, lists and tables in Markdown. */
  readonly body: readonly string[]
  readonly targets: readonly Target[]
}

export interface Group {
  measure(pace: Pace): Promise<GroupReport>
}

interface Measured {
  readonly where: string
  readonly measured: number
}

/** A target of several measurements: the worst of them decides. */
export function worst(
  target: Omit<Target, 'measured' | 'where'>,
  measurements: readonly Measured[],
): Target {
  const bad = target.side === 'at most' ? 1 : -1
  const [first] = measurements.toSorted((a, b) => bad * (b.measured - a.measured))
  if (first === undefined) throw new Error(`Nothing was measured for: ${target.what}`)
  return { ...target, ...first }
}

export const isReached = ({ side, measured, limit }: Target): boolean =>
  side === 'at most' ? measured <= limit : measured >= limit
