import type { Endpoint } from './endpoints.ts'
import { checkEndpoint } from './endpoints.ts'

/** One request that reached the test issuer. */
export interface LoggedRequest {
  readonly endpoint: Endpoint
  readonly method: string
  readonly url: string
  /** Milliseconds since the epoch, by the issuer's clock. */
  readonly at: number
  readonly headers: Headers
}

/**
 * All requests in the order of their arrival. Requests that failed are included. The issuer of the
 * command line runs for long, and keeps the latest 1,000 alone; it counts all of them.
 */
export interface RequestLog {
  readonly all: readonly LoggedRequest[]
  /**
   * How many requests there were, to one endpoint, or to all of them: '*'. Default: to all.
   *
   * @throws {TypeError} for an endpoint that does not exist.
   */
  count(endpoint?: Endpoint | '*'): number
  /** Forgets all requests. */
  clear(): void
}

/** The log, and the function that adds to it. */
export interface RequestRecorder {
  readonly requests: RequestLog
  record(request: LoggedRequest): void
}

/** @param most How many requests are kept. The oldest ones go. Default: all are kept. */
export function createRequestLog(most: number = Number.POSITIVE_INFINITY): RequestRecorder {
  let recorded: LoggedRequest[] = []
  // Counted on their own: a request counts also when it is not kept any more.
  const counts = new Map<Endpoint, number>()
  return {
    requests: {
      get all() {
        return Object.freeze(recorded.slice(-most))
      },
      count(endpoint = '*') {
        checkEndpoint('issuer.requests.count', endpoint)
        if (endpoint !== '*') return counts.get(endpoint) ?? 0
        return [...counts.values()].reduce((sum, count) => sum + count, 0)
      },
      clear() {
        recorded = []
        counts.clear()
      },
    },
    record(request) {
      recorded.push(Object.freeze(request))
      counts.set(request.endpoint, (counts.get(request.endpoint) ?? 0) + 1)
      // In portions, so that not every request moves all that are kept.
      if (recorded.length >= 2 * most) recorded = recorded.slice(-most)
    },
  }
}
