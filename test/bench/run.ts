import type { Issuers } from './issuers.ts'
import type { Node } from './nodes.ts'
import type { Pace } from './pace.ts'
import type { GroupReport } from './report/goals.ts'

/** What every group is measured with. */
export interface Run {
  readonly nodes: readonly Node[]
  readonly pace: Pace
  readonly issuers: Issuers
  /** Only comparisons whose title contains this. Empty: all. */
  readonly only: string
}

export type Group = (run: Run) => Promise<GroupReport>
