import type { Endpoint } from './endpoints.ts'

/** One request that reached the test issuer. */
export interface LoggedRequest {
  readonly endpoint: Endpoint
  readonly method: string
  readonly url: string
  /** Milliseconds since the epoch, by the issuer's clock. */
  readonly at: number
  readonly headers: Headers
}

/** All requests in the order of their arrival. Requests that failed are included. */
export interface RequestLog {
  readonly all: readonly LoggedRequest[]
  /** How many requests there were, to one endpoint or to all of them. Default: to all. */
  count(endpoint?: Endpoint): number
  /** Forgets all requests. */
  clear(): void
}

/** The log, and the function that adds to it. */
export interface RequestRecorder {
  readonly requests: RequestLog
  record(request: LoggedRequest): void
}

export function createRequestLog(): RequestRecorder {
  let recorded: LoggedRequest[] = []
  return {
    requests: {
      get all() {
        return Object.freeze([...recorded])
      },
      count: (endpoint) =>
        recorded.filter((request) => endpoint === undefined || request.endpoint === endpoint)
          .length,
      clear() {
        recorded = []
      },
    },
    record(request) {
      recorded.push(Object.freeze(request))
    },
  }
}
