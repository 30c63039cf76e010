import type { Awaitable } from '../awaitable.ts'
import { withoutPrototype } from '../own-members.ts'
import type { Backoff } from './backoff.ts'
import { createBackoff } from './backoff.ts'
import type { Kept } from './kept-answers.ts'
import { createKeptAnswers, stillCounts } from './kept-answers.ts'
import { LoadError } from './load-error.ts'
import type { SharedWork } from './shared-work.ts'
import { shareWork } from './shared-work.ts'

/** What an issuer has answered, and how long that counts. */
export interface Answered<T> {
  readonly value: T
  /** Seconds since the epoch. */
  readonly until: number
  /** Whether it grants nothing. Such answers push out no others. */
  readonly refuses: boolean
}

export interface Question<T> {
  /** Equal for questions that have the same answer. */
  readonly key: string
  /** Who is asked: the same object for as long as its answers count. */
  readonly issuer: object
  /** Seconds that one caller waits at most. */
  readonly timeout: number
  /** Whether no answer that is kept counts, and this one is not kept. */
  readonly anew: boolean
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
   * At once where the answer is kept. Throws or rejects with a LoadError, whose `heldBack` tells for
   * how many seconds nobody will be asked. Callers must not show it to one another: it is one object
   * for all of them.
   */
  get(question: Question<T>): Awaitable<T>
  /** Drops the answers of issuers. */
  forget(which: (issuer: object) => boolean): void
}

export interface SharedAnswersOptions {
  /** How many answers are kept that grant something, and how many that refuse. */
  readonly max: number
  now(): number
  /** Calls of one issuer at the same time: beyond these, nobody is asked. Default: no limit. */
  readonly mostCalls?: number
  /**
   * Seconds for which a question is not asked again that an issuer could not answer. Default: 10,
   * which is as long as a refusal of the issuer is kept.
   */
  readonly failureLifetime?: number
  /** @param retryAfter Seconds for which the issuer is not asked anything. */
  onFailed?(error: LoadError, retryAfter: number): void
}

/** Seconds for which what an issuer refuses is kept. */
export const refusalLifetime = 10

/** What was answered, or why that cannot be used. */
type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

interface KeptOutcome<T> extends Kept {
  readonly outcome: Outcome<T>
}

interface Call<T> {
  readonly issuer: object
  readonly work: SharedWork<T>
}

interface Asked {
  readonly backoff: Backoff
  lastError: string
}

export function createSharedAnswers<T>(options: SharedAnswersOptions): SharedAnswers<T> {
  const given = withoutPrototype(options)
  const { max, now, mostCalls = Infinity, failureLifetime = refusalLifetime, onFailed } = given
  const kept = createKeptAnswers<KeptOutcome<T>>(max)
  const calls = new Map<string, Call<T>>()
  const states = new WeakMap<object, Asked>()

  function stateOf(issuer: object): Asked {
    const state = states.get(issuer) ?? { backoff: createBackoff(), lastError: 'no answer' }
    states.set(issuer, state)
    return state
  }

  function get(question: Question<T>): Awaitable<T> {
    const { key, issuer, timeout, anew } = question
    const t = now() / 1000
    const known = anew ? undefined : kept.get(key)
    if (known?.issuer === issuer && stillCounts(known, t)) {
      return unwrap(known.outcome, known.until - t)
    }
    return shareCall(question, t).wait(timeout, () => {
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
    // The metadata may have to be read first, which takes as long as the call at most.
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
    const underWay = [...calls.values()].filter((one) => one.issuer === issuer).length
    if (underWay >= mostCalls) throw new LoadError(`${mostCalls} calls are under way`)
    // While the issuer fails, one call at a time finds out whether it still does.
    if (backoff.heardAt !== undefined && underWay > 0) throw new LoadError(lastError)
  }

  async function call(question: Question<T>, at: number): Promise<T> {
    const { key, issuer, anew } = question
    const { backoff } = stateOf(issuer)
    try {
      const { value, until, refuses } = await question.ask(at)
      if (isNews(at, backoff)) backoff.clear()
      if (!anew) kept.set(key, { outcome: { ok: true, value }, issuer, at, until, refuses })
      return value
    } catch (error) {
      if (!(error instanceof LoadError) || error.message === 'closed') throw error
      // What has its own back-off, such as the metadata, says for how long it is held back.
      if (error.details.heldBack !== undefined) throw error
      throw isAboutQuestion(error) ? unanswerable(error, question) : failed(error, issuer, at)
    }
  }

  function unanswerable(error: LoadError, { key, issuer, anew }: Question<T>): LoadError {
    const { message, details } = error
    const t = now() / 1000
    const outcome = { ok: false, why: message } as const
    const until = t + failureLifetime
    if (!anew) kept.set(key, { outcome, issuer, at: t, until, refuses: true })
    onFailed?.(error, 0)
    return new LoadError(message, { ...details, heldBack: failureLifetime })
  }

  function failed(error: LoadError, issuer: object, at: number): LoadError {
    const { message, details } = error
    const t = now() / 1000
    const state = stateOf(issuer)
    const { backoff } = state
    if (isNews(at, backoff)) {
      backoff.ask(t, details.retryAfter ?? 0)
      backoff.fail(t, 0)
      state.lastError = message
    }
    const heldBack = backoff.left(t)
    onFailed?.(error, heldBack)
    return new LoadError(message, { ...details, heldBack })
  }

  return { get, forget: kept.forget }
}

/**
 * Whether the end of a call tells how the issuer is now. Of the calls that were under way when it
 * began to fail, only the first one counts; and an answer to one of them does not show that it is
 * back.
 */
function isNews(began: number, { heardAt = -Infinity }: Backoff): boolean {
  return !(began <= heardAt)
}

function unwrap<T>(outcome: Outcome<T>, heldBack: number): T {
  if (!outcome.ok) throw new LoadError(outcome.why, { answered: true, heldBack })
  return outcome.value
}

/**
 * Whether an issuer that is well has answered this question with nothing that can be used: it may
 * answer others, and anybody who sends it strange tokens must not hold those back. An issuer that is
 * overloaded or broken (408, 429, 5xx), does not answer, or refuses this API as its client (401,
 * `invalid_client`), answers nobody.
 */
function isAboutQuestion({
  details: { answered = false, status, oauthError },
}: LoadError): boolean {
  if (status === undefined) return answered
  if (status === 401 || oauthError === 'invalid_client') return false
  return status < 500 && status !== 408 && status !== 429
}
