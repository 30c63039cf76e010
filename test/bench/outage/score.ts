import type { Fetches } from './issuer.ts'
import type { Scenario } from './scenario.ts'
import { isWithin } from './scenario.ts'

export interface Score {
  /** Good requests that were played. */
  readonly sent: number
  readonly refused: number
  /** How many of them were refused with which status. */
  readonly statuses: Readonly<Record<number, number>>
  readonly refusedDuringFlood: number
  /** Seconds between the first and the last of a series of good requests that were all refused. */
  readonly longestRefusal: number
  /**
   * Seconds from the return of the issuer to the first time that a token of the new key was
   * accepted.
   */
  readonly newKeyAfter: number | undefined
  readonly fetches: Fetches
  readonly fetchesDuringFlood: number
}

export type CallScore = Omit<Score, 'fetches' | 'fetchesDuringFlood'>

export interface ScoreKeeper {
  /**
   * Notes that a good request was sent. The function that it returns takes the answer and its time.
   */
  sent(time: number, key: 'old' | 'new'): (status: number, answeredAt: number) => void
  score(): CallScore
}

interface GoodRequest {
  readonly time: number
  status: number
}

export function createScoreKeeper({ outage, flood }: Scenario): ScoreKeeper {
  const requests: GoodRequest[] = []
  let newKeyAt: number | undefined

  return {
    sent(time, key) {
      const request: GoodRequest = { time, status: 0 }
      requests.push(request)
      return (status, answeredAt) => {
        request.status = status
        if (key === 'new' && status === 200) newKeyAt ??= answeredAt
        if (status !== 200 && time < outage.from) {
          throw new Error(
            `A good request got ${status} before the outage: the guard is set up wrongly`,
          )
        }
      }
    },
    score() {
      const refused = requests.filter(({ status }) => status !== 200)
      return {
        sent: requests.length,
        refused: refused.length,
        statuses: countStatuses(refused),
        refusedDuringFlood: refused.filter(({ time }) => isWithin(flood, time)).length,
        longestRefusal: longestRefusal(requests),
        newKeyAfter: newKeyAt === undefined ? undefined : newKeyAt - outage.to,
      }
    },
  }
}

function countStatuses(requests: readonly GoodRequest[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of requests) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function longestRefusal(requests: readonly GoodRequest[]): number {
  let longest = 0
  let since: number | undefined
  for (const { time, status } of requests) {
    if (status === 200) {
      since = undefined
    } else {
      since ??= time
      longest = Math.max(longest, time - since)
    }
  }
  return longest
}
