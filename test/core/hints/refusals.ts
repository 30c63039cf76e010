import type { AuthEvent, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import type { Refusal } from '../refusal.ts'
import { personal, refusalOf as refusalOfAttempt } from '../refusal.ts'

export type { Refusal }
export { personal }

export const issuer = createTestIssuer()
issuer.clock.freeze()
export const now = Math.floor(issuer.now() / 1000)
/** A verifier that trusts the test issuer, and how it refuses tokens. */
export function createStage(options: Partial<VerifierOptions> = {}) {
  const events: AuthEvent[] = []
  const verifier: Verifier = createVerifier({
    ...issuer.trust(),
    ...options,
    onEvent: (event) => void events.push(event),
  } as VerifierOptions)

  const refusalOf = (token: string): Promise<Refusal> =>
    refusalOfAttempt(() => verifier.verify(token), events, token ?? '')
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
