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
import { readBearer } from './credentials.ts'
import type { RequestHead } from './head.ts'
import type { ResolvedRequirements } from './requirements.ts'
import { unmetRequirement } from './requirements.ts'

/** Made once for a request, here; a door only translates it. */
export type Decision<C extends object = JWTPayload> =
  | { readonly ok: true; readonly auth: Auth<C> | undefined }
  | { readonly ok: false; readonly error: AuthError; readonly refusal: Refusal }

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
  const { requirements } = guard
  let auth: Auth
  try {
    const token = readBearer(authorization)
    if (token === undefined && requirements.optional) return { ok: true, auth: undefined }
    if (token === undefined) throw new MissingCredentialsError()
    auth = await verifyOnce(authorization as string, token, carrier, guard.verifier)
  } catch (error) {
    if (error instanceof AuthError) return refuse(error, guard)
    throw error
  }
  const unmet = await unmetRequirement(auth, requirements, request)
  return unmet ? refuse(new InsufficientScopeError(unmet), guard) : { ok: true, auth }
}

/** What was verified for a request, so that its second guard checks only its own requirements. */
interface Verified {
  readonly authorization: string
  readonly auth: Auth
}

/** Per verifier: what one verifier accepted must not pass another's guard on the same request. */
const verified = new WeakMap<Verifier, WeakMap<object, Verified>>()

async function verifyOnce(
  authorization: string,
  token: string,
  carrier: object,
  verifier: Verifier,
): Promise<Auth> {
  const requests = verified.get(verifier) ?? new WeakMap<object, Verified>()
  verified.set(verifier, requests)
  const before = requests.get(carrier)
  if (before?.authorization === authorization) return before.auth
  const auth = await verifier.verify(token)
  requests.set(carrier, { authorization, auth })
  return auth
}

function refuse(error: AuthError, { verifier, realm, requirements }: Guard): Decision {
  const { status, reason } = error
  const told = error instanceof InvalidTokenError || error instanceof UnavailableError
  if (!told) emitOf(verifier)?.({ type: 'request.refused', status, reason })
  return { ok: false, error, refusal: refusalOf(error, realm, requirements.challenged) }
}
