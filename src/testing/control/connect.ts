import { kindOf, wrongOption } from '../../core/option-checks.ts'
import { checkOptions } from '../arguments.ts'
import type { BadTokens } from '../bad.ts'
import type { Claims } from '../claims.ts'
import type { Endpoint } from '../endpoints.ts'
import type { Fault } from '../fault.ts'
import { isFault } from '../fault.ts'
import type { HostileId } from '../hostile/cases/case.ts'
import type { RotateOptions } from '../keys.ts'
import type { FailOptions } from '../outages.ts'
import { checkFailOptions } from '../outages.ts'
import type { Ask } from './ask.ts'
import { createAsk } from './ask.ts'
import { recipeOf } from './fault-recipe.ts'
import type { RemoteMintOptions } from './mint-request.ts'
import { badTokens, withoutIn } from './mint-request.ts'
import type { RemoteRequest, RequestList } from './protocol.ts'
import { controlPath, isIntroduction } from './protocol.ts'

/** Options of `connectTestIssuer`. */
export interface ConnectOptions {
  /**
   * The control token that the issuer wants: the variable TOLLGATE_CONTROL_TOKEN that `tollgate
   * issuer` prints where it listens on more than loopback, or that of `serveTestIssuer({ control })`.
   * Default: none.
   */
  controlToken?: string
}

/** The clock of an issuer in another process. An app of a third process has its own. */
export interface RemoteClock {
  /** Moves the clock forward by seconds. A negative number moves it back. */
  advance(seconds: number): Promise<void>
  /** Sets the clock to milliseconds since the epoch or a Date. It keeps ticking unless frozen. */
  set(time: number | Date): Promise<void>
  /** Stops the clock at milliseconds since the epoch or at a Date (the present moment). */
  freeze(time?: number | Date): Promise<void>
  /** Goes back to the base clock, ticking. */
  reset(): Promise<void>
}

/** The functions of `issuer.bad` of an issuer in another process. */
export type RemoteBadTokens = {
  readonly [Name in Exclude<keyof BadTokens, 'refreshToken' | 'logoutToken'>]: (
    claims?: Claims,
  ) => Promise<string>
}

/**
 * A test issuer in another process. Every function rejects with a TypeError for what the issuer
 * refuses, and with an Error if it does not answer.
 */
export interface RemoteTestIssuer {
  /** The issuer identifier: the `iss` of its tokens. */
  readonly url: string
  readonly audience: string | readonly string[]
  readonly clock: RemoteClock
  readonly bad: RemoteBadTokens
  /** A signed access token, as `mint` of a test issuer in this process gives it. */
  mint(claims?: Claims, options?: RemoteMintOptions): Promise<string>
  /**
   * The token of one case of the hostile catalogue. What else the request of the case has, such as a
   * second header, is not in it.
   */
  hostile(id: HostileId, claims?: Claims): Promise<string>
  /** Changes the signing key, as `keys.rotate` does. */
  rotate(options?: RotateOptions): Promise<{ kid: string }>
  /** Takes a key out of the JWKS, as `keys.retire` does. */
  retire(kid: string): Promise<void>
  /** Makes an endpoint fail until the result is disposed of. '*' stands for every endpoint. */
  fail(endpoint: Endpoint | '*', fault: Fault, options?: FailOptions): Promise<AsyncDisposable>
  /** All requests to the issuer in the order of their arrival, without those of this object. */
  requests(): Promise<readonly RemoteRequest[]>
  /**
   * Restores the first keys, removes all faults, empties the log, and resets the clock. It forgets
   * what was issued by the OAuth endpoints.
   */
  reset(): Promise<void>
}

/**
 * Connects to `npx tollgate issuer` or to `serveTestIssuer()` in another process, so that tests can
 * mint tokens there, rotate keys and make endpoints fail.
 *
 * @param url Where it listens: its URL, or the variable TOLLGATE_CONTROL_URL that `tollgate issuer`
 *   prints. Only the origin counts.
 * @throws {TypeError} for a wrong option. Rejects with an Error if no test issuer answers there, or
 *   if it wants a control token.
 */
export async function connectTestIssuer(
  url: string,
  options: ConnectOptions = {},
): Promise<RemoteTestIssuer> {
  const example = "connectTestIssuer('http://localhost:4400', { controlToken: '…' })"
  const elsewhere = { token: "the option is named 'controlToken'" }
  const known = { controlToken: true } as const satisfies Record<keyof ConnectOptions, true>
  checkOptions('the options of connectTestIssuer', options, known, example, elsewhere)
  const { controlToken: token } = options
  if (token !== undefined && (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token))) {
    wrongOption(
      "option 'controlToken' of connectTestIssuer",
      'must be the control token, as it is printed',
    )
  }
  const base = `${originOf(url)}${controlPath}`
  const ask = createAsk(base, token, (...request) => globalThis.fetch(...request))
  const { status, body } = await ask('GET', '/health')
  if (status === 401) {
    throw new Error(
      `tollgate: the test issuer at ${base} wants its control token: give it as the option 'controlToken'`,
    )
  }
  if (!isIntroduction(body)) {
    throw new Error(
      `tollgate: no test issuer answers at ${base}: start it with 'npx tollgate issuer' or serveTestIssuer()`,
    )
  }
  return createRemoteIssuer(body, base, ask)
}

function originOf(url: unknown): string {
  if (typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)) {
    return new URL(url).origin
  }
  const fix = 'must be the http or https URL of a running test issuer'
  return wrongOption("argument 'url' of connectTestIssuer", `${fix}, not ${kindOf(url)}`)
}

function createRemoteIssuer(
  { issuer, audience }: Pick<RemoteTestIssuer, 'audience'> & { issuer: string },
  base: string,
  ask: Ask,
): RemoteTestIssuer {
  async function tell<R>(...[method, path, body]: Parameters<Ask>): Promise<R> {
    const answered = await ask(method, path, body)
    if (answered.ok) return answered.body as R
    const { error } = (answered.body ?? {}) as { error?: unknown }
    if (answered.status === 400) throw new TypeError(`tollgate: ${error}`)
    throw new Error(`tollgate: the test issuer at ${base} ${whyNot(answered.status, error)}`)
  }
  async function mint(request: object): Promise<string> {
    const { token } = await tell<{ token: string }>('POST', '/mint', request)
    return token
  }
  async function moveClock(change: object): Promise<void> {
    await tell('PUT', '/clock', change)
  }
  return {
    url: issuer,
    audience,
    clock: {
      advance: (seconds) => moveClock({ advance: seconds }),
      set: (time) => moveClock({ set: Number(time) }),
      freeze: (time) => moveClock({ freeze: time === undefined ? true : Number(time) }),
      reset: () => moveClock({ reset: true }),
    },
    bad: Object.fromEntries(
      Object.entries(badTokens).map(([bad, name]) => [
        name,
        (claims: Claims = {}) => mint({ claims, bad, ...withoutIn(claims) }),
      ]),
    ) as RemoteBadTokens,
    mint: (claims = {}, options = {}) =>
      mint({ ...options, claims, ...withoutIn(claims, options.header) }),
    hostile: (hostile, claims = {}) => mint({ claims, hostile, ...withoutIn(claims) }),
    rotate: (options = {}) => tell('POST', '/keys/rotate', options),
    async retire(kid) {
      await tell('POST', '/keys/retire', { kid })
    },
    async fail(endpoint, fault, options = {}) {
      checkFailOptions(options)
      const recipe = isFault(fault) ? recipeOf(fault) : undefined
      if (recipe === undefined) {
        const fix = `must be made by faults, not ${kindOf(fault)}; write faults.status(503)`
        return wrongOption("argument 'fault' of issuer.fail", fix)
      }
      const { times, after } = options
      // No number at all says that it applies to every request.
      const count = times === undefined || times === Number.POSITIVE_INFINITY ? {} : { times }
      const request = { ...count, ...(after && { after }), endpoint, fault: recipe }
      const { id } = await tell<{ id: number }>('PUT', '/faults', request)
      return { [Symbol.asyncDispose]: () => tell<void>('DELETE', `/faults/${id}`) }
    },
    async requests() {
      return (await tell<RequestList>('GET', '/requests')).requests
    },
    async reset() {
      await tell('POST', '/reset', {})
    },
  }
}

function whyNot(status: number, error: unknown): string {
  return status === 0 ? 'does not answer any more' : `answered ${status}: ${error}`
}
