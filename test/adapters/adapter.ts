import type { RequestListener } from 'node:http'
import type { AuthError, VerifierOptions } from 'tollgate'

/** What a test may ask of any adapter. `check` sees the request's method, in whatever form the framework has it. */
export interface Route {
  scope?: string | readonly string[]
  anyScope?: readonly string[]
  check?: (auth: { subject: string }, request: { method: string }) => boolean | Promise<boolean>
  optional?: boolean
}

export interface AdapterSetup {
  auth: VerifierOptions & { realm?: string }
  /** Guards by path, in order; each answers 200 with what it attached. */
  routes: Readonly<Record<string, readonly Route[]>>
  /** How a refusal is handled instead: told here, then passed on to the framework, thrown, or answered 418. */
  onRefuse?: { told: (error: AuthError) => void; then: 'pass' | 'continue' | 'throw' | 'answer' }
}

/** One framework in one version, on one way in. */
export interface Adapter {
  readonly name: string
  open(setup: AdapterSetup): Promise<Served>
  /** For adapters that Node's HTTP server calls. */
  readonly listener?: (setup: AdapterSetup) => RequestListener | Promise<RequestListener>
}

export type Headers = readonly (readonly [string, string])[]

export interface Served {
  /** Headers are sent as they are listed: a name may come twice. */
  exchange(path: string, headers: Headers, method: string): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What DESIGN.md calls the same at every adapter, beside status and body. */
const compared = [
  'content-type',
  'content-length',
  'cache-control',
  'www-authenticate',
  'retry-after',
]

/** Gives what is the same at every adapter. */
export type Call = (path: string, headers?: Headers, method?: string) => Promise<Answer>

/** Opens an adapter for as long as a function takes. */
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
