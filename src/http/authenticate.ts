import type { Auth, JWTPayload } from '../core/auth.ts'
import {
  AuthError,
  InsufficientScopeError,
  InvalidTokenError,
  MissingCredentialsError,
  UnavailableError,
} from '../core/errors.ts'
import type { Verifier } from '../core/verifier.ts'
import { emitOf } from '../core/verifier.ts'
import type { Refusal } from './challenge.ts'
import { refusalOf } from './challenge.ts'
import { thrown } from './hooks.ts'
import type { RequestHead } from './request-head.ts'
import { noteVerified, verifiedBefore, visitOf } from './request-state.ts'
import type { ResolvedRequirements } from './requirements/resolve.ts'
import { unmetRequirement } from './requirements/resolve.ts'
import { readBearer } from './schemes/bearer.ts'

/** Made once for a request, here; an adapter only translates it. */
export type Decision<C extends object = JWTPayload> =
  | { readonly ok: true; readonly auth: Auth<C> | undefined }
  | { readonly ok: false; readonly error: AuthError; readonly refusal: Refusal }

export type Refused = Extract<Decision, { readonly ok: false }>

export interface Guard {
  readonly verifier: Verifier
  readonly realm: string
  readonly requirements: ResolvedRequirements
}

/**
 * Decides about a request. `carrier` is the object that stays the same for the whole request; `request` is what `check`
 * is given. Rejects with what is not an AuthError, and with what `check` throws: they are the framework's.
 */
export async function authenticate(
  { authorization }: RequestHead,
  carrier: object,
  request: unknown,
  guard: Guard,
): Promise<Decision> {
  const { verifier, requirements } = guard
  const visit = visitOf(carrier)
  let auth: Auth | undefined
  try {
    const token = readBearer(authorization)
    if (token !== undefined) {
      const value = authorization as string
      auth =
        verifiedBefore(visit, verifier, value) ??
        noteVerified(visit, verifier, value, await verifier.verify(token))
    } else if (!requirements.optional) throw new MissingCredentialsError()
  } catch (error) {
    return error instanceof AuthError ? refuse(error, guard) : thrown(error)
  }
  if (auth !== undefined) {
    const unmet = unmetRequirement(auth, requirements, request)
    const reason = unmet instanceof Promise ? await unmet : unmet
    if (reason !== undefined) return refuse(new InsufficientScopeError(reason), guard)
  }
  visit.admitted = true
  visit.auth = auth
  return { ok: true, auth }
}

function refuse(error: AuthError, { verifier, realm, requirements }: Guard): Decision {
  const { status, reason } = error
  const told = error instanceof InvalidTokenError || error instanceof UnavailableError
  if (!told) emitOf(verifier)?.({ type: 'request.refused', status, reason })
  return { ok: false, error, refusal: refusalOf(error, realm, requirements.challenged) }
}
