import type { AuthEvent, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer, TestIssuerOptions } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { verdictOf } from '../verdict.ts'

/** A test issuer, a verifier that trusts it, and a clock that only the test moves. */
export interface Stage {
  readonly issuer: TestIssuer
  readonly verifier: Verifier
  readonly events: AuthEvent[]
  /** How often the keys were fetched since the last `issuer.requests.clear()`. */
  fetches(): number
  metadataFetches(): number
  /** 'accepted', or the status and reason of the refusal. */
  outcome(token?: string): Promise<string>
}

export function createStage(
  options: Partial<VerifierOptions> = {},
  issuerOptions: TestIssuerOptions = {},
): Stage {
  const issuer = createTestIssuer({ expiresIn: 90 * 86_400, ...issuerOptions })
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    ...issuer.trust(),
    onEvent: (event) => void events.push(event),
    ...options,
  })
  return {
    issuer,
    verifier,
    events,
    fetches: () => issuer.requests.count('jwks'),
    metadataFetches: () => issuer.requests.count('openid-configuration'),
    outcome: (token = issuer.mint()) => verdictOf(verifier.verify(token)),
  }
}

/** Waits until what was started in the background has ended. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 2))
}

/**
 * Resolves to 'waits' if a promise has not settled after 1.5 seconds. A verification that waits for
 * an issuer that hangs takes longer: the tests set the option `timeout` to more seconds.
 */
export async function atOnce<T>(promise: Promise<T>): Promise<T | 'waits'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const waits = new Promise<'waits'>((resolve) => {
    timer = setTimeout(resolve, 1500, 'waits')
  })
  const first = await Promise.race([promise, waits])
  clearTimeout(timer)
  return first
}
