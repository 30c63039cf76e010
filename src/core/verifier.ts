import type { Auth, Grant, JWTPayload } from './auth.ts'
import { authOf, deepFreeze } from './auth.ts'
import { checkAudience, checkTimes, checkType, readGrant, readTimes } from './claims.ts'
import type { CompactJws } from './compact.ts'
import { checkSize, readClaims, readClaimsAgain, readCompact } from './compact.ts'
import type { Reason } from './errors.ts'
import { AuthError, InvalidTokenError, UnavailableError } from './errors.ts'
import type { Emit } from './events.ts'
import { hintFor } from './hints.ts'
import type { Gate } from './issuers.ts'
import { createIssuers } from './issuers.ts'
import type { KeySet } from './keys/key-set.ts'
import type { KeyHealth } from './keys/source.ts'
import type { LiveIssuer } from './live-issuer.ts'
import type { VerifierOptions } from './options.ts'
import { resolveOptions } from './options.ts'
import { allowedAlgorithm, refuseCritical, verifySignature } from './signature.ts'
import type { CachedToken } from './token-cache.ts'
import { createTokenCache, digestOf } from './token-cache.ts'

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
   * Loads the keys of every listed issuer, in parallel. Stale keys count as usable; a resolver's issuers are not asked
   * for.
   *
   * @throws UnavailableError whose `issuers` are those without usable keys.
   */
  ready(): Promise<void>
  /** Every issuer loaded so far. */
  health(): readonly IssuerHealth[]
  /** Aborts fetches and starts no more. Loaded keys serve until they are too stale. */
  close(): void
}

/** How far a token came: whose it is, once that is known. */
interface Trail {
  issuer?: LiveIssuer
}

interface Examined {
  readonly grant: Grant
  readonly toRemember: CachedToken
}

const emitters = new WeakMap<object, Emit>()

/** Where a verifier's events go; undefined when nobody listens. */
export function emitOf(verifier: object): Emit {
  return emitters.get(verifier)
}

/**
 * Verifies JWT access tokens of trusted issuers (RFC 9068 section 4, RFC 8725bis). Does no I/O and starts no timer before
 * the first token.
 *
 * Does not check: revocation, proof of possession (tokens with `cnf` are refused), TLS, how often a token is used.
 *
 * @throws TypeError if an option is wrong, with the mend.
 */
export function createVerifier<C extends object = JWTPayload>(
  options: VerifierOptions<C>,
): Verifier<C> {
  const settings = resolveOptions(options)
  const { emit } = settings
  const issuers = createIssuers(settings)
  const cache = settings.tokenCache > 0 ? createTokenCache(settings.tokenCache) : undefined

  async function verify(token: string): Promise<Auth<C>> {
    // Filled in on the way, for the event alone.
    const trail: Trail = {}
    try {
      if (typeof token !== 'string') throw new InvalidTokenError('malformed')
      checkSize(token)
      if (cache === undefined) return accept((await examine(token, trail)).grant, token, false)

      // Only a promise is waited for: most of the 2 µs that a remembered token takes would be waiting for nothing.
      const digested = digestOf(token)
      const digest = typeof digested === 'string' ? digested : await digested
      const remembered = cache.recall(digest)
      if (remembered !== undefined) {
        const good = isStillGood(remembered, trail)
        if (good === true || (await good)) return accept(grantOf(remembered, token), token, true)
        cache.forget(digest)
      }
      const { grant, toRemember } = await examine(token, trail)
      cache.remember(digest, toRemember)
      return accept(grant, token, false)
    } catch (error) {
      if (error instanceof AuthError) tellOf(error.reason, token, trail)
      throw error
    }
  }

  function accept(grant: Grant, token: string, remembered: boolean): Auth<C> {
    emit?.({ type: 'token.accepted', issuer: grant.issuer, cached: remembered })
    return authOf(grant, token) as Auth<C>
  }

  function tellOf(reason: Reason, token: string, { issuer }: Trail): void {
    if (emit === undefined) return
    const hint = hintFor(reason, token, issuer === undefined ? issuers.listed : [issuer])
    emit({
      type: 'token.refused',
      ...(issuer !== undefined && { issuer: issuer.issuer }),
      reason,
      ...(hint !== undefined && { hint }),
    })
  }

  /** All that can change after a signature was checked. False: it must be checked anew. */
  function isStillGood(remembered: CachedToken, trail: Trail): boolean | Promise<boolean> {
    const { issuer, times } = remembered
    const isLive = (trusted: boolean): boolean | Promise<boolean> => {
      if (!trusted) return false
      trail.issuer = issuer
      checkTimes(times, settings.now())
      const set = issuer.keys.current()
      return set instanceof Promise
        ? set.then((waited) => isInUse(remembered, waited))
        : isInUse(remembered, set)
    }
    const trusted = issuers.trusts(issuer)
    return trusted instanceof Promise ? trusted.then(isLive) : isLive(trusted)
  }

  /** Every check, the cheap ones first: only a token that passed all others meets the keys. */
  async function examine(token: string, trail: Trail): Promise<Examined> {
    const jws = readCompact(token)
    checkHeader(jws, issuers.gate)
    const claims = readClaims(jws)
    const found = issuers.find(claims['iss'])
    const issuer = found instanceof Promise ? await found : found
    if (issuer === undefined) throw new InvalidTokenError('issuer')
    trail.issuer = issuer
    const { policy } = issuer
    if (policy !== issuers.gate) checkHeader(jws, policy)
    checkAudience(claims, policy.audience)
    const times = readTimes(claims, policy)
    checkTimes(times, settings.now())
    const grant = readGrant(claims, issuer.issuer, policy.profile, times.exp)
    const { key, edition } = await verifySignature(jws, issuer.keys, policy.algorithms)
    issuers.proven(issuer)
    if (settings.claims === undefined) {
      deepFreeze(claims)
      return { grant, toRemember: { grant: undefined, times, key, edition, issuer } }
    }
    // The application's schema comes after the signature: it is never given what a stranger wrote.
    const seen = { ...grant, claims: (await settings.claims(claims)) as Grant['claims'] }
    return { grant: seen, toRemember: { grant: seen, times, key, edition, issuer } }
  }

  async function ready(): Promise<void> {
    await Promise.all(issuers.listed.map(({ keys }) => keys.settle()))
    const missing = issuers.listed.filter(({ keys }) => !keys.health().usable)
    if (missing.length === 0) return
    throw new UnavailableError('keys', waitOf(missing), missing.map(nameOf))
  }

  const verifier: Verifier<C> = {
    verify,
    ready,
    health: () => issuers.all().map(healthOf).filter(isLoaded),
    close: issuers.close,
  }
  emitters.set(verifier, emit)
  return verifier
}

/** Whether the key still serves. A set that was asked once is known by its edition, which is cheaper to look at. */
function isInUse(remembered: CachedToken, set: KeySet): boolean {
  if (set.edition === remembered.edition) return true
  if (!set.has(remembered.key)) return false
  remembered.edition = set.edition
  return true
}

function grantOf(remembered: CachedToken, token: string): Grant {
  if (remembered.grant === undefined) {
    const { issuer, times } = remembered
    const claims = deepFreeze(readClaimsAgain(token))
    remembered.grant = readGrant(claims, issuer.issuer, issuer.policy.profile, times.exp)
  }
  return remembered.grant
}

function checkHeader({ header }: CompactJws, { algorithms, profile }: Gate): void {
  allowedAlgorithm(header, algorithms)
  checkType(header, profile)
  refuseCritical(header)
}

const healthOf = ({ issuer, keys }: LiveIssuer): IssuerHealth => ({ issuer, ...keys.health() })

/** Whether its keys were asked for at all, with or without success. */
const isLoaded = ({ usable, age, lastError }: IssuerHealth): boolean =>
  usable || age !== undefined || lastError !== undefined

const nameOf = ({ issuer }: LiveIssuer): string => issuer

const waitOf = (missing: readonly LiveIssuer[]): number =>
  Math.min(...missing.map(({ keys }) => keys.health().nextRefresh ?? 1))
