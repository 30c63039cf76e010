import type { AuthError, AuthEvent, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { expect } from 'vitest'
import { expectNoLeak } from '../../leaks.ts'

export const issuer = createTestIssuer()
issuer.clock.freeze()
export const now = Math.floor(issuer.now() / 1000)
/** Claims of a person, whose values no hint may show. */
export const personal = { sub: 'alice-4711', email: 'alice@example.com', name: 'Alice Liddell' }

/** How a token came to be refused. */
export interface Refusal {
  readonly reason: string
  readonly hint: string
}

/** A verifier that trusts the test issuer, and how it refuses tokens. */
export function createStage(options: Partial<VerifierOptions> = {}) {
  const events: AuthEvent[] = []
  const verifier: Verifier = createVerifier({
    ...issuer.trust(),
    ...options,
    onEvent: (event) => void events.push(event),
  } as VerifierOptions)

  /** Expects a refusal whose hint and error are sound, and gives what the event says. */
  async function refusalOf(token: string): Promise<Refusal> {
    events.length = 0
    const error = await verifier.verify(token).then(
      () => expect.fail('the token was accepted'),
      (error: AuthError) => error,
    )
    const event = events.find((event) => event.type === 'token.refused')
    expect(event).toMatchObject({ reason: error.reason, hint: expect.any(String) })
    const { hint = '' } = event as { hint?: string }
    expect(hint).toMatch(/^[\x20-\x7e]{40,500}$/)
    expectNoLeak([event, error], token ?? '', ...Object.values(personal))
    return { reason: error.reason, hint }
  }

  return { verifier, refusalOf }
}

/** The refusal of one token by a fresh verifier. */
export function refusalOf(token: string, options: Partial<VerifierOptions> = {}): Promise<Refusal> {
  return createStage(options).refusalOf(token)
}

/** A token of a person, signed by the test issuer. */
export function mint(claims: object = {}, header: object = {}): string {
  return issuer.mint({ ...personal, ...claims }, { header: { ...header } })
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
