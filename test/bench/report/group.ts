import type { Pace } from '../pace.ts'

/** A limit, and the value that a run measured for it. */
export interface Target {
  readonly what: string
  readonly limit: number
  /** Whether the value should be below the limit or above it. */
  readonly side: 'at most' | 'at least'
  readonly unit: '×' | 'µs'
  readonly measured: number
  /** Which of several measurements gave the value: the worst one did. */
  readonly where: string
}

/** The results of a group, as they are printed. */
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

/** A target of several measurements, of which the worst one decides. */
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
