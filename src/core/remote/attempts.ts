import type { SharedWork } from './shared-work.ts'
import { shareWork } from './shared-work.ts'

export interface Loaded<T> {
  readonly value: T
  /** Seconds that the issuer lets it be kept, if it says so. */
  readonly maxAge: number | undefined
}

export interface AttemptsOptions<T> {
  /** Rejects with a LoadError. */
  load(attempt: { readonly forced: boolean }): Promise<Loaded<T>>
  /** Seconds since the epoch. */
  clock(): number
  /** Seconds that one caller waits at most for a shared attempt. */
  readonly timeout: number
  /**
   * Seconds within which a load ends, unless the runtime has dropped it with the request that
   * started it.
   */
  readonly lostAfter: number
  onLoaded(loaded: Loaded<T>, began: number): void
  onFailed(error: unknown, began: number, forced: boolean): void
  /** Told that an attempt was given up because its time was over, and when that was. */
  onLost(at: number): void
}

/**
 * Loads one document, at most once at a time: whoever needs it meanwhile shares the attempt under
 * way.
 */
export interface Attempts {
  /** The attempt under way: one of the schedule, or one that a caller asked for beyond it. */
  readonly underWay: 'scheduled' | 'forced' | undefined
  /** Whether the newest attempt was lost: it ended neither well nor badly. */
  readonly lastWasLost: boolean
  /** Starts an attempt in the background unless one is under way. */
  start(forced: boolean): void
  /**
   * Waits for an attempt, no longer than a caller may wait; the attempt goes on without the caller.
   * Gives whether this call started the attempt: if not, the attempt began earlier, and may have
   * missed what is newer.
   */
  join(forced: boolean): Promise<boolean>
  /** Waits for a scheduled attempt until it ends or is lost. */
  finish(): Promise<void>
  /** An attempt whose time is over makes room for a new one. */
  giveUpLost(t: number): void
  /** Starts no attempt from now on. */
  close(): void
}

interface Attempt {
  readonly forced: boolean
  readonly work: SharedWork<void>
}

export function createAttempts<T>(options: AttemptsOptions<T>): Attempts {
  const { clock, timeout, lostAfter } = options
  let current: Attempt | undefined
  /**
   * The number of the newest attempt: what an older one brings after it was given up is not used.
   */
  let newest = 0
  let lastWasLost = false
  let closed = false

  function giveUpLost(t: number): void {
    if (current === undefined) return
    const left = current.work.left(t)
    if (left > 0) return
    current = undefined
    newest++
    lastWasLost = true
    options.onLost(t + left)
  }

  /** The attempt to wait for, and whether it is a new one; undefined once closed. */
  function begin(forced: boolean): { attempt: Attempt; started: boolean } | undefined {
    if (closed) return undefined
    const t = clock()
    giveUpLost(t)
    if (current !== undefined) return { attempt: current, started: false }
    lastWasLost = false
    const work = run(forced, t, ++newest)
    current = { forced, work: shareWork(work, t, lostAfter) }
    return { attempt: current, started: true }
  }

  async function run(forced: boolean, began: number, number: number): Promise<void> {
    try {
      const loaded = await options.load({ forced })
      if (ends(number)) options.onLoaded(loaded, began)
    } catch (error) {
      if (ends(number)) options.onFailed(error, began, forced)
    }
  }

  /**
   * Comes before the outcome is told: whoever comes after it must not share an attempt that is over.
   * It would bring nothing newer, and a forgery would be answered 503 instead of 401.
   *
   * @returns False if the attempt was given up before.
   */
  function ends(number: number): boolean {
    if (number !== newest) return false
    current = undefined
    return true
  }

  async function join(forced: boolean): Promise<boolean> {
    const first = begin(forced)
    if (first === undefined) return false
    const { work } = first.attempt
    const patience = Math.min(timeout, work.left(clock()))
    await work.wait(patience, () => {})
    if (patience >= timeout || work.ended) return first.started
    // The attempt was lost while this caller waited for it: the rest of the caller's time is for a
    // new one.
    const second = begin(forced)
    await second?.attempt.work.wait(timeout - patience, () => {})
    return second?.started ?? false
  }

  return {
    get underWay() {
      return current && (current.forced ? 'forced' : 'scheduled')
    },
    get lastWasLost() {
      return lastWasLost
    },
    start: (forced) => void begin(forced),
    join,
    async finish() {
      const work = begin(false)?.attempt.work
      await work?.wait(work.left(clock()), () => {})
    },
    giveUpLost,
    close() {
      closed = true
    },
  }
}
