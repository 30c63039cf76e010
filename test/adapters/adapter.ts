import type { RequestListener } from 'node:http'
import type { Auth, AuthError, Verifier, VerifierOptions } from 'tollgate'

/**
 * The requirements of a route, which every adapter can express. `check` is given the method of the
 * request; each adapter reads it from the request of its framework.
 */
export interface Route {
  scope?: string | readonly string[]
  anyScope?: readonly string[]
  role?: string | readonly string[]
  anyRole?: readonly string[]
  permission?: string | readonly string[]
  anyPermission?: readonly string[]
  claims?: Record<string, string | boolean | readonly string[]>
  actor?: boolean | readonly string[]
  check?: (auth: { subject: string }, request: { method: string }) => boolean | Promise<boolean>
  optional?: boolean
  /** The guard is made by a second `createAuth`, which has the options `other` of the setup. */
  by?: 'other'
}

type AuthOptions = (VerifierOptions | { verifier: Verifier }) & {
  realm?: string
  tokenHeader?: string
}

/** What code can know of the caller: by each `getAuth`, and by what is attached to the request. */
export interface Seen {
  /** By the `getAuth` of the first `createAuth`. */
  readonly auth: unknown
  /** By the `getAuth` of the second `createAuth`. */
  readonly other: unknown
  /** By the `getAuth` that the adapter exports. */
  readonly last: unknown
  readonly attached: unknown
}

export interface AdapterSetup {
  auth: AuthOptions
  /** The options of a second `createAuth` (`auth`). */
  other?: AuthOptions
  /**
   * The guards of each path, in order. Behind them, the path answers 200 with the attached Auth.
   */
  routes: Readonly<Record<string, readonly Route[]>>
  /**
   * What the hook does with a refusal. It calls `told` with the error, what code can know of the
   * caller then, and the request of the framework, and then passes the error to the framework,
   * continues with the next handler, throws an error of its own, answers 418 at once or later, or
   * forgets to do any of this.
   */
  onRefuse?: { told: (error: AuthError, seen: Seen, request: object) => void; then: HookEnd }
  /** Is told of a refusal as `onRefuse` is, and given the Auth of a good token. */
  onRefused?: (error: AuthError, seen: Seen, request: object, auth: Auth | undefined) => unknown
  /**
   * Called before the guards with the request of Node and the object that guards attach the Auth
   * to. Adapters of Hono and fetch have no such objects, and do not call it.
   */
  prepare?: (request: NodeRequest, target: object) => void
  /** Called behind the guards with what `getAuth` takes. The answer holds what it gives. */
  ask?: (request: never) => unknown
}

export type HookEnd = 'pass' | 'continue' | 'throw' | 'answer' | 'later' | 'forget'

/** The part of a Node request that tests change. */
export interface NodeRequest {
  readonly headers: object
  readonly rawHeaders: string[]
}

type GetAuth = (request: never, options: { optional: true }) => unknown

/** Makes the function that collects what code can know of the caller. */
export function collector(getAuths: Readonly<Record<'auth' | 'other' | 'last', GetAuth>>) {
  return (request: object, attached: unknown): Seen => {
    const read = (name: keyof typeof getAuths): unknown =>
      getAuths[name](request as never, { optional: true }) ?? null
    return {
      auth: read('auth'),
      other: read('other'),
      last: read('last'),
      attached: attached ?? null,
    }
  }
}

/** What the route of a test answers. */
export function found({ ask }: AdapterSetup, request: object, seen: Seen): object {
  return ask === undefined ? seen : { ...seen, asked: ask(request as never) }
}

/** Whether the adapter calls `prepare`. */
export const takesNodeRequests = ({ name }: Adapter): boolean => !/^(?:Hono|fetch)/.test(name)

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
  try {
    return await use({ call: callOf(served), served })
  } finally {
    await served.close()
  }
}

export function callOf(served: Served): Call {
  return async (path, headers = [], method = 'GET') => {
    const answer = await served.exchange(path, headers, method)
    const kept = compared.flatMap((name) => {
      const value = answer.headers[name]
      return value === undefined ? [] : [[name, value]]
    })
    return { ...answer, headers: Object.fromEntries(kept) }
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`]
