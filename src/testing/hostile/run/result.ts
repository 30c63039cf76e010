import type { HostileId, HostileLevel } from '../cases/case.ts'
import type { HostileVerdict } from './verdict.ts'
import { isFailure } from './verdict.ts'

/** The result of one case. */
export interface HostileResult {
  readonly id: HostileId
  readonly level: HostileLevel
  readonly verdict: HostileVerdict
  /** The status of the answer, or 0 if there was none. */
  readonly status: number
  /** What is wrong with the token, and what is wrong with the answer if anything is. */
  readonly why: string
  /** Standards, CVEs and tools that describe the attack. */
  readonly refs: readonly string[]
}

/** The results that a run must not have. */
export function failuresIn(results: readonly HostileResult[]): readonly HostileResult[] {
  return results.filter((result) => isFailure(result, result.verdict))
}
