/**
 * Members are read as an object's own wherever they decide. Code that merges what strangers send can
 * put a member on `Object.prototype` (prototype pollution), and every object that lacks a member of
 * that name then seems to have it: a token without `scope` would have one, a route would be optional.
 */

/** A copy that has the object's own members and inherits none, so that it may be read as it is. */
export function withoutPrototype<T extends object>(object: T): T {
  return Object.assign(Object.create(null), object)
}
