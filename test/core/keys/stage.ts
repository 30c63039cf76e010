import type { AuthError, AuthEvent, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer, TestIssuerOptions } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'

/** A scripted issuer, a verifier that trusts it, and a clock that moves only when told. */
export interface Stage {
  readonly issuer: TestIssuer
  readonly verifier: Verifier
  readonly events: AuthEvent[]
  /** How often keys were fetched since the last call of `clear`. */
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
    outcome: (token = issuer.mint()) =>
      verifier.verify(token).then(
        () => 'accepted',
        (error: AuthError) => `${error.status} ${error.reason}`,
      ),
  }
}

/** Lets everything that was started in the background come to its end. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 2))
}

/**
 * Resolves to 'waits' if a promise does not settle by itself: what waits for a hung issuer waits for `timeout`, which is
 * longer than this.
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
