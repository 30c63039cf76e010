/**
 * What a signature of `requireAuth` ends with that only `ReturnType<typeof requireAuth>` reads.
 *
 * The other signatures end with `...none: never[]`, so that no framework takes `requireAuth` itself
 * for a handler, and ReturnType gives any for such a function. This one cannot be called either, nor
 * does a handler fit it; but the `...args: any` of ReturnType does. It begins with two parameters of
 * its own, so that a call with requirements alone does not try it.
 */
export type NoCall = [never] | [never, never]

/** Makes a guard of type G for a route with requirements of type Q. */
export interface RequireAuth<Q, G> {
  (one: never, two: never, ...none: NoCall): G
  (requirements?: Q, ...none: never[]): G
}
