import type { SharedWork } from '../shared-work.ts'
import { shareWork } from '../shared-work.ts'
import { createBackoff } from './backoff.ts'
import { LoadError } from './load-error.ts'

export interface Loaded<T> {
  readonly value: T
  /** Seconds that the issuer lets it be kept, if it says so. */
  readonly maxAge: number | undefined
}

export interface LifecycleOptions<T> {
  /** Rejects with a LoadError. */
  load(attempt: { readonly forced: boolean }): Promise<Loaded<T>>
  /** Seconds. Default and ceiling. */
  readonly maxAge: number
  /** Seconds past max age for which the old value serves while it cannot be refreshed. */
  readonly staleIfError: number
  /** Seconds that one caller waits at most for a shared attempt. */
  readonly timeout: number
  /** Seconds within which a load ends, unless the runtime has dropped it with the request that started it. */
  readonly lostAfter: number
  now(): number
  onLoaded(value: T, duration: number, previous: T | undefined): void
  onFailed(error: LoadError, duration: number, retryAfter: number): void
  onStale?(age: number): void
}

/** One document of an issuer, kept through its bad days: fresh, due, stale, gone. Time is given, traffic drives it. */
export interface Lifecycle<T> {
  /** The value at hand, or a promise where a caller must wait for it. Throws or rejects with a LoadError if there is none. */
  current(): T | Promise<T>
  /** An attempt beyond the schedule, shared with one under way. Resolves when it has ended or the caller's wait is over. */
  force(): Promise<void>
  /** Makes sure of a usable value if one can be had: resolves when there is one, or the attempt for it has ended. */
  settle(): Promise<void>
  status(): LifecycleStatus<T>
  close(): void
}

interface Attempt {
  readonly forced: boolean
  readonly work: SharedWork<void>
}

export interface LifecycleStatus<T> {
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

const shortestLifetime = 60

export function createLifecycle<T>(options: LifecycleOptions<T>): Lifecycle<T> {
  const { staleIfError, timeout, lostAfter } = options
  let held: { value: T; at: number; lifetime: number; refreshAfter: number } | undefined
  const backoff = createBackoff()
  let lastError: LoadError | undefined
  let attempt: Attempt | undefined
  /** The number of the newest attempt. */
  let newest = 0
  /** Whether the last attempt got lost. */
  let missed = false
  let announcedStale = false
  let closed = false
  let lastReading = 0

  /** Seconds since the epoch. A clock that is set back must not make anything last longer than it may. */
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

  const age = (t: number): number => (held === undefined ? Infinity : t - held.at)
  const lifetime = (): number => held?.lifetime ?? 0
  const isUsable = (t: number): boolean => age(t) < lifetime() + (held ? staleIfError : 0)
  const isDue = (t: number): boolean => age(t) >= (held?.refreshAfter ?? 0)

  function current(): T | Promise<T> {
    const t = clock()
    giveUpLost(t)
    if (held === undefined || !isUsable(t)) return demand(t)
    const { value, lifetime } = held
    if (age(t) < lifetime) return isDue(t) ? refreshed(value, t) : value
    // Within the wait a removed key could slip in, so one refresh is waited for; then nobody waits for a dead issuer.
    if (mustWait(t)) return wait(false).then(atHand)
    const serving = refreshed(value, t)
    return serving instanceof Promise ? serving : inUse(value, t)
  }

  /** The value at hand, while an attempt runs in the background. */
  function refreshed(value: T, t: number): T | Promise<T> {
    if (backoff.left(t) > 0) return value
    // One that got lost is made up for by one that its own request keeps alive.
    if (missed) return wait(false).then(atHand)
    start(false)
    return value
  }

  /** No outcome is no failure of the issuer; yet while it fails, it is asked no more often for that. */
  function giveUpLost(t: number): void {
    if (attempt === undefined || attempt.work.ended) return
    const left = attempt.work.left(t)
    if (left > 0) return
    attempt = undefined
    newest++
    if (backoff.heardAt === undefined) missed = true
    else backoff.lose(t + left)
  }

  function inUse(value: T, t: number): T {
    if (age(t) >= lifetime() && !announcedStale) {
      announcedStale = true
      options.onStale?.(rounded(age(t)))
    }
    return value
  }

  function demand(t: number): Promise<T> {
    const left = backoff.left(t)
    if (closed || (attempt === undefined && left > 0)) throw gone(t)
    return wait(false).then(atHand)
  }

  /** What a wait was for, whether it ended well or not. */
  function atHand(): T {
    const t = clock()
    if (held !== undefined && isUsable(t)) return inUse(held.value, t)
    throw gone(t)
  }

  function gone(t: number): LoadError {
    return new LoadError(lastError?.message ?? 'timeout', { heldBack: backoff.left(t) })
  }

  /** Past max age the first caller waits, and the first after an idle spell; not while attempts are held back. */
  function mustWait(t: number): boolean {
    if (closed) return false
    const { heardAt } = backoff
    if (heardAt === undefined) return true
    const failedSinceExpiry = heardAt >= (held?.at ?? 0) + lifetime()
    const idle = t - heardAt >= lifetime()
    return (!failedSinceExpiry || idle) && backoff.left(t) === 0
  }

  function start(forced: boolean): Attempt | undefined {
    if (closed) return undefined
    const t = clock()
    giveUpLost(t)
    if (attempt !== undefined) return attempt
    missed = false
    const number = ++newest
    const work = run(forced, t, number).finally(() => {
      if (number === newest) attempt = undefined
    })
    attempt = { forced, work: shareWork(work, t, lostAfter) }
    return attempt
  }

  async function run(forced: boolean, began: number, number: number): Promise<void> {
    try {
      const { value, maxAge } = await options.load({ forced })
      // It was taken for lost, and a newer one has its place.
      if (number !== newest) return
      const allowed = Math.max(shortestLifetime, maxAge ?? Infinity)
      const lifetime = Math.min(options.maxAge, allowed)
      // 80 % ± 10 %, so that many processes do not ask at once.
      const previous = held?.value
      held = {
        value,
        at: began,
        lifetime,
        refreshAfter: lifetime * 0.8 * (0.9 + 0.2 * Math.random()),
      }
      backoff.clear()
      lastError = undefined
      announcedStale = false
      options.onLoaded(value, rounded(clock() - began), previous)
    } catch (error) {
      if (number !== newest) return
      fail(error instanceof LoadError ? error : new LoadError('failed'), began, forced)
    }
  }

  function fail(error: LoadError, began: number, forced: boolean): void {
    const t = clock()
    lastError = error
    const { retryAfter = 0, heldBack = 0 } = error.details
    backoff.ask(t, retryAfter)
    // A stranger's `kid` must not delay a refresh: a forced attempt counts only where one was due anyway.
    if (!forced || isDue(t) || retryAfter > 0) backoff.fail(t, heldBack)
    options.onFailed(error, rounded(t - began), rounded(backoff.left(t)))
  }

  /** The caller's own deadline: the attempt goes on when the caller no longer waits. */
  async function wait(forced: boolean): Promise<void> {
    const shared = start(forced)?.work
    if (shared === undefined) return
    const first = Math.min(timeout, shared.left(clock()))
    await shared.wait(first, () => {})
    if (first < timeout && !shared.ended) await start(forced)?.work.wait(timeout - first, () => {})
  }

  return {
    current,
    force: () => wait(true),
    async settle() {
      const t = clock()
      giveUpLost(t)
      if (isUsable(t) || (attempt === undefined && backoff.left(t) > 0)) return
      const shared = start(false)?.work
      await shared?.wait(shared.left(t), () => {})
    },
    status() {
      const t = clock()
      giveUpLost(t)
      const due = held === undefined ? 0 : Math.max(0, held.refreshAfter - age(t))
      const idle = closed || (held === undefined && backoff.heardAt === undefined)
      return {
        value: held?.value,
        usable: isUsable(t),
        stale: held !== undefined && age(t) >= held.lifetime,
        age: held === undefined ? undefined : rounded(age(t)),
        nextRefresh: idle ? undefined : rounded(Math.max(due, backoff.left(t))),
        lastError,
        attempt: attempt && (attempt.forced ? 'forced' : 'scheduled'),
        asked: backoff.asked(t),
      }
    },
    close() {
      closed = true
    },
  }
}

/** Seconds to the millisecond, as the clock has them. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
