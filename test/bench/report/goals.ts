import type { Node } from '../nodes.ts'
import { absent, digits } from './numbers.ts'
import { table } from './table.ts'

/** A goal, and what a run measured for it. */
export interface Goal {
  readonly what: string
  readonly limit: number
  readonly side?: 'at least' | 'at most'
  readonly unit: '×' | 'µs' | 'ms'
  /** By the name of the Node. Undefined if it was not measured. */
  measured(node: string): number | undefined
}

/** The results of a group, as they are printed. */
export interface GroupReport {
  readonly title: string
  /** Paragraphs, lists and tables in Markdown. */
  readonly body: readonly string[]
  readonly goals: readonly Goal[]
  /** Rows of the short table of the README: what, and a cell for each Node. */
  readonly short: readonly (readonly string[])[]
}

export function goalTable(goals: readonly Goal[], nodes: readonly Node[]): string {
  return table(
    ['', 'goal', ...nodes.map(({ name }) => name), 'reached'],
    goals.map((goal) => {
      const measured = nodes.map(({ name }) => goal.measured(name))
      return [
        goal.what,
        `${goal.side === 'at least' ? '≥' : '≤'} ${goal.limit} ${goal.unit}`,
        ...measured.map((value) => (value === undefined ? absent : digits(value))),
        verdict(goal, measured, nodes),
      ]
    }),
  )
}

function verdict(
  { limit, side }: Goal,
  measured: readonly (number | undefined)[],
  nodes: readonly Node[],
): string {
  if (measured.includes(undefined)) return 'not measured'
  const reached = nodes.filter((_, i) => {
    const value = measured[i] as number
    return side === 'at least' ? value >= limit : value <= limit
  })
  if (reached.length === nodes.length) return 'yes'
  return reached.length === 0 ? 'no' : `${reached.map(({ name }) => name).join(', ')} only`
}
