import type { Answer, Outcome } from './answer.ts'
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
  endpointOf(request: ServiceRequest): Endpoint
  /** Records the request, and says how it ends. */
  respond(request: ServiceRequest): Outcome
  /** The same for an endpoint that is not of the service. Faults apply to it all the same. */
  respondBy(endpoint: Endpoint, request: ServiceRequest, answer: () => Answer): Outcome
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
  function respondBy(endpoint: Endpoint, request: ServiceRequest, answer: () => Answer): Outcome {
    record(endpoint, request)
    const published = keys.all.filter((key) => key.published)
    return outages.outcomeOf(endpoint, madeWhenRead(answer), published)
  }
  const endpointOf = (request: ServiceRequest) => endpoints.locate(request.location)
  return {
    origins: endpoints.origins,
    endpointOf,
    respond(request) {
      const endpoint = endpointOf(request)
      const { method, location } = request
      return respondBy(endpoint, request, () => endpoints.answer(endpoint, method, location))
    },
    respondBy,
    recordForeign: (request) => record('other', request),
  }
}

/**
 * An answer that is made when it is first read. A fault that puts another answer in its place leaves
 * the request without effect: a code or a refresh token can be sent once more after a 503.
 */
function madeWhenRead(make: () => Answer): Answer {
  let made: Answer | undefined
  function answer(): Answer {
    made ??= make()
    return made
  }
  return {
    get status() {
      return answer().status
    },
    get headers() {
      return answer().headers
    },
    get body() {
      return answer().body
    },
  }
}
