import type {
  AuthError,
  AuthEvent,
  IdToken,
  IdTokenOptions,
  Verifier,
  VerifierOptions,
} from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { expect } from 'vitest'
import { expectNoLeak } from '../../leaks.ts'

export const issuer = createTestIssuer()
issuer.clock.freeze()
export const seconds = Math.floor(issuer.now() / 1000)
export const clientId = 'client-1'
/** Claims of a person, whose values no hint may show. */
export const person = { sub: 'alice-4711', email: 'alice@example.com', name: 'Alice Liddell' }

/** An ID token of that person. */
export function idToken(claims: object = {}, header: object = {}): string {
  return issuer.idToken({ ...person, ...claims }, { header: { ...header } })
}

export interface Refusal {
  readonly reason: string
  readonly hint: string
}

/** A verifier that trusts the test issuer, and what it says of ID tokens. */
export function createStage(options: Partial<VerifierOptions> = {}) {
  const events: AuthEvent[] = []
  const verifier: Verifier = createVerifier({
    ...issuer.trust(),
    ...options,
    onEvent: (event) => void events.push(event),
  } as VerifierOptions)
  const verify = (token: string, more: Partial<IdTokenOptions> = {}): Promise<IdToken> =>
    verifier.verifyIdToken(token, { clientId, ...more })

  /** Expects a refusal whose hint and error are sound, and gives what the event says. */
  async function refusalOf(token: string, more: Partial<IdTokenOptions> = {}): Promise<Refusal> {
    events.length = 0
    const error = await verify(token, more).then(
      () => expect.fail('the ID token was accepted'),
      (error: AuthError) => error,
    )
    expect(error.name, String(error.stack)).toBe('InvalidTokenError')
    const event = events.find((event) => event.type === 'token.refused')
    expect(event).toMatchObject({ reason: error.reason, hint: expect.any(String) })
    const { hint = '' } = event as { hint?: string }
    expect(hint).toMatch(/^[\x20-\x7e]{40,500}$/)
    const secrets = [more.nonce ?? '', more.accessToken ?? '', ...Object.values(person)]
    expectNoLeak([event, error], token ?? '', ...secrets)
    return { reason: error.reason, hint }
  }

  return { verifier, verify, refusalOf, events }
}

export function refusalOf(token: string, more: Partial<IdTokenOptions> = {}): Promise<Refusal> {
  return createStage().refusalOf(token, more)
}
