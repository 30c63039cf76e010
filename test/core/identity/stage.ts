import type { AuthEvent, IdToken, IdTokenOptions, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { expect } from 'vitest'
import type { Refusal } from '../refusal.ts'
import { personal, refusalOf as refusalOfAttempt } from '../refusal.ts'

export const issuer = createTestIssuer()
issuer.clock.freeze()
export const seconds = Math.floor(issuer.now() / 1000)
export const clientId = 'client-1'
/** An ID token of that person. */
export function idToken(claims: object = {}, header: object = {}): string {
  return issuer.idToken({ ...personal, ...claims }, { header: { ...header } })
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

  async function refusalOf(token: string, more: Partial<IdTokenOptions> = {}): Promise<Refusal> {
    const { nonce = '', accessToken = '' } = more
    const refusal = await refusalOfAttempt(
      () => verify(token, more),
      events,
      token ?? '',
      nonce,
      accessToken,
    )
    expect(refusal.error.name).toBe('InvalidTokenError')
    return refusal
  }

  return { verifier, verify, refusalOf, events }
}

export function refusalOf(token: string, more: Partial<IdTokenOptions> = {}): Promise<Refusal> {
  return createStage().refusalOf(token, more)
}
