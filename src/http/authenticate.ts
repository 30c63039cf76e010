import type { Auth, GuardOfAuth, JWTPayload } from '../core/auth.ts'
import { noteGuard } from '../core/auth.ts'
import type { Awaitable } from '../core/awaitable.ts'
import { andThen, attempt, isAvailable } from '../core/awaitable.ts'
import type { AnswerHeaders, AuthError } from '../core/errors.ts'
import {
  answerWith,
  InvalidTokenError,
  isAuthError,
  MissingCredentialsError,
  UnavailableError,
} from '../core/errors.ts'
import type { MakeHint } from '../core/hints/wording.ts'
import { hintField } from '../core/hints/wording.ts'
import { own } from '../core/own-members.ts'
import { emitOf, verifyBy } from '../core/shared-verifier.ts'
import { waitForEndOfTurn } from '../core/turn.ts'
import type { Refusal } from './challenge.ts'
import { refusalOf } from './challenge.ts'
import { rethrow } from './hooks.ts'
import type { Parameters } from './parameters.ts'
import type { RequestHead } from './request-head.ts'
import type { RequestState, TokenSource } from './request-state.ts'
import {
  findingsOf,
  noteAdmitted,
  noteRefused,
  noteVerified,
  stateOf,
  verifiedBefore,
} from './request-state.ts'
import type { RouteRules } from './requirements/resolve.ts'
import { credentialsHint } from './schemes/credentials-hint.ts'
import type { Credential, Scheme } from './schemes/scheme.ts'
import { checkAuth } from './verified-auth.ts'

/** Made here, once for a request. An adapter only translates it. */
export type Decision<C extends object = JWTPayload> = Admitted<C> | Refused

export interface Admitted<C extends object = JWTPayload> {
  readonly ok: true
  /** Undefined for an anonymous pass. */
  readonly auth: Auth<C> | undefined
  /** For the answer that the route will give. */
  readonly headers: AnswerHeaders | undefined
}

export interface Refused {
  readonly ok: false
  readonly error: AuthError
  /** Of a good token that does not permit the request. */
  readonly auth: Auth | undefined
  readonly refusal: Refusal
}

/** What is decided by: a verifier, where the token is, and what a route asks for. */
export interface Route extends RouteRules, TokenSource, GuardOfAuth {
  readonly realm: string
  readonly schemes: readonly Scheme[]
}

/**
 * Decides about a request, at once if nothing has to be waited for. `carrier` is the object that
 * stays the same for the whole request; `request` is what `check` is given. Throws or rejects with
 * what is not an AuthError, and with what `check` throws: they are the framework's.
 */
export function authenticate(
  head: RequestHead,
  carrier: object,
  request: unknown,
  route: Route,
): Awaitable<Decision> {
  const state = stateOf(carrier)
  const findings = findingsOf(state, route)
  let presented: Presented | undefined
  let isNew = false

  function identify(): Awaitable<Auth | undefined> {
    presented = readCredential(head, route.schemes)
    if (presented === undefined) {
      if (route.optional) return undefined
      throw new MissingCredentialsError()
    }
    const { token } = presented.credential
    const before = verifiedBefore(findings, token, route.introspect)
    if (before !== undefined) return before
    const { verifier, introspect } = route
    const verified = verifyBy(verifier, token, checkCredential, introspect, head)
    return andThen(isNew && isAvailable(verified) ? together(verified) : verified, (auth) =>
      noteVerified(findings, token, checkAuth(auth), introspect),
    )
  }

  /** Called of a token that is not cached. */
  function checkCredential(): void {
    isNew = true
    presented?.scheme.check?.(head)
  }

  function decide(auth: Auth | undefined): Awaitable<Decision> {
    if (auth !== undefined) noteGuard(auth, route)
    return andThen(findUnmet(auth, request, route), (found) => {
      if (found !== undefined) return refuse(state, { ...found, auth }, route)
      noteAdmitted(state, findings, auth)
      return { ok: true, auth, headers: auth && presented?.scheme.admitted?.(auth) }
    })
  }

  function refuseCredential(error: unknown): Decision {
    if (!isAuthError(error)) return rethrow(error)
    const hint = (): string => credentialsHint(error.reason, head, route.schemes)
    // Where there is a credential, the verifier has refused it, and has told of that itself.
    const ours = presented === undefined || error.status === 400 ? hint : undefined
    const found = { error, hint: ours, required: route.challenge, auth: undefined }
    return refuse(state, found, route)
  }

  return attempt(identify, decide, refuseCredential)
}

/** Lets requests whose tokens are verified in one turn of the event loop go on together. */
function together<T>(verified: T): Awaitable<T> {
  return andThen(waitForEndOfTurn(), () => verified)
}

interface Presented {
  readonly scheme: Scheme
  readonly credential: Credential
}

/** @throws InvalidRequestError if the credentials cannot be read as one well-formed credential. */
function readCredential(head: RequestHead, schemes: readonly Scheme[]): Presented | undefined {
  for (const scheme of schemes) {
    const credential = scheme.read(head)
    if (credential !== undefined) return { scheme, credential }
  }
  return undefined
}

/** Why a request is refused. */
interface Finding {
  readonly error: AuthError
  readonly hint: MakeHint | undefined
  /** What the requirements of the route say in the challenge. */
  readonly required: Parameters
}

/** Why the first requirement that is not met is not; undefined if all are, and for nobody. */
function findUnmet(
  auth: Auth | undefined,
  request: unknown,
  rules: RouteRules,
  from = 0,
): Awaitable<Finding | undefined> {
  // Unlike an index, `at` finds nothing behind the end of the list on a polluted Object.prototype.
  const requirement = rules.requirements.at(from)
  if (auth === undefined || requirement === undefined) return undefined
  return andThen(requirement.unmet(auth, request), (unmet) => {
    if (unmet === undefined) return findUnmet(auth, request, rules, from + 1)
    // To name the scopes of the route would be wrong where no scope is what the token lacks.
    return { ...unmet, required: requirement.challenge === undefined ? {} : rules.challenge }
  })
}

function refuse(
  state: RequestState,
  { error, hint, required, auth }: Finding & Pick<Refused, 'auth'>,
  route: Route,
): Decision {
  noteRefused(state)
  const { status, reason } = error
  // The verifier has told of these itself.
  const told = error instanceof InvalidTokenError || error instanceof UnavailableError
  if (!told)
    emitOf(route.verifier)?.({ type: 'request.refused', status, reason, ...hintField(hint) })
  return { ok: false, error, auth, refusal: answerOf(error, required, route) }
}

/** The answer to an error, which carries it from then on: a framework that is given it answers so. */
function answerOf(
  error: AuthError,
  required: Parameters,
  { realm, schemes }: Pick<Route, 'realm' | 'schemes'>,
): Refusal {
  const refusal = refusalOf(error, { realm, schemes, required })
  answerWith(error, refusal.challenge, refusal.problem)
  return refusal
}

/**
 * The answer to an error of `verifier.userinfo()` or `exchange()` behind the guard of a route. Only
 * the userinfo endpoint says that a scope is missing, and it demands `openid` (OIDC Core section
 * 5.3): the client is told of that beside the scopes of the route, because it asks for all that the
 * challenge names (RFC 6750 section 3).
 */
export function answerBehind(error: AuthError, route: Omit<Route, 'answerWith'>): Refusal {
  const { challenge } = route
  if (error.status !== 403) return answerOf(error, challenge, route)
  const named = own(challenge, 'scope') as string | undefined
  const scopes = named === undefined ? [] : named.split(' ')
  const scope = [...new Set([...scopes, 'openid'])].join(' ')
  return answerOf(error, { ...challenge, scope }, route)
}
