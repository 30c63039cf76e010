import type { AuthEvent, IntrospectionOptions, Verifier, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { TestIssuer, TestIssuerOptions } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { verdictOf } from '../verdict.ts'

export const client = { clientId: 'orders-api', clientSecret: 'the-secret-of-the-orders-api' }

/** A test issuer with opaque tokens, a verifier that asks about them, and a clock that stands still. */
export interface Stage {
  readonly issuer: TestIssuer<string>
  readonly verifier: Verifier
  readonly events: AuthEvent[]
  /** How often the issuer was asked about a token. */
  calls(): number
  metadataFetches(): number
  /** 'accepted', or the status and reason of the refusal. */
  outcome(token?: string): Promise<string>
  /** Has the issuer answer with this body, whatever it is asked about. */
  answer(body: unknown, type?: string): void
}

export function createStage(
  introspection: IntrospectionOptions = {},
  options: Partial<VerifierOptions> = {},
  issuerOptions: TestIssuerOptions & { shape?: undefined } = {},
): Stage {
  const issuer = createTestIssuer({ expiresIn: 86_400, ...issuerOptions })
  issuer.clock.freeze()
  const events: AuthEvent[] = []
  const verifier: Verifier = createVerifier({
    ...issuer.trust(),
    issuer: { issuer: issuer.url, introspection: { ...client, ...introspection } },
    onEvent: (event) => void events.push(event),
    ...options,
  } as VerifierOptions)
  let fault: Disposable | undefined
  return {
    issuer,
    verifier,
    events,
    calls: () => issuer.requests.count('introspection'),
    metadataFetches: () => issuer.requests.count('openid-configuration'),
    outcome: (token = issuer.opaque()) => outcomeOf(verifier, token),
    answer(body, type) {
      fault?.[Symbol.dispose]()
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      fault = issuer.fail('introspection', faults.body(text, type))
    },
  }
}

export function outcomeOf(verifier: Pick<Verifier, 'verify'>, token: string): Promise<string> {
  return verdictOf(verifier.verify(token))
}

/** The seconds of Retry-After with which a token is refused now. */
export async function retryAfterOf(verifier: Verifier, token: string): Promise<number> {
  const error = await verifier.verify(token).catch((thrown) => thrown)
  return error.retryAfter
}
