import { LRUCache } from 'lru-cache'
import { supportedAlgorithms } from './algorithms.ts'
import { UnavailableError } from './errors.ts'
import { printable } from './events.ts'
import type { TrustedIssuer } from './issuer-options.ts'
import { resolveIssuer } from './issuer-options.ts'
import { issuerFlaw } from './issuer-url.ts'
import type { Issuers, LiveIssuer } from './issuers.ts'
import { bringToLife } from './issuers.ts'
import { deadline } from './keys/deadline.ts'
import type { Settings } from './options.ts'
import { resolveProfile } from './profile.ts'

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
  const answers = new LRUCache<string, Answer>({
    max: mostAnswers,
    dispose: ({ live }, _iss, reason) => {
      if (reason === 'evict') live.keys.close()
    },
  })
  const refusals = new LRUCache<string, number>({ max: mostAnswers })
  const asking = new Map<string, Promise<LiveIssuer | undefined>>()
  let closed = false

  /** Whether something of that time still counts. A clock that is set back makes nothing last longer. */
  function isYoung(at: number, lifetime: number): boolean {
    const age = settings.now() / 1000 - at
    return age >= 0 && age < lifetime
  }

  function find(iss: unknown): LiveIssuer | undefined | Promise<LiveIssuer | undefined> {
    if (typeof iss !== 'string') return undefined
    const answer = answers.get(iss)
    if (answer !== undefined && isYoung(answer.at, answerLifetime)) return answer.live
    const refusedAt = refusals.get(iss)
    if (refusedAt !== undefined && isYoung(refusedAt, refusalLifetime)) return undefined
    if (issuerFlaw(iss, allowInsecureLoopback) !== undefined) return undefined
    const shared = asking.get(iss) ?? consult(iss).finally(() => asking.delete(iss))
    asking.set(iss, shared)
    return inTime(shared)
  }

  async function consult(iss: string): Promise<LiveIssuer | undefined> {
    let stated: unknown
    let trusted: TrustedIssuer
    try {
      stated = await ask(iss)
      if (stated === undefined) {
        answers.delete(iss)
        refusals.set(iss, settings.now() / 1000)
        return undefined
      }
      if (typeof stated === 'string') throw new TypeError('the answer must be an object')
      trusted = resolveIssuer(stated, policy, allowInsecureLoopback)
      if (trusted.issuer !== iss) throw new TypeError('the answer is for another issuer')
    } catch (error) {
      throw failed(error instanceof Error ? error.message : 'threw no error')
    }
    return keep(trusted)
  }

  function keep(trusted: TrustedIssuer): LiveIssuer {
    const { issuer } = trusted
    const stated = JSON.stringify(trusted, (_, value) => value?.identity ?? value)
    const before = answers.peek(issuer)
    const live = before?.stated === stated ? before.live : bringToLife(trusted, settings)
    if (before !== undefined && before.live !== live) before.live.keys.close()
    if (closed) live.keys.close()
    answers.set(issuer, { live, stated, at: settings.now() / 1000 })
    refusals.delete(issuer)
    return live
  }

  function failed(why: string): UnavailableError {
    emit?.({ type: 'resolver.failed', why: printable(why, 256) })
    return new UnavailableError('resolver', 1)
  }

  /** Each request waits for itself, and gets an error of its own. */
  async function inTime(shared: Promise<LiveIssuer | undefined>): Promise<LiveIssuer | undefined> {
    let cancel = (): void => {}
    const passed = new Promise<never>((_, reject) => {
      cancel = deadline(settings.keys.timeout, () => reject(failed('no answer in time')))
    })
    try {
      return await Promise.race([shared, passed])
    } catch {
      throw new UnavailableError('resolver', 1)
    } finally {
      cancel()
    }
  }

  return {
    // Its answers may allow more than the verifier's own options do; each is held to its own afterwards.
    gate: { algorithms: supportedAlgorithms, profile: resolveProfile('profile', 'jwt') },
    listed: [],
    all: () => [...answers.values()].map(({ live }) => live),
    find,
    close() {
      closed = true
      for (const { live } of answers.values()) live.keys.close()
    },
  }
}
