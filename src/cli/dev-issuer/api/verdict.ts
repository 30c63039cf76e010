import type { VerifierOptions } from '../../../index.ts'
import { createVerifier } from '../../../index.ts'
import type { TestIssuer } from '../../../testing.ts'
import { insecureHosts } from '../../insecure-hosts.ts'

/** What an API that trusts this issuer, for its audience, finds in a token. */
export interface Verdict {
  readonly accepted: boolean
  /** The reason of the check that failed. */
  readonly reason?: string
  readonly hint?: string
}

/**
 * Checks a token as such an API does. Nothing is fetched: the request log is for what APIs ask.
 * Undefined where it cannot be told.
 */
export async function verdictOf(token: string, issuer: TestIssuer): Promise<Verdict | undefined> {
  try {
    const verifier = createVerifier(optionsOf(issuer))
    const { accepted, checks } = await verifier.explain(token)
    const failed = checks.find(({ outcome }) => outcome === 'failed')
    return {
      accepted,
      ...(failed && { reason: failed.name }),
      ...(failed?.hint !== undefined && { hint: failed.hint }),
    }
  } catch {
    return undefined
  }
}

function optionsOf(issuer: TestIssuer): VerifierOptions {
  const trusted = issuer.trust()
  const {
    jwksUri: _,
    metadataUrl: _metadata,
    fetch: _fetch,
    ...own
  } = typeof trusted.issuer === 'string' ? { issuer: trusted.issuer } : trusted.issuer
  return {
    ...trusted,
    ...insecureHosts(issuer.url),
    issuer: { ...own, jwks: issuer.jwks },
  } as VerifierOptions
}
