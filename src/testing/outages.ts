import type { Answer, Outcome } from './answer.ts'
import type { Endpoint } from './endpoints.ts'
import type { Fault } from './fault.ts'
import { canStrike, strike } from './fault.ts'
import { readNumber, refuseUnknown } from './options.ts'
import type { TestKey } from './test-key.ts'

/** How long a fault stays. */
export interface FailOptions {
  /** How many requests it strikes (all, until it is disposed of). */
  times?: number
  /** How many requests of the endpoint it lets pass first (0). */
  after?: number
}

/** The faults that are in force. */
export interface Outages {
  fail(endpoint: Endpoint | '*', fault: Fault, options?: FailOptions): Disposable
  /** What becomes of the right answer: the newest fault that is due strikes. */
  pass(endpoint: Endpoint, answer: Answer, published: readonly TestKey[]): Outcome
  clear(): void
}

interface Armed {
  readonly endpoint: Endpoint | '*'
  readonly fault: Fault
  times: number
  after: number
}

const failOptions = { times: true, after: true } satisfies Record<keyof FailOptions, true>

const targets = {
  '*': true,
  'openid-configuration': true,
  'oauth-authorization-server': true,
  jwks: true,
  other: true,
} satisfies Record<Endpoint | '*', true>

function concerns(armed: Armed, endpoint: Endpoint): boolean {
  return (armed.endpoint === '*' || armed.endpoint === endpoint) && canStrike(armed.fault, endpoint)
}

export function createOutages(): Outages {
  const inForce = new Set<Armed>()

  return {
    fail(endpoint, fault, options = {}) {
      refuseUnknown('issuer.fail()', options, failOptions)
      const { times = Number.POSITIVE_INFINITY, after = 0 } = options
      if (!Object.hasOwn(targets, endpoint)) {
        throw new TypeError(
          `issuer.fail() knows no endpoint "${endpoint}"; there are ${Object.keys(targets).join(', ')}.`,
        )
      }
      if (endpoint !== '*' && !canStrike(fault, endpoint)) {
        throw new TypeError(
          `The fault ${fault.name} is one of ${fault.concerns} and cannot strike '${endpoint}'.`,
        )
      }
      const armed = {
        endpoint,
        fault,
        times: times === Number.POSITIVE_INFINITY ? times : readNumber('times', times, 0),
        after: readNumber('after', after, 0),
      }
      inForce.add(armed)
      return { [Symbol.dispose]: () => void inForce.delete(armed) }
    },
    pass(endpoint, answer, published) {
      const candidates = [...inForce].filter((armed) => concerns(armed, endpoint))
      const due = candidates.findLast((armed) => armed.after === 0 && armed.times > 0)
      for (const armed of candidates) if (armed.after > 0) armed.after -= 1
      if (!due) return answer
      due.times -= 1
      return due.fault[strike](answer, published)
    },
    clear: () => inForce.clear(),
  }
}
