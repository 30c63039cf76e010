/**
 * Members are read as an object's own wherever they decide. Code that merges what strangers send
 * can put a member on `Object.prototype` (prototype pollution), and every object that lacks a
 * member of that name then seems to have it: a token without `scope` would have one, a route would
 * be optional.
 */

/** The value of an object's own member; undefined for what is no object. */
export function own(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name))
    return undefined
  return (object as Readonly<Record<string, unknown>>)[name]
}

/** A copy that has the object's own members and inherits none, so that it may be read as it is. */
export function withoutPrototype<T extends object>(object: T): T {
  return Object.assign(Object.create(null), object)
}

/**
 * A member that an object may have of its own or from its class, as a request has both, but not one
 * that stands on Object.prototype. Undefined for undefined and null.
 */
export function memberOf<T, K extends keyof T & string>(
  object: T | null | undefined,
  name: K,
): T[K] | undefined {
  if (object === undefined || object === null) return undefined
  if (!(name in Object.prototype)) return object[name]
  let holder: unknown = object
  while (holder !== null && holder !== Object.prototype) {
    if (Object.hasOwn(holder as object, name)) return object[name]
    holder = Object.getPrototypeOf(holder)
  }
  return undefined
}
