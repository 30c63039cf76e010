import type { TestIssuer } from '../issuer.ts'
import { controlPath } from './protocol.ts'

/** How an issuer that answers over HTTP is reached. */
export interface ReachableIssuer {
  readonly issuer: Pick<TestIssuer, 'url' | 'audience'>
  /** Where it publishes its keys. */
  readonly keysAt: string
  /** Where its control endpoints are. Undefined: it has none. */
  readonly origin: string | undefined
  /** What its control endpoints want. Undefined: nothing, on loopback alone. */
  readonly secret: string | undefined
}

/** The environment variables for an app that trusts the issuer, and for whoever tells it what to do. */
export function variablesOf(reachable: ReachableIssuer): Readonly<Record<string, string>> {
  const { issuer, keysAt, origin, secret } = reachable
  return {
    ISSUER: issuer.url,
    AUDIENCE: [issuer.audience].flat().join(' '),
    JWKS_URI: keysAt,
    ...(origin !== undefined && { TOLLGATE_CONTROL_URL: `${origin}${controlPath}` }),
    ...(secret !== undefined && { TOLLGATE_CONTROL_TOKEN: secret }),
  }
}
