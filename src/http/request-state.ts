import type { Auth } from '../core/auth.ts'
import { nowOf } from '../core/shared-verifier.ts'
import type { Verifier } from '../core/verifier.ts'

/** What is known of one request. */
export interface RequestState {
  /** Whether the last guard let it pass, and what that guard found; undefined if anonymous. */
  admitted: boolean
  auth: Auth | undefined
  /** Whether the last guard refused it. */
  refused: boolean
  /** Whether a unit test put the Auth here in the place of a guard: then every source found it. */
  attached: boolean
  findings: Findings | undefined
}

/**
 * By whom and where a guard finds a token: its verifier, and the header that `tokenHeader` names;
 * undefined for Authorization.
 */
export interface TokenSource {
  readonly verifier: Verifier
  readonly tokenHeader: string | undefined
}

/**
 * What the guards of one source found. It is kept per source, because what one verifier accepted
 * must not pass a guard of another on the same request, and a token that came in one header says
 * nothing about the caller whom a gateway names in another.
 */
export interface Findings extends TokenSource {
  /** The last token that was accepted, so that a second guard checks its own requirements only. */
  token: string | undefined
  verified: Auth | undefined
  /** Whether the issuer was asked about that token, if it is a JWT. */
  introspected: boolean
  admitted: boolean
  auth: Auth | undefined
  readonly others: Findings | undefined
}

/**
 * A constructor that gives the object it was given, so that the constructor of a subclass adds its
 * members to that object.
 */
class Carrier {
  constructor(carrier: object) {
    // biome-ignore lint/correctness/noConstructorReturn: this is what the class is for
    return carrier
  }
}

/**
 * Keeps the state in a private member on the request itself. Nobody else can read, copy, inherit or
 * forge it there: not even a copy of the request or a proxy for it has the member. A WeakMap would
 * do the same, but V8 copies the table of a WeakMap at each minor garbage collection: a guarded
 * request with a cached token then takes 16 to 24 % more time on Node 24 (node:http).
 */
class StateOfRequest extends Carrier {
  readonly #state: RequestState = {
    admitted: false,
    auth: undefined,
    refused: false,
    attached: false,
    findings: undefined,
  }

  static of(carrier: object): RequestState {
    return #state in carrier ? carrier.#state : new StateOfRequest(carrier).#state
  }

  static ifAny(carrier: object): RequestState | undefined {
    return #state in carrier ? carrier.#state : undefined
  }
}

/** The state of a request. `carrier` is the object that stays the same for the whole request. */
export function stateOf(carrier: object): RequestState {
  return StateOfRequest.of(carrier)
}

/** The state of a request that a guard of this copy of the package has seen. */
export function stateIfAny(carrier: object): RequestState | undefined {
  return StateOfRequest.ifAny(carrier)
}

export function findingsOf(state: RequestState, { verifier, tokenHeader }: TokenSource): Findings {
  for (let one = state.findings; one !== undefined; one = one.others) {
    if (one.verifier === verifier && one.tokenHeader === tokenHeader) return one
  }
  const findings: Findings = {
    verifier,
    tokenHeader,
    token: undefined,
    verified: undefined,
    introspected: false,
    admitted: false,
    auth: undefined,
    others: state.findings,
  }
  state.findings = findings
  return findings
}

/**
 * What the verifier has accepted for this request before. A request may last for hours, as that of
 * a WebSocket does: once its token has expired, the verifier must be asked again.
 */
export function verifiedBefore(
  findings: Findings,
  token: string,
  introspect: boolean,
): Auth | undefined {
  const { verified, introspected } = findings
  if (verified === undefined || findings.token !== token) return undefined
  if (introspect && !introspected) return undefined
  return nowOf(findings.verifier) < verified.expiresAt * 1000 ? verified : undefined
}

export function noteVerified(
  findings: Findings,
  token: string,
  auth: Auth,
  introspected: boolean,
): Auth {
  findings.introspected = introspected
  findings.token = token
  findings.verified = auth
  return auth
}

export function noteAdmitted(
  state: RequestState,
  findings: Findings,
  auth: Auth | undefined,
): void {
  state.admitted = true
  state.refused = false
  state.attached = false
  state.auth = auth
  findings.admitted = true
  findings.auth = auth
}

/**
 * Only the test kit calls this, for unit tests of a handler. A guard that runs afterwards decides by
 * the token of the request alone, and what it finds replaces this Auth.
 */
export function noteAttached(state: RequestState, auth: Auth): void {
  state.admitted = true
  state.refused = false
  state.attached = true
  state.auth = auth
}

/** Nobody is let in by what an earlier guard found, once a later one has refused the request. */
export function noteRefused(state: RequestState): void {
  state.admitted = false
  state.refused = true
  state.attached = false
  state.auth = undefined
  for (let one = state.findings; one !== undefined; one = one.others) {
    one.admitted = false
    one.auth = undefined
  }
}
