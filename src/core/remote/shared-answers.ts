import { LRUCache } from 'lru-cache'
import type { Backoff } from './backoff.ts'
import { createBackoff } from './backoff.ts'
import { LoadError } from './load-error.ts'
import type { SharedWork } from './shared-work.ts'
import { shareWork } from './shared-work.ts'

/** What an issuer has answered, and how long that counts. */
export interface Answered<T> {
  readonly value: T
  /** Seconds since the epoch. */
  readonly until: number
}

export interface Question<T> {
  /** Equal for questions that have the same answer. */
  readonly key: string
  /** Who is asked: the same object for as long as its answers count. */
  readonly issuer: object
  /** Seconds that one caller waits at most. */
  readonly timeout: number
  /**
   * Asks. It ends within twice the timeout, and rejects with a LoadError.
   *
   * @param t When it is asked, in seconds since the epoch.
   */
  ask(t: number): Promise<Answered<T>>
}

/**
 * Answers of issuers: one call for all who ask the same at the same time, and a bounded cache.
 * Failures of an issuer hold back all calls to it for a while; one that lies in the question holds
 * back that question alone.
 */
export interface SharedAnswers<T> {
  /**
   * Rejects with a LoadError, whose `heldBack` tells for how many seconds nobody will be asked.
   * Callers must not show it to one another: it is one object for all of them.
   */
  get(question: Question<T>): Promise<T>
  /** Drops the answers of issuers. */
  forget(which: (issuer: object) => boolean): void
}

/** What was answered, or why that cannot be used. */
type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

interface Kept<T> {
  readonly outcome: Outcome<T>
  readonly issuer: object
  readonly at: number
  readonly until: number
}

interface Call<T> {
  readonly issuer: object
  readonly work: SharedWork<T>
}

interface Asked {
  readonly backoff: Backoff
  lastError: string
}

/** Seconds for which a question is not asked again that an issuer could not answer. */
const failureLifetime = 10

/** @param max How many answers are kept. */
export function createSharedAnswers<T>(max: number, now: () => number): SharedAnswers<T> {
  // Made for the first answer: the library takes the memory for all of them at once.
  let kept: LRUCache<string, Kept<T>> | undefined
  const calls = new Map<string, Call<T>>()
  const states = new WeakMap<object, Asked>()

  function stateOf(issuer: object): Asked {
    const state = states.get(issuer) ?? { backoff: createBackoff(), lastError: 'no answer' }
    states.set(issuer, state)
    return state
  }

  function keep(key: string, entry: Kept<T>): void {
    kept ??= new LRUCache({ max })
    kept.set(key, entry)
  }

  async function get(question: Question<T>): Promise<T> {
    const t = now() / 1000
    const known = kept?.get(question.key)
    // A clock that is set back must not make an answer last longer than it may.
    if (known?.issuer === question.issuer && t >= known.at && t < known.until) {
      return unwrap(known.outcome, known.until - t)
    }
    return shareCall(question, t).wait(question.timeout, () => {
      throw new LoadError('timeout')
    })
  }

  function shareCall(question: Question<T>, t: number): SharedWork<T> {
    const { key, issuer, timeout } = question
    const current = calls.get(key)
    const isShared = current?.issuer === issuer && (current.work.ended || current.work.left(t) > 0)
    if (isShared) return current.work
    dropLost(t)
    checkHeldBack(issuer, t)
    const work = call(question, t).finally(() => {
      if (calls.get(key)?.work === shared) calls.delete(key)
    })
    const shared = shareWork(work, t, 2 * timeout)
    calls.set(key, { issuer, work: shared })
    return shared
  }

  /** workerd drops a call with the request that made it, and then nobody takes it out again. */
  function dropLost(t: number): void {
    for (const [key, { work }] of calls) if (work.left(t) <= 0) calls.delete(key)
  }

  function checkHeldBack(issuer: object, t: number): void {
    const { backoff, lastError } = stateOf(issuer)
    backoff.notAfter(t)
    const heldBack = backoff.left(t)
    if (heldBack > 0) throw new LoadError(lastError, { heldBack })
    // While the issuer fails, one call at a time finds out whether it still does.
    const isProbed = [...calls.values()].some((one) => one.issuer === issuer)
    if (backoff.heardAt !== undefined && isProbed) throw new LoadError(lastError)
  }

  async function call({ key, issuer, ask }: Question<T>, at: number): Promise<T> {
    const { backoff } = stateOf(issuer)
    try {
      const { value, until } = await ask(at)
      // An answer to a call that is older than a failure does not show that the issuer is back.
      if (!(at < (backoff.heardAt ?? -Infinity))) backoff.clear()
      keep(key, { outcome: { ok: true, value }, issuer, at, until })
      return value
    } catch (error) {
      if (!(error instanceof LoadError) || error.message === 'closed') throw error
      throw failed(error, { key, issuer, at })
    }
  }

  function failed(
    error: LoadError,
    { key, issuer, at }: Pick<Kept<T>, 'issuer' | 'at'> & { key: string },
  ): LoadError {
    const { message, details } = error
    const t = now() / 1000
    if (isAboutQuestion(error)) {
      keep(key, { outcome: { ok: false, why: message }, issuer, at: t, until: t + failureLifetime })
      return new LoadError(message, { ...details, heldBack: failureLifetime })
    }
    const state = stateOf(issuer)
    const { backoff } = state
    // What has its own back-off, such as the metadata, says for how long it is held back. Of the
    // calls that were under way when the issuer began to fail, the first one counts.
    if (details.heldBack === undefined && !(at < (backoff.heardAt ?? -Infinity))) {
      backoff.ask(t, details.retryAfter ?? 0)
      backoff.fail(t, 0)
      state.lastError = message
    }
    return new LoadError(message, { ...details, heldBack: details.heldBack ?? backoff.left(t) })
  }

  return {
    get,
    forget(which) {
      for (const [key, { issuer }] of [...(kept?.entries() ?? [])]) {
        if (which(issuer)) kept?.delete(key)
      }
    },
  }
}

function unwrap<T>(outcome: Outcome<T>, heldBack: number): T {
  if (!outcome.ok) throw new LoadError(outcome.why, { answered: true, heldBack })
  return outcome.value
}

/**
 * Whether an issuer that is well has answered this question with nothing that can be used: it may
 * answer others. An issuer that is overloaded or broken (408, 429, 5xx), or does not answer, answers
 * nobody.
 */
function isAboutQuestion({ details: { answered = false, status } }: LoadError): boolean {
  if (status === undefined) return answered
  return status < 500 && status !== 408 && status !== 429
}
