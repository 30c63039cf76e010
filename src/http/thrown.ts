/**
 * Passes on what `check` or `onRefuse` threw. Frameworks read some values as control flow, not as errors: Express goes on
 * to the route after `throw null`, and Koa never answers. What is no object becomes an error.
 */
export function thrown(value: unknown): never {
  if (typeof value === 'object' && value !== null) throw value
  throw new Error('tollgate: check or onRefuse threw what is no Error', { cause: value })
}
