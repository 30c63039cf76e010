import { withoutPrototype } from '../own-members.ts'
import type { Loaded } from './attempts.ts'
import { createAttempts } from './attempts.ts'
import { createBackoff } from './backoff.ts'
import { LoadError } from './load-error.ts'

export interface CachedDocumentOptions<T> {
  /** Rejects with a LoadError. */
  load(attempt: { readonly forced: boolean }): Promise<Loaded<T>>
  /** Seconds. Default and ceiling. */
  readonly maxAge: number
  /** Seconds past max age for which the old value serves while it cannot be refreshed. */
  readonly staleIfError: number
  /** Seconds that one caller waits at most for a shared attempt. */
  readonly timeout: number
  /**
   * Seconds within which a load ends, unless the runtime has dropped it with the request that
   * started it.
   */
  readonly lostAfter: number
  now(): number
  /**
   * Seconds since the epoch after which no value may serve, whatever else holds, because the place
   * that it came from has not been confirmed for too long. Default: never.
   */
  endsAt?: (() => number) | undefined
  onLoaded(value: T, duration: number, previous: T | undefined): void
  onFailed(error: LoadError, duration: number, retryAfter: number): void
  onStale?(age: number): void
}

/**
 * 'fresh': serves. 'due': serves while it is refreshed in the background. 'stale': past its max
 * age, serves only if it cannot be refreshed. 'gone': too old to serve, or never loaded.
 */
export type DocumentState = 'fresh' | 'due' | 'stale' | 'gone'

/** A value that serves now. */
export interface Available<T> {
  readonly value: T
  /**
   * Whether the attempt that brought the value was started by the caller that is given it. Where it
   * was not, the attempt began before the caller came, and may have missed what the issuer has
   * published since.
   */
  readonly startedForCaller: boolean
}

/**
 * One document of an issuer, kept through the outages of that issuer. Traffic drives it, and no
 * timer does.
 */
export interface CachedDocument<T> {
  /**
   * The value, or a promise where the caller must wait for it. Throws or rejects with a LoadError
   * if there is none.
   */
  current(): Available<T> | Promise<Available<T>>
  /**
   * Makes an attempt beyond the schedule, or shares the one under way. Resolves when it has ended
   * or the caller's wait is over, and gives whether this call started it.
   */
  refresh(): Promise<boolean>
  /** Resolves when there is a usable value, or the attempt for one has ended. Never rejects. */
  ensureLoaded(): Promise<void>
  status(): DocumentStatus<T>
  /** When the value was loaded, in seconds since the epoch; undefined if there is none. */
  loadedAt(): number | undefined
  close(): void
}

export interface DocumentStatus<T> {
  /** The last value, however old. */
  readonly value: T | undefined
  readonly usable: boolean
  readonly stale: boolean
  /** Seconds since it was loaded. */
  readonly age: number | undefined
  /** Seconds until traffic starts the next attempt. */
  readonly nextRefresh: number | undefined
  /** Why the last attempt failed; undefined if it succeeded. */
  readonly lastError: LoadError | undefined
  /** The attempt under way. */
  readonly attempt: 'scheduled' | 'forced' | undefined
  /** Seconds for which the issuer asked to be left alone. */
  readonly asked: number
}

interface Held<T> {
  readonly available: Available<T>
  /** When it was loaded, in seconds since the epoch. */
  at: number
  /** Seconds after which it is stale. */
  readonly lifetime: number
  /** Seconds after which it is due. */
  readonly refreshAfter: number
}

const shortestLifetime = 60

export function createCachedDocument<T>(options: CachedDocumentOptions<T>): CachedDocument<T> {
  const given = withoutPrototype(options)
  const { load, staleIfError, timeout, lostAfter, onStale, endsAt = () => Infinity } = given
  const backoff = createBackoff()
  const attempts = createAttempts<T>({
    load,
    clock,
    timeout,
    lostAfter,
    onLoaded: hold,
    onFailed: fail,
    // No outcome is no failure of the issuer. Yet while the issuer fails, it must not be asked more
    // often for that.
    onLost: (at) => backoff.lose(at),
  })
  let held: Held<T> | undefined
  let lastError: LoadError | undefined
  let announcedStale = false
  let closed = false
  let lastReading = 0

  /**
   * Seconds since the epoch. A clock that is set back must not make anything last longer than it
   * may.
   */
  function clock(): number {
    const t = reading()
    if (held !== undefined && held.at > t) held.at = t
    backoff.notAfter(t)
    return t
  }

  /** A clock that throws or gives no number stands still. */
  function reading(): number {
    try {
      const t = options.now() / 1000
      if (Number.isFinite(t)) lastReading = t
    } catch {}
    return lastReading
  }

  function stateAt(t: number): DocumentState {
    if (held === undefined || t >= endsAt()) return 'gone'
    const age = t - held.at
    if (age >= held.lifetime) return age < held.lifetime + staleIfError ? 'stale' : 'gone'
    return age >= held.refreshAfter ? 'due' : 'fresh'
  }

  function current(): Available<T> | Promise<Available<T>> {
    const t = clock()
    attempts.giveUpLost(t)
    if (held === undefined) return demand(t)
    switch (stateAt(t)) {
      case 'fresh':
        return held.available
      case 'due':
        return refreshBehind(held, t)
      case 'stale':
        return mustWait(held, t) ? waitForAttempt() : refreshBehind(held, t)
      case 'gone':
        return demand(t)
    }
  }

  /** Serves the value while an attempt runs in the background. */
  function refreshBehind(serving: Held<T>, t: number): Available<T> | Promise<Available<T>> {
    if (backoff.left(t) > 0) return serve(serving, t)
    // workerd ends a background fetch together with the request that started it. So after an
    // attempt that was lost, a request waits for the next one, which lives as long as that request
    // is open. Without this, no attempt would ever end on workerd.
    if (attempts.lastWasLost && backoff.heardAt === undefined) return waitForAttempt()
    attempts.start(false)
    return serve(serving, t)
  }

  function serve({ available, at, lifetime }: Held<T>, t: number): Available<T> {
    if (t - at >= lifetime && !announcedStale) {
      announcedStale = true
      onStale?.(toMilliseconds(t - at))
    }
    return available
  }

  /**
   * There is no value that may serve: whoever needs one waits for it, unless attempts are held
   * back.
   */
  function demand(t: number): Promise<Available<T>> {
    const heldBack = attempts.underWay === undefined && backoff.left(t) > 0
    if (closed || heldBack) throw unavailable(t)
    return waitForAttempt()
  }

  /** The value after an attempt, whether the attempt ended well or not. */
  async function waitForAttempt(): Promise<Available<T>> {
    const startedForCaller = await attempts.join(false)
    const t = clock()
    if (held === undefined || stateAt(t) === 'gone') throw unavailable(t)
    return { value: serve(held, t).value, startedForCaller }
  }

  function unavailable(t: number): LoadError {
    return new LoadError(lastError?.message ?? 'timeout', { heldBack: backoff.left(t) })
  }

  /**
   * Past max age the first caller waits for one refresh, and so does the first after an idle spell:
   * without the wait, a key that the issuer has removed would serve on. Once that refresh has
   * failed, nobody waits for an issuer that is down.
   */
  function mustWait({ at, lifetime }: Held<T>, t: number): boolean {
    if (closed) return false
    const { heardAt } = backoff
    if (heardAt === undefined) return true
    const failedSinceExpiry = heardAt >= at + lifetime
    const idle = t - heardAt >= lifetime
    return (!failedSinceExpiry || idle) && backoff.left(t) === 0
  }

  function hold({ value, maxAge }: Loaded<T>, began: number): void {
    const previous = held?.available.value
    const allowed = Math.max(shortestLifetime, maxAge ?? Infinity)
    const lifetime = Math.min(options.maxAge, allowed)
    // 80 % ± 10 %, so that many processes do not ask at once.
    const refreshAfter = lifetime * 0.8 * (0.9 + 0.2 * Math.random())
    // Whoever finds the value loaded has not started the attempt that brought it.
    const available = Object.freeze({ value, startedForCaller: false })
    held = { available, at: began, lifetime, refreshAfter }
    backoff.clear()
    lastError = undefined
    announcedStale = false
    options.onLoaded(value, toMilliseconds(clock() - began), previous)
  }

  function fail(thrown: unknown, began: number, forced: boolean): void {
    const error = thrown instanceof LoadError ? thrown : new LoadError('failed')
    const t = clock()
    lastError = error
    const { retryAfter = 0, heldBack = 0 } = error.details
    backoff.ask(t, retryAfter)
    // Anybody can cause a forced attempt with an invented `kid`. It must not delay a refresh, so
    // its failure counts only where an attempt was due anyway.
    const wasDue = held === undefined || t - held.at >= held.refreshAfter
    if (!forced || wasDue || retryAfter > 0) backoff.fail(t, heldBack)
    options.onFailed(error, toMilliseconds(t - began), toMilliseconds(backoff.left(t)))
  }

  return {
    current,
    refresh: () => attempts.join(true),
    async ensureLoaded() {
      const t = clock()
      attempts.giveUpLost(t)
      const heldBack = attempts.underWay === undefined && backoff.left(t) > 0
      if (stateAt(t) === 'gone' && !heldBack) await attempts.finish()
    },
    status() {
      const t = clock()
      attempts.giveUpLost(t)
      const age = held && t - held.at
      const due = held === undefined ? 0 : Math.max(0, held.at + held.refreshAfter - t)
      const idle = closed || (held === undefined && backoff.heardAt === undefined)
      return {
        value: held?.available.value,
        usable: stateAt(t) !== 'gone',
        stale: held !== undefined && t - held.at >= held.lifetime,
        age: age === undefined ? undefined : toMilliseconds(age),
        nextRefresh: idle ? undefined : toMilliseconds(Math.max(due, backoff.left(t))),
        lastError,
        attempt: attempts.underWay,
        asked: backoff.asked(t),
      }
    },
    loadedAt: () => held?.at,
    close() {
      closed = true
      attempts.close()
    },
  }
}

/** Seconds to the millisecond, as the clock has them. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
