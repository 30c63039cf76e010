import type { Answer, Outcome } from './answer.ts'
import type { Endpoint } from './endpoints.ts'
import { isMetadata } from './endpoints.ts'
import type { TestKey } from './test-key.ts'

/** What a fault does to the right answer. Not exported by the adapter: a Fault is opaque to users. */
export const strike: unique symbol = Symbol('strike')

/** Something that can go wrong; made by `faults`, put to work by `issuer.fail()`. */
export interface Fault {
  readonly name: string
  /** The documents it can strike; it leaves others alone. */
  readonly concerns: 'anything' | 'jwks' | 'metadata'
  readonly [strike]: (answer: Answer, published: readonly TestKey[]) => Outcome
}

export function createFault(
  name: string,
  effect: (answer: Answer, published: readonly TestKey[]) => Outcome,
  concerns: Fault['concerns'] = 'anything',
): Fault {
  return Object.freeze({ name, concerns, [strike]: effect })
}

export function canStrike(fault: Fault, endpoint: Endpoint): boolean {
  return (
    fault.concerns === 'anything' ||
    (fault.concerns === 'jwks' ? endpoint === 'jwks' : isMetadata(endpoint))
  )
}
