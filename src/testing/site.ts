import type { Outcome } from './answer.ts'
import type { Endpoints } from './endpoints.ts'
import type { KeyRing } from './keys.ts'
import type { Outages } from './outages.ts'
import type { RequestRecorder } from './requests.ts'

/** A request, as far as an issuer looks at it. */
export interface SiteRequest {
  readonly method: string
  readonly url: string
  readonly pathname: string
  readonly headers: Headers
}

/** The issuer as a web site: what its two transports serve. */
export interface Site {
  readonly origin: string
  /** Notes the request in the log, and says what becomes of it. */
  respond(request: SiteRequest): Outcome
  /** Notes a request that went to another origin. */
  noteStray(request: SiteRequest): void
}

interface Parts {
  readonly endpoints: Endpoints
  readonly keys: KeyRing
  readonly outages: Outages
  readonly recorder: RequestRecorder
  readonly now: () => number
}

export function createSite({ endpoints, keys, outages, recorder, now }: Parts): Site {
  function note(endpoint: ReturnType<Endpoints['locate']>, request: SiteRequest): void {
    const { method, url, headers } = request
    recorder.record({ endpoint, method, url, at: now(), headers })
  }
  return {
    origin: endpoints.origin,
    respond(request) {
      const endpoint = endpoints.locate(request.pathname)
      note(endpoint, request)
      const answer = endpoints.answer(endpoint, request.method)
      return outages.pass(
        endpoint,
        answer,
        keys.all.filter((key) => key.published),
      )
    },
    noteStray: (request) => note('other', request),
  }
}
