import type { Auth, JWTPayload } from '../core/auth.ts'
import type { AnswerHeaders, AuthError } from '../core/errors.ts'
import {
  answerWith,
  InvalidTokenError,
  isAuthError,
  MissingCredentialsError,
  UnavailableError,
} from '../core/errors.ts'
import { emitOf } from '../core/verifier.ts'
import type { Refusal } from './challenge.ts'
import { refusalOf } from './challenge.ts'
import type { MakeHint } from './hints.ts'
import { hintField } from './hints.ts'
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
export interface Route extends RouteRules, TokenSource {
  readonly realm: string
  readonly schemes: readonly Scheme[]
}

/**
 * Decides about a request. `carrier` is the object that stays the same for the whole request;
 * `request` is what `check` is given. Rejects with what is not an AuthError, and with what `check`
 * throws: they are the framework's.
 */
export async function authenticate(
  head: RequestHead,
  carrier: object,
  request: unknown,
  route: Route,
): Promise<Decision> {
  const { verifier, schemes, requirements, challenge, optional } = route
  const state = stateOf(carrier)
  const findings = findingsOf(state, route)
  let presented: Presented | undefined
  let auth: Auth | undefined
  try {
    presented = readCredential(head, schemes)
    if (presented !== undefined) {
      const { token } = presented.credential
      auth =
        verifiedBefore(findings, token) ??
        noteVerified(findings, token, checkAuth(await verifier.verify(token)))
    } else if (!optional) throw new MissingCredentialsError()
  } catch (error) {
    if (!isAuthError(error)) return rethrow(error)
    const hint = (): string => credentialsHint(error.reason, head, schemes)
    // Where there is a credential, the verifier has refused it, and has told of that itself.
    const ours = presented === undefined ? hint : undefined
    return refuse(state, { error, hint: ours, auth }, challenge, route)
  }
  if (auth !== undefined) {
    for (const requirement of requirements) {
      const met = requirement.unmet(auth, request)
      const unmet = met instanceof Promise ? await met : met
      if (unmet === undefined) continue
      // To name the scopes of the route would be wrong where no scope is what the token lacks.
      const required = requirement.challenge === undefined ? {} : challenge
      return refuse(state, { ...unmet, auth }, required, route)
    }
  }
  noteAdmitted(state, findings, auth)
  return { ok: true, auth, headers: auth && presented?.scheme.admitted?.(auth) }
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
interface Finding extends Pick<Refused, 'error' | 'auth'> {
  readonly hint: MakeHint | undefined
}

/** @param required What the requirements of the route say in the challenge. */
function refuse(
  state: RequestState,
  { error, hint, auth }: Finding,
  required: Parameters,
  route: Route,
): Decision {
  noteRefused(state)
  const { verifier, realm, schemes } = route
  const { status, reason } = error
  // The verifier has told of these itself.
  const told = error instanceof InvalidTokenError || error instanceof UnavailableError
  if (!told) emitOf(verifier)?.({ type: 'request.refused', status, reason, ...hintField(hint) })
  const refusal = refusalOf(error, { realm, schemes, required })
  // A hook may hand the error to its framework, which then answers with these.
  answerWith(error, refusal.challenge, refusal.problem)
  return { ok: false, error, auth, refusal }
}
