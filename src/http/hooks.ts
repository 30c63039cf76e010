/**
 * Passes on what `check`, `onRefuse` or a claims schema threw. Frameworks read some values as control flow, not as errors:
 * Express goes on to the route after `throw null`, and Koa never answers. What is no object becomes an error.
 */
export function thrown(value: unknown): never {
  if (typeof value === 'object' && value !== null) throw value
  throw new Error('tollgate: check, onRefuse or the claims schema threw what is no Error', {
    cause: value,
  })
}

/** Runs a hook of the user's. What it throws or rejects with, as an error. */
export async function hooked(hook: () => unknown): Promise<unknown> {
  try {
    return await hook()
  } catch (value) {
    return thrown(value)
  }
}
