import type { RequestParts } from '../cases/case.ts'

/** The request that passes with the good token, without its token. */
export interface RequestTemplate {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** One complete request. */
export interface OutgoingRequest {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | undefined
}

/** What the app answered. The status is 0 if there was no HTTP answer. */
export interface Reply {
  readonly status: number
  /** Names are in lower case. Several values of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Why there is no answer. 'impossible': this kind of app cannot receive such a request. */
  readonly failure?: 'hung' | 'broken' | 'impossible'
  readonly why?: string
}

/** Sends requests to the app under test. */
export interface Connection {
  /** Never rejects: a failure is a reply, too, because it is a result of the test. */
  send(request: OutgoingRequest): Promise<Reply>
  close(): Promise<void>
}

/** The reply that stands for a missing answer. */
export function failedReply(failure: NonNullable<Reply['failure']>, why: string): Reply {
  return { status: 0, headers: {}, body: '', failure, why }
}

/** The content type of a form (RFC 6750 section 2.2). */
const formType = 'application/x-www-form-urlencoded'

/** The template with these parts added. A form replaces the body. */
export function buildRequest(
  template: RequestTemplate,
  { headers, query, form }: RequestParts,
): OutgoingRequest {
  const others = Object.entries(template.headers).filter(
    ([name]) => form === undefined || name.toLowerCase() !== 'content-type',
  )
  const separator = template.path.includes('?') ? '&' : '?'
  return {
    method: template.method,
    path: query === undefined ? template.path : `${template.path}${separator}${query}`,
    headers: [
      ...others,
      ...headers,
      ...(form === undefined ? [] : [['content-type', formType] as const]),
    ],
    body: form ?? template.body,
  }
}

/** The template with a Bearer token in its Authorization header. */
export function bearerRequest(template: RequestTemplate, token: string): OutgoingRequest {
  return buildRequest(template, { headers: [['authorization', `Bearer ${token}`]] })
}
