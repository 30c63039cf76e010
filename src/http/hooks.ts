/**
 * Throws what code of the application threw: `check`, `onRefuse`, a claims schema, the `verify` of
 * a verifier of its own, a setter of `auth`. Frameworks take some values for control flow and not
 * for errors: after `throw null` Express goes on to the route, and Koa never answers. So what is no
 * object is put into an error.
 */
export function rethrow(value: unknown): never {
  if (typeof value === 'object' && value !== null) throw value
  throw new Error(
    'tollgate: code of the application (check, onRefuse, verify, the claims schema or a setter of auth) threw what is no Error',
    {
      cause: value,
    },
  )
}

/** Runs a function of the application. Rejects with what it throws or rejects with, as an error. */
export async function runHook(hook: () => unknown): Promise<unknown> {
  try {
    return await hook()
  } catch (value) {
    return rethrow(value)
  }
}
