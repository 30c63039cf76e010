import type { Auth, AuthOrigin, Connection } from './auth.ts'
import { authOf } from './auth.ts'
import type { Awaitable } from './awaitable.ts'
import { andThen, attempt } from './awaitable.ts'
import { AuthError } from './errors.ts'
import type { Emit } from './events.ts'
import type { Confirm, TokenFormat, Verification, VerifiedToken } from './formats/format.ts'
import { checkConfirmable, createVerification } from './formats/format.ts'
import { formatOf } from './formats/formats.ts'
import type { Issuers } from './issuers/issuers.ts'
import { checkTimes } from './jwt/claims.ts'
import { checkText } from './jwt/jws.ts'
import type { RevocationCheck } from './revocation-check.ts'
import { checkRevocation } from './revocation-check.ts'
import type { Check } from './shared-verifier.ts'
import type { TokenCache } from './token-cache.ts'
import { digestOf } from './token-digest.ts'
import { isCrowded, roomForToken, roomToLook } from './turn.ts'

/** What decides about access tokens. */
export interface DecisionContext {
  readonly issuers: Issuers
  readonly formats: readonly TokenFormat[]
  /** Undefined where every check is made for every token anew. */
  readonly cache: TokenCache | undefined
  readonly revocation: RevocationCheck | undefined
  readonly origin: AuthOrigin
  readonly emit: Emit
  /** The time in milliseconds since the epoch. */
  now(): number
  /** Told of a token that is refused. */
  report(error: AuthError, run: Verification): void
}

/** Decisions about access tokens. */
export interface Decisions {
  /** Decides about a token, at once if nothing has to be waited for. */
  decide(
    token: string,
    check?: Check,
    introspect?: boolean,
    connection?: Connection,
    confirm?: Confirm,
  ): Awaitable<Auth>
  /** Makes every check without the token cache, and reports nothing. */
  check(token: string, run: Verification): Awaitable<void>
}

/** The way of one token: size, token cache, format, proof of possession, revocation. */
export function createDecisions(context: DecisionContext): Decisions {
  const { issuers, formats, cache, revocation, origin, emit, now, report } = context

  function decide(
    token: string,
    check?: Check,
    introspect = false,
    connection?: Connection,
    confirm?: Confirm,
  ): Awaitable<Auth> {
    if (!isCrowded()) return decideNow(token, check, introspect, connection, confirm)
    return roomToLook().then(() => decideNow(token, check, introspect, connection, confirm))
  }

  function decideNow(
    token: string,
    check: Check,
    introspect: boolean,
    connection: Connection | undefined,
    confirm: Confirm | undefined,
  ): Awaitable<Auth> {
    const run = createVerification(emit, confirm)
    return attempt(
      () =>
        andThen(findVerified(token, run, check), (found) => {
          if (!introspect) return accept(found, token, connection, confirm)
          const active = found.verified.checkActive(token)
          return andThen(active, () => accept(found, token, connection, confirm))
        }),
      (auth) => auth,
      (error) => {
        // Of a malformed credential the guard tells, which knows what stands around it.
        if (error instanceof AuthError && error.status !== 400) report(error, run)
        throw error
      },
    )
  }

  /** The token as the token cache has it, or else as its format verifies it. */
  function findVerified(token: string, run: Verification, check: Check): Awaitable<Found> {
    checkText(token)
    if (cache === undefined) return verifyAnew(token, run, check, undefined)
    return andThen(digestOf(token), (digest) => {
      const cached = cache.get(digest)
      if (cached === undefined) return verifyAnew(token, run, check, digest)
      return andThen(stillHolds(cached, run), (holds) => {
        if (holds) return { verified: cached, cached: true }
        cache.delete(digest)
        return verifyAnew(token, run, check, digest)
      })
    })
  }

  function verifyAnew(
    token: string,
    run: Verification,
    check: Check,
    digest: string | undefined,
  ): Awaitable<Found> {
    check?.()
    const verify = (): Awaitable<VerifiedToken> => verifyByFormat(token, run)
    return andThen(andThen(roomForToken(), verify), (verified) => {
      if (digest !== undefined) cache?.set(digest, verified)
      return { verified, cached: false }
    })
  }

  function verifyByFormat(token: string, run: Verification): Awaitable<VerifiedToken> {
    return formatOf(token, formats).verify(token, run)
  }

  function accept(
    { verified, cached }: Found,
    token: string,
    connection: Connection | undefined,
    confirm: Confirm | undefined,
  ): Awaitable<Auth> {
    // Where nothing is asked about revocation, nothing ends with the connection, and an Auth that is
    // kept must not hold its request.
    const held = revocation === undefined ? undefined : connection
    const auth = authOf(verified.principal(token), token, origin, held)
    return andThen(checkLast(verified, auth, confirm), () => {
      emit?.({ type: 'token.accepted', issuer: verified.issuer.issuer, cached })
      return auth
    })
  }

  /** What no cache remembers: the proof of the holder, and then whether the token is revoked. */
  function checkLast(
    { confirmation }: VerifiedToken,
    auth: Auth,
    confirm: Confirm | undefined,
  ): Awaitable<void> {
    const confirmed = confirm?.(confirmation, auth)
    if (revocation === undefined) return confirmed
    return andThen(confirmed, () => checkRevocation(revocation, auth))
  }

  /**
   * Asks a cached token for all that can have changed since. False: every check must be made anew.
   */
  function stillHolds(cached: VerifiedToken, run: Verification): Awaitable<boolean> {
    const { issuer, times, confirmation } = cached
    return andThen(issuers.trusts(issuer), (trusted) => {
      if (!trusted) return false
      run.issuer = issuer
      checkTimes(times, now())
      checkConfirmable(confirmation, run)
      return cached.stillHolds(run)
    })
  }

  function check(token: string, run: Verification): Awaitable<void> {
    checkText(token)
    return andThen(verifyByFormat(token, run), (verified) =>
      checkLast(verified, authOf(verified.principal(token), token, origin), undefined),
    )
  }

  return { decide, check }
}

/** A token that passed every check. */
interface Found {
  readonly verified: VerifiedToken
  readonly cached: boolean
}
