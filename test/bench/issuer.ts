import type { ServedTestIssuer } from 'tollgate/testing'
import type { Setting } from './contenders/contender.ts'
import type { SignatureName } from './tokens.ts'
import { audience, mintTokens } from './tokens.ts'

/** An issuer on 127.0.0.1, which programs in other processes reach by HTTP. */
export interface BenchIssuer {
  readonly issuer: ServedTestIssuer
  readonly setting: Setting
  mint(count: number): Promise<string[]>
}

export async function serveIssuer(alg: SignatureName): Promise<BenchIssuer> {
  // Imported here and not at the top, because the run has only now built the package.
  const { serveTestIssuer } = await import('tollgate/testing')
  const issuer = await serveTestIssuer({ alg, audience })
  const { privateJwk } = issuer.keys.current
  return {
    issuer,
    setting: { issuer: issuer.url, jwksUri: String(issuer.metadata['jwks_uri']), audience },
    mint: (count) => mintTokens({ url: issuer.url, audience, alg, privateJwk }, count),
  }
}
