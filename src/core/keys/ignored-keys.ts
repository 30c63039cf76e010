import type { IssuerReport } from '../events.ts'
import { kidField } from '../events.ts'

export type OnIgnored = (kid: string | undefined, why: string) => void

/** Reports the members of one key set that are not used. */
export interface IgnoredKeys {
  readonly report: OnIgnored
  /** To be called when the whole set has been read. */
  finish(): void
}

/**
 * How many members of one set are reported one by one. A set of half a megabyte can have 170,000
 * that are no keys, and it is read every few minutes: as many events would fill the logs.
 */
const mostReported = 100

export function createIgnoredKeys({ issuer, emit }: IssuerReport): IgnoredKeys {
  let ignored = 0
  return {
    report(kid, why) {
      ignored++
      if (ignored <= mostReported) emit?.({ type: 'keys.ignored', issuer, ...kidField(kid), why })
    },
    finish() {
      const others = ignored - mostReported
      if (others <= 0) return
      emit?.({ type: 'keys.ignored', issuer, why: `${others} more, which are not reported singly` })
    },
  }
}
