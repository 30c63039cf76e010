import { kindOf, numberWithin, wrongOption } from '../core/option-checks.ts'
import type { Answer, Outcome } from './answer.ts'
import { checkOptions } from './arguments.ts'
import type { Endpoint } from './endpoints.ts'
import { checkEndpoint } from './endpoints.ts'
import type { Fault } from './fault.ts'
import { appliesTo, applyFault, isFault } from './fault.ts'
import { anyCount } from './number-bounds.ts'
import type { TestKey } from './test-key.ts'

/** When a fault applies. */
export interface FailOptions {
  /** How many requests the fault applies to. Default: all, until the fault is disposed of. */
  times?: number
  /**
   * How many requests to the endpoint get the right answer before the fault applies. Default: 0.
   */
  after?: number
}

/** The faults that are active. */
export interface Outages {
  fail(endpoint: Endpoint | '*', fault: Fault, options?: FailOptions): Disposable
  /** The faults that still apply, the oldest first. */
  readonly active: readonly ActiveFault[]
  end(active: ActiveFault): void
  /** How a request ends: the newest active fault changes the right answer. */
  outcomeOf(endpoint: Endpoint, answer: Answer, published: readonly TestKey[]): Outcome
  clear(): void
}

/** A fault with what is left of it. */
export interface ActiveFault {
  readonly endpoint: Endpoint | '*'
  readonly fault: Fault
  /** How many more requests it applies to. Infinity: all. */
  readonly times: number
  /** How many more requests get the right answer before. */
  readonly after: number
}

type Counted = { -readonly [Member in keyof ActiveFault]: ActiveFault[Member] }

const knownFailOptions = {
  times: true,
  after: true,
} as const satisfies Record<keyof FailOptions, true>

export function checkFailOptions(options: FailOptions): void {
  const example = "issuer.fail('jwks', faults.hang(), { times: 1 })"
  checkOptions('the options of issuer.fail', options, knownFailOptions, example)
}

function concerns(active: ActiveFault, endpoint: Endpoint): boolean {
  const isAsked = active.endpoint === '*' || active.endpoint === endpoint
  return isAsked && appliesTo(active.fault, endpoint)
}

export function createOutages(): Outages {
  const activeFaults = new Set<Counted>()

  return {
    fail(endpoint, fault, options = {}) {
      checkFailOptions(options)
      const { times = Number.POSITIVE_INFINITY, after = 0 } = options
      checkEndpoint('issuer.fail', endpoint)
      if (!isFault(fault)) {
        const fix = `must be made by faults, not ${kindOf(fault)}; write faults.status(503)`
        wrongOption("argument 'fault' of issuer.fail", fix)
      }
      if (endpoint !== '*' && !appliesTo(fault, endpoint)) {
        const fix = `is '${fault.name}', which never applies to '${endpoint}': fail another endpoint`
        wrongOption("argument 'fault' of issuer.fail", fix)
      }
      const active: Counted = {
        endpoint,
        fault,
        times:
          times === Number.POSITIVE_INFINITY
            ? times
            : numberWithin("option 'times' of issuer.fail", times, anyCount),
        after: numberWithin("option 'after' of issuer.fail", after, anyCount),
      }
      activeFaults.add(active)
      return { [Symbol.dispose]: () => void activeFaults.delete(active) }
    },
    get active() {
      return [...activeFaults].filter((active) => active.times > 0)
    },
    end: (active) => void activeFaults.delete(active as Counted),
    outcomeOf(endpoint, answer, published) {
      const candidates = [...activeFaults].filter((active) => concerns(active, endpoint))
      const due = candidates.findLast((active) => active.after === 0 && active.times > 0)
      for (const active of candidates) if (active.after > 0) active.after -= 1
      if (!due) return answer
      due.times -= 1
      return due.fault[applyFault](answer, published)
    },
    clear: () => activeFaults.clear(),
  }
}
