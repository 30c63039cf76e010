/** What a control endpoint answered. */
export interface Answered {
  readonly ok: boolean
  /** 0: there was no answer, or it was no JSON. */
  readonly status: number
  readonly body: unknown
}

export type Ask = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<Answered>

/**
 * A function that asks control endpoints, and rejects never.
 *
 * @param base The URL in front of each path.
 * @param token The secret of the issuer, if it wants one.
 * @param fetch Called for each question.
 */
export function createAsk(
  base: string,
  token: string | undefined,
  fetch: typeof globalThis.fetch,
): Ask {
  return async (method, path, body) => {
    try {
      const response = await fetch(`${base}${path}`, {
        method,
        // The secret is for this server alone.
        redirect: 'error',
        signal: AbortSignal.timeout(5000),
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { ok: response.ok, status: response.status, body: await response.json() }
    } catch {
      return { ok: false, status: 0, body: undefined }
    }
  }
}
