import type { AuthError, AuthEvent } from 'tollgate'
import { expect } from 'vitest'
import { expectNoLeak } from '../leaks.ts'

/** How a token came to be refused. */
export interface Refusal {
  readonly reason: string
  readonly hint: string
}

/** Claims of a person, whose values no hint may show. */
export const personal = { sub: 'alice-4711', email: 'alice@example.com', name: 'Alice Liddell' }

/**
 * Expects a refusal whose hint and error are sound, and gives what the event says.
 *
 * @param events Those of the verifier, which are emptied first.
 * @param secrets What neither may show, beside the token and what is personal.
 */
export async function refusalOf(
  attempt: () => Promise<unknown>,
  events: AuthEvent[],
  token: string,
  ...secrets: readonly string[]
): Promise<Refusal & { readonly error: AuthError }> {
  events.length = 0
  const error = await attempt().then(
    () => expect.fail('the token was accepted'),
    (error: AuthError) => error,
  )
  const event = events.find((event) => event.type === 'token.refused')
  expect(event, String(error.stack)).toMatchObject({
    reason: error.reason,
    hint: expect.any(String),
  })
  const { hint = '' } = event as { hint?: string }
  expect(hint).toMatch(/^[\x20-\x7e]{40,500}$/)
  expectNoLeak([event, error], token, ...secrets, ...Object.values(personal))
  return { reason: error.reason, hint, error }
}
