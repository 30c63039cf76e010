import type { Answer, Outcome } from './answer.ts'
import type { Endpoint } from './endpoints.ts'
import { isMetadata } from './endpoints.ts'
import type { TestKey } from './test-key.ts'

/**
 * The member that changes the right answer. Its key is a symbol that the package does not export,
 * so that users cannot depend on it.
 */
export const applyFault: unique symbol = Symbol('applyFault')

/** Something that can go wrong. `faults` makes faults, and `issuer.fail()` applies them. */
export interface Fault {
  readonly name: string
  /** The documents that the fault changes. The answers of other endpoints stay as they are. */
  readonly concerns: 'anything' | 'jwks' | 'metadata'
  readonly [applyFault]: (answer: Answer, published: readonly TestKey[]) => Outcome
}

export function createFault(
  name: string,
  effect: (answer: Answer, published: readonly TestKey[]) => Outcome,
  concerns: Fault['concerns'] = 'anything',
): Fault {
  return Object.freeze({ name, concerns, [applyFault]: effect })
}

export function isFault(value: unknown): value is Fault {
  return typeof (value as Fault | null | undefined)?.[applyFault] === 'function'
}

/** Whether the fault changes the answers of this endpoint. */
export function appliesTo(fault: Fault, endpoint: Endpoint): boolean {
  return (
    fault.concerns === 'anything' ||
    (fault.concerns === 'jwks' ? endpoint === 'jwks' : isMetadata(endpoint))
  )
}
