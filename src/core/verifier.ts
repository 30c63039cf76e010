import type { Auth, JWTPayload } from './auth.ts'
import { authOf } from './auth.ts'
import type { Awaitable } from './awaitable.ts'
import { andThen, attempt } from './awaitable.ts'
import { AuthError, UnavailableError } from './errors.ts'
import type { Emit } from './events.ts'
import type { Confirm, Verification, VerifiedToken } from './formats/format.ts'
import { checkConfirmable } from './formats/format.ts'
import { createFormats, formatOf } from './formats/formats.ts'
import { hintOf } from './hints/hints.ts'
import type { ActiveIssuer } from './issuers/active-issuer.ts'
import { createListedIssuers } from './issuers/listed.ts'
import { createResolvedIssuers } from './issuers/resolved.ts'
import { checkTimes } from './jwt/claims.ts'
import { invalidToken } from './jwt/details.ts'
import { checkSize } from './jwt/jws.ts'
import type { KeyHealth } from './keys/source.ts'
import { checkNoMore, kindOf, wrongOption } from './option-checks.ts'
import type { UntypedOptions, VerifierOptions } from './options.ts'
import { resolveOptions } from './options.ts'
import { memberOf } from './own-members.ts'
import { createTokenCache, digestOf, dropTokensOf } from './token-cache.ts'
import { roomForToken } from './turn.ts'

/** The state of one trusted issuer. Ages and times are in seconds. */
export interface IssuerHealth extends KeyHealth {
  readonly issuer: string
}

export interface Verifier<C extends object = JWTPayload> {
  /**
   * Checks an access token.
   *
   * @throws InvalidTokenError if it is refused; UnavailableError if that cannot be decided now.
   */
  verify(token: string): Promise<Auth<C>>
  /**
   * Loads the keys of every listed issuer, in parallel. Stale keys count as usable; a resolver's
   * issuers are not asked for.
   *
   * @throws UnavailableError whose `issuers` are those without usable keys.
   */
  ready(): Promise<void>
  /** Every issuer loaded so far. */
  health(): readonly IssuerHealth[]
  /**
   * Forgets an issuer of a resolver, with its keys and all its cached tokens, at once: its next
   * token causes a call of the resolver. For a tenant that was removed, or whose options have
   * changed. Only a verification that is under way may still end well. Also forgets that the
   * resolver has refused the issuer. Does nothing if the issuer is not known.
   *
   * @throws TypeError if `issuer` is no string, or the options list the issuers: what they list
   * stays trusted.
   */
  forget(issuer: string): void
  /** Aborts fetches and starts no more. Loaded keys serve until they are too stale. */
  close(): void
}

/** What adapters share with the verifiers that `createVerifier` has made. */
interface Shared {
  readonly emit: Emit
  readonly now: () => number
  readonly verify: unknown
  readonly decide: (token: string) => Awaitable<Auth<object>>
}

const shared = new WeakMap<object, Shared>()

/**
 * What `verify()` of a verifier gives, without a promise where nothing has to be waited for: but
 * only while `verify` is the very function that `createVerifier` has made. An application may have
 * put another one in its place, for example one that asks a list of revoked tokens.
 */
export function verifyBy(verifier: Verifier, token: string): Awaitable<unknown> {
  const own = shared.get(verifier)
  if (own !== undefined && own.verify === verifier.verify) return own.decide(token)
  return verifyByOther(verifier, token)
}

async function verifyByOther(verifier: Verifier, token: string): Promise<unknown> {
  return verifier.verify(token)
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
 * Verifies JWT access tokens of trusted issuers (RFC 9068 section 4, RFC 8725bis). Does no I/O and
 * starts no timer before the first token.
 *
 * Does not check: revocation, proof of possession (tokens with `cnf` are refused), TLS, how often a
 * token is used.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createVerifier<C extends object = JWTPayload>(
  options: VerifierOptions<C> | UntypedOptions,
): Verifier<C>
// The types show no further argument, so that ReturnType<typeof createVerifier> works.
export function createVerifier<C extends object = JWTPayload>(
  options: VerifierOptions<C> | UntypedOptions,
  ...none: never[]
): Verifier<C> {
  checkNoMore('createVerifier', none)
  const settings = resolveOptions(options)
  const { emit, now, resolver } = settings
  const issuers = resolver
    ? createResolvedIssuers(resolver, settings)
    : createListedIssuers(settings.issuers, settings)
  const formats = createFormats({ issuers, schema: settings.claims, now, emit })
  const cache = settings.tokenCache > 0 ? createTokenCache(settings.tokenCache) : undefined

  /** Decides about a token, at once if nothing has to be waited for. */
  function decide(token: string, confirm?: Confirm): Awaitable<Auth<C>> {
    const run: Verification = {
      confirm,
      issuer: undefined,
      policy: undefined,
      header: undefined,
      claims: undefined,
    }
    return attempt(
      () => andThen(findVerified(token, run), (found) => accept(found, token, confirm)),
      (auth) => auth as Auth<C>,
      (error) => {
        if (error instanceof AuthError) report(error, run)
        throw error
      },
    )
  }

  /** The token as the token cache has it, or else as its format verifies it. */
  function findVerified(token: string, run: Verification): Awaitable<Found> {
    if (typeof token !== 'string') {
      throw invalidToken(
        'malformed',
        `it is no string but ${token === null ? 'null' : typeof token}`,
      )
    }
    checkSize(token)
    if (cache === undefined) return verifyAnew(token, run, undefined)
    return andThen(digestOf(token), (digest) => {
      const cached = cache.get(digest)
      if (cached === undefined) return verifyAnew(token, run, digest)
      return andThen(stillHolds(cached, run), (holds) => {
        if (holds) return { verified: cached, cached: true }
        cache.delete(digest)
        return verifyAnew(token, run, digest)
      })
    })
  }

  function verifyAnew(
    token: string,
    run: Verification,
    digest: string | undefined,
  ): Awaitable<Found> {
    const verify = (): Awaitable<VerifiedToken> => formatOf(token, formats).verify(token, run)
    return andThen(andThen(roomForToken(), verify), (verified) => {
      if (digest !== undefined) cache?.set(digest, verified)
      return { verified, cached: false }
    })
  }

  function accept(
    { verified, cached }: Found,
    token: string,
    confirm: Confirm | undefined,
  ): Awaitable<Auth> {
    const auth = authOf(verified.principal(token), token)
    return andThen(confirm?.(verified.confirmation, auth), () => {
      emit?.({ type: 'token.accepted', issuer: verified.issuer.issuer, cached })
      return auth
    })
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
      return cached.stillHolds()
    })
  }

  function report(error: AuthError, run: Verification): void {
    if (emit === undefined) return
    emit({
      type: 'token.refused',
      ...(run.issuer !== undefined && { issuer: run.issuer.issuer }),
      reason: error.reason,
      ...hintOf({ error, issuers, ...run }),
    })
  }

  async function ready(): Promise<void> {
    await Promise.all(issuers.listed.map(({ keys }) => keys.ensureLoaded()))
    const missing = issuers.listed.filter(({ keys }) => !keys.health().usable)
    if (missing.length === 0) return
    throw new UnavailableError('keys', shortestWait(missing), missing.map(nameOf))
  }

  function forget(issuer: string): void {
    if (typeof issuer !== 'string') {
      wrongOption('verifier.forget', `must be given the iss of an issuer, not ${kindOf(issuer)}`)
    }
    issuers.forget(issuer)
    if (cache !== undefined) dropTokensOf(issuer, cache)
  }

  const verifier: Verifier<C> = {
    // It brings no proof of possession, so tokens that are bound to a key are refused. Async, so
    // that what is thrown becomes a rejection.
    verify: async (token) => decide(token),
    ready,
    health: () => issuers.all().map(healthOf).filter(wasAsked),
    forget,
    close: issuers.close,
  }
  shared.set(verifier, { emit, now, verify: verifier.verify, decide })
  return verifier
}

/** A token that passed every check. */
interface Found {
  readonly verified: VerifiedToken
  readonly cached: boolean
}

function healthOf({ issuer, keys }: ActiveIssuer): IssuerHealth {
  return { issuer, ...keys.health() }
}

/** Whether anybody asked for its keys so far, with or without success. */
function wasAsked(health: IssuerHealth): boolean {
  return health.usable || Object.hasOwn(health, 'age') || Object.hasOwn(health, 'lastError')
}

function nameOf({ issuer }: ActiveIssuer): string {
  return issuer
}

/**
 * Seconds until keys are requested again from one of these issuers, which have none: the shortest
 * of their waits.
 */
function shortestWait(missing: readonly ActiveIssuer[]): number {
  return Math.min(...missing.map(({ keys }) => memberOf(keys.health(), 'nextRefresh') ?? 1))
}
