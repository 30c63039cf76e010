import type { Answer, Outcome } from './answer.ts'
import type { Endpoint } from './endpoints.ts'
import { isMetadata } from './endpoints.ts'
import type { TestKey } from './test-key.ts'

/**
 * The member that changes the right answer. Its key is a symbol that the package does not export,
 * so that users cannot depend on it.
 */
export const applyFault: unique symbol = Symbol('applyFault')

/**
 * The member that says which function of `faults` made the fault and with what, so that another process
 * can make it once more. It is not exported from the package either.
 */
export const faultRecipe: unique symbol = Symbol('faultRecipe')

/** How a fault is made: a function of `faults`, such as 'jwks.empty', and its arguments. */
export interface FaultRecipe {
  readonly name: string
  readonly args: readonly unknown[]
}

/** Something that can go wrong. `faults` makes faults, and `issuer.fail()` applies them. */
export interface Fault {
  readonly name: string
  /** The documents that the fault changes. The answers of other endpoints stay as they are. */
  readonly concerns: 'anything' | 'jwks' | 'metadata'
  readonly [applyFault]: (answer: Answer, published: readonly TestKey[]) => Outcome
  readonly [faultRecipe]?: FaultRecipe
}

export function createFault(
  name: string,
  effect: (answer: Answer, published: readonly TestKey[]) => Outcome,
  concerns: Fault['concerns'] = 'anything',
): Fault {
  return Object.freeze({ name, concerns, [applyFault]: effect })
}

type Makers<F> = { readonly [Name in keyof F]: (...args: never[]) => Fault }

/**
 * The same functions, whose faults say how they were made.
 *
 * @param group What stands before the names.
 */
export function withRecipes<F extends Makers<F>>(makers: F, group = ''): F {
  const named = Object.entries<(...args: never[]) => Fault>(makers).map(([name, make]) => [
    name,
    (...args: never[]): Fault =>
      Object.freeze({ ...make(...args), [faultRecipe]: { name: `${group}${name}`, args } }),
  ])
  return Object.freeze(Object.fromEntries(named))
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
