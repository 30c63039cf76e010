import type { Connection } from './auth.ts'
import type { Awaitable } from './awaitable.ts'
import type { Emit } from './events.ts'
import type { Issuers } from './issuers/issuers.ts'
import { wrongOption } from './option-checks.ts'

/** What the rest of the package shares with the verifiers that `createVerifier` has made. */
interface Shared {
  readonly emit: Emit
  readonly issuers: Issuers
  readonly now: () => number
  readonly verify: unknown
  readonly decide: (
    token: string,
    check: Check,
    introspect: boolean,
    connection: Connection,
  ) => Awaitable<object>
  /** Whether one of its issuers can be asked about JWTs. */
  readonly introspects: boolean
}

/** What is left to check before a token is judged that is not cached. */
export type Check = (() => void) | undefined

interface AnyVerifier {
  verify(token: string): Promise<unknown>
}

const shared = new WeakMap<object, Shared>()

export function share(verifier: object, what: Shared): void {
  shared.set(verifier, what)
}

/**
 * What `verify()` of a verifier gives, without a promise where nothing has to be waited for: but
 * only while `verify` is the very function that `createVerifier` has made. An application may have
 * put another one in its place, for example one that asks a list of revoked tokens.
 *
 * @param check Called before a token is judged that is not cached. What it throws is the outcome.
 * @param introspect Whether the issuer is asked about JWTs, too.
 * @param connection What the signal of the Auth belongs to.
 */
export function verifyBy(
  verifier: AnyVerifier,
  token: string,
  check: () => void,
  introspect: boolean,
  connection: Connection,
): Awaitable<unknown> {
  const own = shared.get(verifier)
  if (own !== undefined && own.verify === verifier.verify)
    return own.decide(token, check, introspect, connection)
  // Another verify() says nothing of what the issuer would say.
  if (introspect) checkIntrospects(verifier, "requireAuth: option 'introspect'")
  check()
  return verifyByOther(verifier, token)
}

async function verifyByOther(verifier: AnyVerifier, token: string): Promise<unknown> {
  return verifier.verify(token)
}

/**
 * @throws TypeError unless a verifier can ask an issuer about JWTs.
 * @param option What the message calls that.
 */
export function checkIntrospects(verifier: AnyVerifier, option: string): void {
  const own = shared.get(verifier)
  if (own === undefined || own.verify !== verifier.verify) {
    wrongOption(option, 'needs a verifier whose verify() is the one that createVerifier made')
  }
  if (own.introspects) return
  wrongOption(option, "needs a listed issuer with the option 'introspection', and there is none")
}

/** Where a verifier's events go; undefined when nobody listens. */
export function emitOf(verifier: object): Emit {
  return shared.get(verifier)?.emit
}

/**
 * The time by a verifier's clock, in milliseconds since the epoch. A verifier that `createVerifier`
 * did not make has the clock of the process.
 */
export function nowOf(verifier: object): number {
  return shared.get(verifier)?.now() ?? Date.now()
}

/**
 * The issuers that a verifier trusts, with their keys; undefined for a verifier that `createVerifier`
 * did not make.
 */
export function issuersOf(verifier: object): Issuers | undefined {
  return shared.get(verifier)?.issuers
}
