import type { Outcome } from './answer.ts'
import type { Endpoint, Endpoints } from './endpoints.ts'
import type { KeyRing } from './keys.ts'
import type { Outages } from './outages.ts'
import type { RequestRecorder } from './requests.ts'

/** The parts of a request that the issuer looks at. */
export interface ServiceRequest {
  readonly method: string
  readonly url: string
  /** The URL without its query. */
  readonly location: string
  readonly headers: Headers
}

/** The web service of the issuer. The in-process fetch and the HTTP server both call it. */
export interface IssuerService {
  /** The origins that it answers for. */
  readonly origins: readonly string[]
  /** Records the request, and says how it ends. */
  respond(request: ServiceRequest): Outcome
  /** Records a request to another origin. */
  recordForeign(request: ServiceRequest): void
}

interface Parts {
  readonly endpoints: Endpoints
  readonly keys: KeyRing
  readonly outages: Outages
  readonly recorder: RequestRecorder
  readonly now: () => number
}

export function createService({ endpoints, keys, outages, recorder, now }: Parts): IssuerService {
  function record(endpoint: Endpoint, request: ServiceRequest): void {
    const { method, url, headers } = request
    recorder.record({ endpoint, method, url, at: now(), headers })
  }
  return {
    origins: endpoints.origins,
    respond(request) {
      const endpoint = endpoints.locate(request.location)
      record(endpoint, request)
      const answer = endpoints.answer(endpoint, request.method)
      const published = keys.all.filter((key) => key.published)
      return outages.outcomeOf(endpoint, answer, published)
    },
    recordForeign: (request) => record('other', request),
  }
}
