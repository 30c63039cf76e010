import { stateIfAny } from './request-state.ts'

/** Says whether a copy of the package has guarded a request. */
type Knows = (carrier: object) => boolean

function knows(carrier: object): boolean {
  return stateIfAny(carrier) !== undefined
}

/**
 * Where the copies of the package find each other, if a process has loaded several: one Set on the
 * global object. A mark on each request would be found as well, but it would stay there, and others
 * could copy it.
 */
const key: symbol = Symbol.for('tollgate.copies')

/** Enters this copy. It is called by `createAuth`, so that an import alone changes nothing. */
export function enterCopy(): void {
  if (copies() === undefined) {
    // Without a throw where the global object is frozen: then a message says less, and nothing else
    // changes.
    Reflect.defineProperty(globalThis, key, { value: new Set<Knows>(), configurable: true })
  }
  copies()?.add(knows)
}

/** Whether another copy of the package has guarded this request. Asked for messages only. */
export function guardedByAnotherCopy(carrier: object): boolean {
  return [...(copies() ?? [])].some((other) => other !== knows && other(carrier))
}

function copies(): Set<Knows> | undefined {
  const found: unknown = Reflect.get(globalThis, key)
  return found instanceof Set ? found : undefined
}
