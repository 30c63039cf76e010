import type { AuthError } from './errors.ts'
import { own } from './own-members.ts'

/** A type as it is after `deepFreeze`: nothing in it can be assigned, sorted or pushed to. */
export type DeepReadonly<T> = T extends Primitive | ((...args: never) => unknown)
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/**
 * These stay as they are. A mapped type would take its methods from a branded string (`string & { …
 * }`).
 */
type Primitive = string | number | bigint | boolean | symbol | null | undefined

/** The registered claims of a JWT (RFC 7519 section 4.1), and whatever else the issuer states. */
export interface JWTPayload {
  iss?: string
  sub?: string
  aud?: string | string[]
  jti?: string
  nbf?: number
  exp?: number
  iat?: number
  [claim: string]: unknown
}

/**
 * Somebody who acts for the subject of a token (RFC 8693 section 4.1), by the claims that identify
 * the actor. A `sub` is unique within its issuer alone: that of the actor if `iss` is there, and
 * otherwise that of the token.
 */
export interface Actor {
  readonly sub: string
  readonly iss?: string
  readonly client_id?: string
  readonly [claim: string]: unknown
}

/**
 * Who the caller is and what the token permits. It is frozen deeply, because requests with the same
 * token share its claims: what one handler changed would reach the others.
 */
export interface Auth<C extends object = JWTPayload> {
  /**
   * The issuer, exactly as it was configured. A principal is the pair of `issuer` and `subject`.
   */
  readonly issuer: string
  /** The `sub` claim. It may name a client: RFC 9068 section 5. */
  readonly subject: string
  /**
   * The client that the token was issued to, where the profile finds it (`client_id`; profile
   * 'jwt': also `azp`, `cid` or `appid`).
   */
  readonly clientId: string | undefined
  /** The scopes that the token grants, in its order; empty if it grants none. */
  readonly scopes: readonly string[]
  /** The roles in the token, where the profile finds them (`roles`); empty otherwise. */
  readonly roles: readonly string[]
  /**
   * The permissions in the token, where the profile finds them (`entitlements`; profile 'jwt':
   * `permissions`); empty otherwise.
   */
  readonly permissions: readonly string[]
  /**
   * Who acts for the subject, by the claim `act` (RFC 8693 section 4.1): the current actor first,
   * then those who acted before, the latest first; empty where nobody acts for the subject. Only the
   * current actor may count in a decision, the others are information.
   */
  readonly actors: readonly Actor[]
  /** Every claim of the token, or what the `claims` schema gives of them. */
  readonly claims: DeepReadonly<C>
  /** When the token expires: seconds since the epoch, as in `exp`. */
  readonly expiresAt: number
  /** The token itself. Not enumerable: no log, spread or JSON shows it. */
  readonly token: string
  /**
   * Fires when the token is no longer good: for what outlives its request, such as server-sent events
   * and WebSockets. Its `reason` is an AuthError:
   *
   * - `expired`: `expiresAt` has come, by the verifier's clock, without `clockTolerance`.
   * - `revoked`: the option `revocation` says so. It is asked when the signal is first read, every 5
   *   seconds from then on while the connection is open, and when its store makes a revocation in this
   *   process that names the token.
   * - `revocation`: for a minute the option `revocation` has not answered.
   *
   * Once the response of a guarded request has closed, or the socket of `requireAuth().upgrade`,
   * nothing is asked every 5 seconds any more; `expired`, and what this process revokes, fire it all
   * the same. Adapters that are given a `Request` only learn of a client that hangs up. For work
   * that goes on after the answer, such as a job, take a signal that belongs to no connection:
   * `(await verifier.verify(auth.token)).signal`. For such a signal the question is asked until it
   * fires, as for one that is first read after the answer, or of a verifier whose `verify()` is your
   * own.
   *
   * Where the option `revocation` is given, an Auth that is kept keeps its request in memory until
   * its signal is read: keep what you need of it instead.
   *
   * It is made when it is first read, and costs a timer and memory until it fires: do not read it for
   * a request that is answered at once. Its timers keep no process alive. Not enumerable, as `token`.
   */
  readonly signal: AbortSignal
}

/**
 * Who the caller is and what the token permits, without the token itself, which no cache may hold.
 */
export interface Principal extends Omit<Auth, 'token' | 'signal'> {
  /** The claims as the token states them. `claims` may be what a schema has made of them. */
  readonly tokenClaims: DeepReadonly<JWTPayload>
}

/** What an Auth has in common with those of its verifier. Undefined for any other object. */
let originIn: (auth: object) => AuthOrigin | undefined
let setGuard: (auth: object, guard: GuardOfAuth) => void
let guardIn: (auth: object) => GuardOfAuth | undefined

/**
 * By which every copy of the package reads the claims of a token. A store of one copy may be asked
 * about an Auth of another, whose schema has left out the `jti` that the store knows: to a store that
 * saw `claims` alone, a revoked token would pass.
 */
const statedClaims: unique symbol = Symbol.for('tollgate.statedClaims')

/**
 * The token is in a private member, so that no log, spread, JSON or inspection of an Auth shows it,
 * while `auth.token` gives it. An object with a property that is not enumerable would do the same,
 * but an Auth is made on every request: to define such a property takes 0.35 µs, and to construct
 * this class 0.07 µs.
 */
class VerifiedAuth implements Auth {
  static {
    // No static members: by `auth.constructor`, whoever has an Auth would have the verifier's
    // issuers, with the secrets of its clients, and could make an Auth of any token.
    originIn = (auth) => (#origin in auth ? auth.#origin : undefined)
    setGuard = (auth, guard) => {
      if (#guard in auth) auth.#guard = guard
    }
    guardIn = (auth) => (#guard in auth ? auth.#guard : undefined)
    // All requests share the prototype: what one handler changed in it would reach the others.
    Object.freeze(VerifiedAuth)
    Object.freeze(VerifiedAuth.prototype)
  }

  readonly issuer: string
  readonly subject: string
  readonly clientId: string | undefined
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly string[]
  readonly actors: readonly Actor[]
  readonly claims: DeepReadonly<JWTPayload>
  readonly expiresAt: number
  readonly #token: string
  readonly #principal: Principal
  readonly #origin: AuthOrigin
  #connection: Connection | undefined
  #guard: GuardOfAuth | undefined

  constructor(
    principal: Principal,
    token: string,
    origin: AuthOrigin,
    connection: Connection | undefined,
  ) {
    const { issuer, subject, clientId, scopes, roles, permissions } = principal
    const { actors, claims, expiresAt } = principal
    this.issuer = issuer
    this.subject = subject
    this.clientId = clientId
    this.scopes = scopes
    this.roles = roles
    this.permissions = permissions
    this.actors = actors
    this.claims = claims
    this.expiresAt = expiresAt
    this.#token = token
    this.#principal = principal
    this.#origin = origin
    this.#connection = connection
    Object.freeze(this)
  }

  get token(): string {
    return this.#token
  }

  get [statedClaims](): object {
    return this.#principal.tokenClaims
  }

  get signal(): AbortSignal {
    const connection = this.#connection
    // What waits for the token's end holds this Auth, and must not hold a request for as long.
    this.#connection = undefined
    return this.#origin.signalOf(this, this.#principal, connection)
  }
}

/** What all Auths of one verifier have in common. */
export interface AuthOrigin {
  /** The same object for all that one verifier makes, and for no other. */
  readonly verifier: object
  /** Gives the signal of an Auth. Auths with the same principal are of the same token. */
  signalOf(auth: Auth, principal: Principal, connection: Connection | undefined): AbortSignal
}

/** The guard of a route, as an Auth that it has verified knows it. */
export interface GuardOfAuth {
  /** Fills in the answer to which an error leads: that of a request which this guard refuses. */
  answerWith(error: AuthError): void
}

/** Notes who guards the route. An Auth that no verifier of this copy of the package made knows none. */
export function noteGuard(auth: Auth, guard: GuardOfAuth): void {
  setGuard(auth, guard)
}

/**
 * Fills in the answer to an error that has come up behind a guard. Only the guard knows its realm and
 * the scopes of its route: the error of an Auth that `verify()` gave stays without a challenge.
 */
export function answerAsGuard(auth: unknown, error: AuthError): void {
  if (typeof auth === 'object' && auth !== null) guardIn(auth)?.answerWith(error)
}

/** What a token came by. A guard knows it, and `verify()` does not. */
export interface Connection {
  /**
   * Calls back when it has closed, at once if it has. Never, where nobody can tell, or where what it
   * was opened for had been done before this was called.
   */
  onClosed(listener: () => void): void
}

export function authOf(
  principal: Principal,
  token: string,
  origin: AuthOrigin,
  connection?: Connection,
): Auth {
  return new VerifiedAuth(principal, token, origin, connection)
}

/**
 * Whether a value is an Auth that this verifier has made, and not a copy of one: its token was
 * verified, and is that of its issuer. Whatever else somebody gives in its place would have any
 * token sent to any trusted issuer.
 */
export function isAuthOf(verifier: object, value: unknown): value is Auth {
  return typeof value === 'object' && value !== null && originIn(value)?.verifier === verifier
}

/**
 * The claims as the token states them, whatever a schema has made of them. An Auth that no verifier of
 * this package made has no others than its `claims`.
 */
export function tokenClaimsOf(auth: Auth): unknown {
  return (auth as { [statedClaims]?: object })[statedClaims] ?? own(auth, 'claims')
}

/**
 * Freezes a value that was parsed from JSON, and everything in it. It uses a list and no recursion:
 * a token may nest thousands of levels deep, and would exhaust the call stack.
 */
export function deepFreeze<T extends object>(value: T): DeepReadonly<T> {
  const pending: object[] = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const member of Object.values(Object.freeze(next)) as unknown[]) {
      if (typeof member === 'object' && member !== null) pending.push(member)
    }
  }
  return value as DeepReadonly<T>
}
