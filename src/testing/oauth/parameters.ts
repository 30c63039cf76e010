import { invalidRequest } from './oauth-error.ts'

/** A request to an OAuth endpoint. */
export interface OAuthRequest {
  readonly method: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly body: string
}

/** The parameters of a request. One without a value counts as left out (RFC 6749 section 3.1). */
export interface Parameters {
  get(name: string): string | undefined
  /** @throws {OAuthError} `invalid_request` if the parameter is left out. */
  required(name: string): string
  all(name: string): readonly string[]
  readonly entries: readonly (readonly [name: string, value: string])[]
}

/** RFC 8707 section 2 and RFC 8693 section 2.1 allow several of these. */
const repeatable = ['resource', 'audience']

/** @throws {OAuthError} `invalid_request` if a parameter is there twice (RFC 6749 section 3.1). */
export function readParameters(search: URLSearchParams): Parameters {
  const entries = [...search].filter(([, value]) => value !== '')
  const all = (name: string): readonly string[] =>
    entries.filter(([each]) => each === name).map(([, value]) => value)
  const isTwice = entries.some(([name]) => !repeatable.includes(name) && all(name).length > 1)
  if (isTwice) throw invalidRequest('A parameter must not be given more than once.')
  return {
    entries,
    all,
    get: (name) => all(name)[0],
    required(name) {
      const [value] = all(name)
      if (value === undefined) throw invalidRequest(`The parameter ${name} is missing.`)
      return value
    },
  }
}

/**
 * The parameters in the body of a request. Those in the query are not read, because URLs are logged
 * (RFC 6749 section 2.3.1).
 */
export function readForm({ headers, body }: OAuthRequest): Parameters {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw invalidRequest('The body must be a form: application/x-www-form-urlencoded, not JSON.')
  }
  return readParameters(new URLSearchParams(body))
}

/** Parameters in the query of a GET, or in the form of a POST (OpenID Connect Core 3.1.2.1). */
export function readQueryOrForm(request: OAuthRequest): Parameters {
  return request.method === 'POST' ? readForm(request) : readParameters(request.query)
}
