import { LRUCache } from 'lru-cache'
import { supportedAlgorithms } from '../algorithms.ts'
import type { Awaitable } from '../awaitable.ts'
import { andThen } from '../awaitable.ts'
import { UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
import { isIdentifier } from '../issuer-url.ts'
import { withDetail } from '../jwt/details.ts'
import { withoutValues } from '../option-checks.ts'
import { within } from '../remote/deadline.ts'
import type { FetchLike } from '../remote/http.ts'
import type { SharedWork } from '../remote/shared-work.ts'
import { shareWork } from '../remote/shared-work.ts'
import type { ActiveIssuer, IssuerContext, TrustedIssuer } from './active-issuer.ts'
import { activate } from './active-issuer.ts'
import type { Issuers } from './issuers.ts'

/** The application's function that answers for an `iss`. */
export interface Resolver {
  readonly ask: (iss: string) => unknown
  /** What it answered, checked. Throws a TypeError if that is wrong. */
  readonly read: (answer: unknown) => TrustedIssuer
  /** How many issuers are kept whose tokens were accepted. */
  readonly maxIssuers: number
}

/** Its message is made of the library's own words. */
class ResolverFailure extends Error {}

interface Answer {
  readonly issuer: ActiveIssuer
  /** Equal for equal answers: an issuer that did not change keeps its keys. */
  readonly stated: string
  /** When it was last given: seconds since the epoch. */
  at: number
  /** The function that fetches for it, as the newest answer states it. */
  fetch: TrustedIssuer['fetch']
}

/**
 * How many names are kept of which no token was accepted so far. Attackers may have invented them.
 */
const mostNamed = 1000
const theAnswer = 'the answer of the resolver'
/** Seconds. */
const answerLifetime = 600
/** Seconds. */
const refusalLifetime = 30

/**
 * Issuers that a function answers for. Their memory is bounded, however many different `iss`
 * attackers invent.
 */
export function createResolvedIssuers(
  { ask, read, maxIssuers }: Resolver,
  context: IssuerContext,
): Issuers {
  const { emit } = context
  const { timeout } = context.keys
  // Kept apart: tokens that nobody has signed must not push out issuers whose tokens were accepted.
  const proven = createAnswers(maxIssuers, (issuer) => emit?.({ type: 'issuer.dropped', issuer }))
  const unproven = createAnswers(mostNamed)
  const refusals = new LRUCache<string, number>({ max: mostNamed })
  // Bounded like the others: workerd drops a question with the request that asked it, and then
  // nobody takes it out again.
  const asking = new LRUCache<string, SharedWork<ActiveIssuer | undefined>>({ max: mostNamed })
  let closed = false
  /** How often an issuer was forgotten. What was asked before may have been answered before. */
  let forgotten = 0

  /** Seconds since the epoch. */
  function clock(): number {
    return context.now() / 1000
  }

  /**
   * Does not count as a use of the issuer: a token that nobody has verified must not decide which
   * issuer is dropped for lack of room.
   */
  function answerFor(iss: string): Answer | undefined {
    return proven.peek(iss) ?? unproven.peek(iss)
  }

  /** A token of the issuer was accepted: the issuer is now the one that was used last. */
  function use(issuer: ActiveIssuer): void {
    const name = issuer.issuer
    if (proven.get(name) !== undefined) return
    const answer = unproven.peek(name)
    if (answer?.issuer !== issuer) return
    proven.set(name, answer)
    unproven.delete(name)
  }

  /**
   * Whether something of that time still counts. A clock that is set back makes nothing last
   * longer.
   */
  function isYoung(at: number, lifetime: number): boolean {
    const age = clock() - at
    return age >= 0 && age < lifetime
  }

  function find(iss: unknown): Awaitable<ActiveIssuer | undefined> {
    if (typeof iss !== 'string') return undefined
    const answer = answerFor(iss)
    if (answer !== undefined && isYoung(answer.at, answerLifetime)) return answer.issuer
    const refusedAt = refusals.get(iss)
    if (refusedAt !== undefined && isYoung(refusedAt, refusalLifetime)) return undefined
    return isIdentifier(iss) ? waitForAnswer(iss) : undefined
  }

  /**
   * Every caller that waits gets an error of its own: one object in two requests would show one
   * caller the other's.
   */
  async function waitForAnswer(iss: string): Promise<ActiveIssuer | undefined> {
    try {
      return await askOnce(iss).wait(timeout, () => fail('it gave no answer in time'))
    } catch (error) {
      const why = error instanceof ResolverFailure ? error.message : undefined
      throw withDetail(new UnavailableError('resolver', 1), 'resolver', why)
    }
  }

  /** One question for all callers that wait for its answer. */
  function askOnce(iss: string): SharedWork<ActiveIssuer | undefined> {
    const t = clock()
    const current = asking.get(iss)
    if (current !== undefined && (current.ended || current.left(t) > 0)) return current
    const work = resolve(iss).finally(() => {
      if (asking.get(iss) === shared) asking.delete(iss)
    })
    const shared = shareWork(work, t, timeout)
    asking.set(iss, shared)
    return shared
  }

  async function resolve(iss: string): Promise<ActiveIssuer | undefined> {
    const before = forgotten
    const answer: unknown = await within(timeout, answerOf(iss), () =>
      fail('it gave no answer in time'),
    )
    if (before !== forgotten) return resolve(iss)
    if (answer === undefined) {
      proven.delete(iss)
      unproven.delete(iss)
      refusals.set(iss, clock())
      return undefined
    }
    const trusted = readAnswer(answer)
    if (trusted.issuer !== iss) fail(`${theAnswer} is for another issuer`)
    refusals.delete(iss)
    return keep(trusted)
  }

  async function answerOf(iss: string): Promise<unknown> {
    try {
      return await ask(iss)
    } catch {
      // What the function threw may quote the `iss`, which is a claim of a token that nobody has
      // verified.
      return fail('it threw')
    }
  }

  /**
   * An answer is often made of the `iss`, which nobody has verified yet. So the event tells which
   * option is wrong and how to fix it, and none of the values.
   */
  function readAnswer(answer: unknown): TrustedIssuer {
    if (typeof answer !== 'object') fail(`${theAnswer} must be an object`)
    try {
      return read(answer)
    } catch (error) {
      const wrong = withoutValues(error)
      return fail(wrong === undefined ? `${theAnswer} cannot be read` : `${theAnswer}: ${wrong}`)
    }
  }

  function fail(why: string): never {
    emit?.({ type: 'resolver.failed', why: printable(why, 256) })
    throw new ResolverFailure(why)
  }

  function keep(trusted: TrustedIssuer): ActiveIssuer {
    const name = trusted.issuer
    const stated = statementOf(trusted)
    const before = answerFor(name)
    if (before?.stated === stated) {
      before.at = clock()
      before.fetch = trusted.fetch
      return before.issuer
    }
    // A resolver often makes the function anew for every answer. That alone is no reason to drop
    // the keys, with which the issuer would get through an outage.
    const fetch: FetchLike = (url, init) => (answer.fetch ?? context.fetch)(url, init)
    const issuer = activate({ ...trusted, fetch }, context)
    const answer = { issuer, stated, at: clock(), fetch: trusted.fetch }
    if (closed) issuer.close()
    const answers = proven.has(name) ? proven : unproven
    answers.set(name, answer)
    return issuer
  }

  function all(): ActiveIssuer[] {
    return [...proven.values(), ...unproven.values()].map(({ issuer }) => issuer)
  }

  function createAnswers(
    max: number,
    onDropped?: (issuer: string) => void,
  ): LRUCache<string, Answer> {
    return new LRUCache<string, Answer>({
      max,
      // Its keys are closed once nothing leads to the issuer any more. It may also have moved to
      // the other cache.
      disposeAfter: ({ issuer }, iss, reason) => {
        if (answerFor(iss)?.issuer !== issuer) issuer.close()
        if (reason === 'evict') onDropped?.(iss)
      },
    })
  }

  return {
    // An answer may allow more than the verifier's own options do, and its profile may have any
    // type. Its tokens are judged by its own rules afterwards.
    headerPolicy: { algorithms: supportedAlgorithms, profile: undefined },
    listed: [],
    all,
    find,
    trusts(issuer) {
      return andThen(find(issuer.issuer), (found) => {
        if (found !== issuer) return false
        use(issuer)
        return true
      })
    },
    proven: use,
    forget(name) {
      forgotten++
      // An answer that has just come in must not serve whoever asks from now on.
      asking.delete(name)
      proven.delete(name)
      unproven.delete(name)
      refusals.delete(name)
    },
    close() {
      closed = true
      for (const issuer of all()) issuer.close()
    },
  }
}

/**
 * What an answer states, but for its function. Keys are stated by what identifies them: they are
 * imported anew for every answer.
 */
function statementOf(trusted: TrustedIssuer): string {
  const { issuer, policy, kinds, location, client, statusOrigins } = trusted
  const keys = location.kind === 'static' && location.keys.map(({ identity }) => identity)
  return JSON.stringify([issuer, policy, kinds, keys || location, client?.stated, statusOrigins])
}
