import { LRUCache } from 'lru-cache'
import { supportedAlgorithms } from './algorithms.ts'
import { within } from './deadline.ts'
import { UnavailableError } from './errors.ts'
import { printable } from './events.ts'
import type { TrustedIssuer } from './issuer-options.ts'
import { resolveIssuer } from './issuer-options.ts'
import { issuerFlaw } from './issuer-url.ts'
import type { Issuers } from './issuers.ts'
import type { LiveIssuer } from './live-issuer.ts'
import { bringToLife } from './live-issuer.ts'
import type { Settings } from './options.ts'
import { resolveProfile } from './profile.ts'
import type { SharedWork } from './shared-work.ts'
import { shareWork } from './shared-work.ts'

interface Answer {
  readonly live: LiveIssuer
  /** Equal for equal answers: an unchanged issuer keeps its keys. */
  readonly stated: string
  readonly at: number
}

const mostAnswers = 1000
const answerLifetime = 600
const refusalLifetime = 30

/** Issuers that a function answers for. Bounded, however many `iss` values strangers invent. */
export function createResolvedIssuers(
  settings: Settings,
  { ask, policy }: NonNullable<Settings['resolver']>,
): Issuers {
  const { allowInsecureLoopback, emit } = settings
  // Apart, so that tokens nobody signed cannot push out the issuers whose tokens were accepted.
  const proven = createAnswers()
  const unproven = createAnswers()
  const refusals = new LRUCache<string, number>({ max: mostAnswers })
  // Bounded, for what a runtime drops with its request is never taken out.
  const asking = new LRUCache<string, SharedWork<LiveIssuer | undefined>>({ max: mostAnswers })
  let closed = false

  const answerFor = (iss: string): Answer | undefined => proven.get(iss) ?? unproven.get(iss)

  /** Whether something of that time still counts. A clock that is set back makes nothing last longer. */
  function isYoung(at: number, lifetime: number): boolean {
    const age = settings.now() / 1000 - at
    return age >= 0 && age < lifetime
  }

  function find(iss: unknown): LiveIssuer | undefined | Promise<LiveIssuer | undefined> {
    if (typeof iss !== 'string') return undefined
    const answer = answerFor(iss)
    if (answer !== undefined && isYoung(answer.at, answerLifetime)) return answer.live
    const refusedAt = refusals.get(iss)
    if (refusedAt !== undefined && isYoung(refusedAt, refusalLifetime)) return undefined
    if (issuerFlaw(iss, allowInsecureLoopback) !== undefined) return undefined
    return consultOnce(iss)
  }

  /** One call for all that wait; each gets an error of its own. */
  async function consultOnce(iss: string): Promise<LiveIssuer | undefined> {
    const { timeout } = settings.keys
    try {
      return await consulting(iss).wait(timeout, () => fail('it gave no answer in time'))
    } catch {
      throw new UnavailableError('resolver', 1)
    }
  }

  function consulting(iss: string): SharedWork<LiveIssuer | undefined> {
    const t = settings.now() / 1000
    const current = asking.get(iss)
    if (current !== undefined && (current.ended || current.left(t) > 0)) return current
    const work = consult(iss).finally(() => {
      if (asking.get(iss) === shared) asking.delete(iss)
    })
    const shared = shareWork(work, t, settings.keys.timeout)
    asking.set(iss, shared)
    return shared
  }

  async function consult(iss: string): Promise<LiveIssuer | undefined> {
    const { timeout } = settings.keys
    const stated: unknown = await within(timeout, answer(iss), () =>
      fail('it gave no answer in time'),
    )
    if (stated === undefined) {
      drop(iss)
      refusals.set(iss, settings.now() / 1000)
      return undefined
    }
    const trusted = trust(stated)
    if (trusted.issuer !== iss) fail('its answer is for another issuer')
    refusals.delete(iss)
    return keep(trusted)
  }

  async function answer(iss: string): Promise<unknown> {
    try {
      return await ask(iss)
    } catch {
      // What it threw may quote the `iss`, a claim of a token that nobody has verified.
      return fail('it threw')
    }
  }

  function trust(stated: unknown): TrustedIssuer {
    if (typeof stated === 'string') fail('its answer must be an object')
    try {
      return resolveIssuer(stated, policy, allowInsecureLoopback)
    } catch (error) {
      return fail((error as TypeError).message)
    }
  }

  function fail(why: string): never {
    emit?.({ type: 'resolver.failed', why: printable(why, 256) })
    throw new TypeError(why)
  }

  function keep(trusted: TrustedIssuer): LiveIssuer {
    const { issuer } = trusted
    const stated = JSON.stringify(trusted, (_, value) => value?.identity ?? value)
    const before = answerFor(issuer)
    const answers = proven.has(issuer) ? proven : unproven
    const live = before?.stated === stated ? before.live : bringToLife(trusted, settings)
    if (closed) live.keys.close()
    answers.set(issuer, { live, stated, at: settings.now() / 1000 })
    return live
  }

  function drop(iss: string): void {
    proven.delete(iss)
    unproven.delete(iss)
  }

  const all = (): LiveIssuer[] => [...proven.values(), ...unproven.values()].map(({ live }) => live)

  return {
    // Its answers may allow more than the verifier's own options do; each is held to its own afterwards.
    gate: { algorithms: supportedAlgorithms, profile: resolveProfile('profile', 'jwt') },
    listed: [],
    all,
    find,
    trusts(live) {
      const found = find(live.issuer)
      return found instanceof Promise ? found.then((one) => one === live) : found === live
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

  function createAnswers(): LRUCache<string, Answer> {
    return new LRUCache<string, Answer>({
      max: mostAnswers,
      // Closed when nothing leads to it any more: it may have moved, or have been renewed by the same answer.
      disposeAfter: ({ live }, iss) => {
        if (answerFor(iss)?.live !== live) live.keys.close()
      },
    })
  }
}
