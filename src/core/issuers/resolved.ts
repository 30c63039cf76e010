import { LRUCache } from 'lru-cache'
import { supportedAlgorithms } from '../algorithms.ts'
import { UnavailableError } from '../errors.ts'
import { printable } from '../events.ts'
import { issuerFlaw } from '../issuer-url.ts'
import { profiles } from '../jwt/profile.ts'
import { within } from '../remote/deadline.ts'
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
}

interface Answer {
  readonly issuer: ActiveIssuer
  /** Equal for equal answers: an issuer that did not change keeps its keys. */
  readonly stated: string
  /** Seconds since the epoch. */
  readonly at: number
}

/** How many answers of each kind are kept. */
const mostAnswers = 1000
/** Seconds. */
const answerLifetime = 600
/** Seconds. */
const refusalLifetime = 30

/**
 * Issuers that a function answers for. Their memory is bounded, however many different `iss`
 * attackers invent.
 */
export function createResolvedIssuers({ ask, read }: Resolver, context: IssuerContext): Issuers {
  const { allowInsecureLoopback, emit } = context
  const { timeout } = context.keys
  // Kept apart: tokens that nobody has signed must not push out issuers whose tokens were accepted.
  const proven = createAnswers()
  const unproven = createAnswers()
  const refusals = new LRUCache<string, number>({ max: mostAnswers })
  // Bounded like the others: workerd drops a question with the request that asked it, and then
  // nobody takes it out again.
  const asking = new LRUCache<string, SharedWork<ActiveIssuer | undefined>>({ max: mostAnswers })
  let closed = false

  /** Seconds since the epoch. */
  function clock(): number {
    return context.now() / 1000
  }

  function answerFor(iss: string): Answer | undefined {
    return proven.get(iss) ?? unproven.get(iss)
  }

  /**
   * Whether something of that time still counts. A clock that is set back makes nothing last
   * longer.
   */
  function isYoung(at: number, lifetime: number): boolean {
    const age = clock() - at
    return age >= 0 && age < lifetime
  }

  function find(iss: unknown): ActiveIssuer | undefined | Promise<ActiveIssuer | undefined> {
    if (typeof iss !== 'string') return undefined
    const answer = answerFor(iss)
    if (answer !== undefined && isYoung(answer.at, answerLifetime)) return answer.issuer
    const refusedAt = refusals.get(iss)
    if (refusedAt !== undefined && isYoung(refusedAt, refusalLifetime)) return undefined
    if (issuerFlaw(iss, allowInsecureLoopback) !== undefined) return undefined
    return waitForAnswer(iss)
  }

  /**
   * Every caller that waits gets an error of its own: one object in two requests would show one
   * caller the other's.
   */
  async function waitForAnswer(iss: string): Promise<ActiveIssuer | undefined> {
    try {
      return await askOnce(iss).wait(timeout, () => fail('it gave no answer in time'))
    } catch {
      throw new UnavailableError('resolver', 1)
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
    const answer: unknown = await within(timeout, answerOf(iss), () =>
      fail('it gave no answer in time'),
    )
    if (answer === undefined) {
      proven.delete(iss)
      unproven.delete(iss)
      refusals.set(iss, clock())
      return undefined
    }
    const trusted = readAnswer(answer)
    if (trusted.issuer !== iss) fail('its answer is for another issuer')
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

  function readAnswer(answer: unknown): TrustedIssuer {
    if (typeof answer === 'string') fail('its answer must be an object')
    try {
      return read(answer)
    } catch (error) {
      return fail((error as TypeError).message)
    }
  }

  function fail(why: string): never {
    emit?.({ type: 'resolver.failed', why: printable(why, 256) })
    throw new TypeError(why)
  }

  function keep(trusted: TrustedIssuer): ActiveIssuer {
    const name = trusted.issuer
    const stated = JSON.stringify(trusted, (_, value) => value?.identity ?? value)
    const before = answerFor(name)
    const answers = proven.has(name) ? proven : unproven
    const issuer = before?.stated === stated ? before.issuer : activate(trusted, context)
    if (closed) issuer.keys.close()
    answers.set(name, { issuer, stated, at: clock() })
    return issuer
  }

  function all(): ActiveIssuer[] {
    return [...proven.values(), ...unproven.values()].map(({ issuer }) => issuer)
  }

  function createAnswers(): LRUCache<string, Answer> {
    return new LRUCache<string, Answer>({
      max: mostAnswers,
      // Its keys are closed once nothing leads to the issuer any more. It may also have moved to
      // the other cache, or the same answer may have renewed it.
      disposeAfter: ({ issuer }, iss) => {
        if (answerFor(iss)?.issuer !== issuer) issuer.keys.close()
      },
    })
  }

  return {
    // An answer may allow more than the verifier's own options do. Its tokens are judged by its own
    // rules afterwards.
    headerPolicy: { algorithms: supportedAlgorithms, profile: profiles.jwt },
    listed: [],
    all,
    find,
    trusts(issuer) {
      const found = find(issuer.issuer)
      return found instanceof Promise ? found.then((one) => one === issuer) : found === issuer
    },
    proven({ issuer }) {
      const answer = unproven.get(issuer)
      if (answer === undefined) return
      proven.set(issuer, answer)
      unproven.delete(issuer)
    },
    close() {
      closed = true
      for (const { keys } of all()) keys.close()
    },
  }
}
