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

/** The requests so far, in the order of their arrival; refused and broken ones too. */
export interface RequestLog {
  readonly all: readonly LoggedRequest[]
  /** How many requests there were (of one endpoint). */
  count(endpoint?: Endpoint): number
  clear(): void
}

export interface RequestRecorder {
  readonly requests: RequestLog
  record(request: LoggedRequest): void
}

export function createRequestLog(): RequestRecorder {
  let seen: LoggedRequest[] = []
  return {
    requests: {
      get all() {
        return Object.freeze([...seen])
      },
      count: (endpoint) =>
        seen.filter((request) => endpoint === undefined || request.endpoint === endpoint).length,
      clear() {
        seen = []
      },
    },
    record(request) {
      seen.push(Object.freeze(request))
    },
  }
}
