import type { RequestListener } from 'node:http'
import type { AuthError, VerifierOptions } from 'tollgate'

/**
 * The requirements of a route, which every adapter can express. `check` is given the method of the
 * request; each adapter reads it from the request of its framework.
 */
export interface Route {
  scope?: string | readonly string[]
  anyScope?: readonly string[]
  check?: (auth: { subject: string }, request: { method: string }) => boolean | Promise<boolean>
  optional?: boolean
}

export interface AdapterSetup {
  auth: VerifierOptions & { realm?: string }
  /**
   * The guards of each path, in order. Behind them, the path answers 200 with the attached Auth.
   */
  routes: Readonly<Record<string, readonly Route[]>>
  /**
   * What the hook does with a refusal. It calls `told`, and then passes the error to the framework,
   * continues with the next handler, throws an error of its own, or answers 418.
   */
  onRefuse?: { told: (error: AuthError) => void; then: 'pass' | 'continue' | 'throw' | 'answer' }
}

/** One framework in one version, and one way to send requests to it. */
export interface Adapter {
  readonly name: string
  open(setup: AdapterSetup): Promise<Served>
  /** The listener of an adapter that Node's HTTP server calls. */
  readonly listener?: (setup: AdapterSetup) => RequestListener | Promise<RequestListener>
}

export type Headers = readonly (readonly [string, string])[]

export interface Served {
  /** Sends the headers as they are listed. A name may appear twice. */
  exchange(path: string, headers: Headers, method: string): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The headers that are the same in every adapter, as are status and body. */
const compared = [
  'content-type',
  'content-length',
  'cache-control',
  'www-authenticate',
  'retry-after',
]

/** Sends a request, and gives the part of the answer that is the same in every adapter. */
export type Call = (path: string, headers?: Headers, method?: string) => Promise<Answer>

/** Opens an adapter, calls a function with it, and closes the adapter. */
export async function through<T>(
  adapter: Adapter,
  setup: AdapterSetup,
  use: (served: { call: Call; served: Served }) => Promise<T>,
): Promise<T> {
  const served = await adapter.open(setup)
  const call: Call = async (path, headers = [], method = 'GET') => {
    const answer = await served.exchange(path, headers, method)
    const kept = compared.flatMap((name) => {
      const value = answer.headers[name]
      return value === undefined ? [] : [[name, value]]
    })
    return { ...answer, headers: Object.fromEntries(kept) }
  }
  try {
    return await use({ call, served })
  } finally {
    await served.close()
  }
}

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`]
