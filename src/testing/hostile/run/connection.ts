import type { Carriage } from '../cases/case.ts'

/** The request that the good token passes with. */
export interface Base {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** One request, whole. */
export interface Shipment {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string | undefined
}

/** What came back; status 0 if nothing that is HTTP did. */
export interface Reply {
  readonly status: number
  /** Names in lower case; the values of one name are joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What happened instead of an answer. */
  readonly failure?: 'hung' | 'broken' | 'impossible'
  readonly why?: string
}

/** A way to the code under test. */
export interface Connection {
  /** Never rejects: what goes wrong is a reply too. */
  send(shipment: Shipment): Promise<Reply>
  close(): Promise<void>
}

export function failed(failure: NonNullable<Reply['failure']>, why: string): Reply {
  return {
    status: 0,
    headers: {},
    body: '',
    failure,
    why,
  }
}

const form = 'application/x-www-form-urlencoded'

/** The good request with another carriage of the token; a form takes the place of the body. */
export function load(base: Base, { headers, query, form: text }: Carriage): Shipment {
  const others = Object.entries(base.headers).filter(
    ([name]) => text === undefined || name.toLowerCase() !== 'content-type',
  )
  const separator = base.path.includes('?') ? '&' : '?'
  return {
    method: base.method,
    path: query === undefined ? base.path : `${base.path}${separator}${query}`,
    headers: [
      ...others,
      ...headers,
      ...(text === undefined ? [] : [['content-type', form] as const]),
    ],
    body: text ?? base.body,
  }
}
