import type { Algorithm } from '../algorithms.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import { urlFlaw } from '../issuer-url.ts'
import { wrongOption } from '../option-checks.ts'
import { resolveSecret } from './secret.ts'
import type { KeyLocation } from './source.ts'
import { readBundle } from './spiffe-bundle.ts'
import { resolveStaticKeys } from './static.ts'

/** What decides how the location of keys is read. */
export interface LocationContext {
  readonly algorithms: readonly Algorithm[]
  readonly insecureHosts: InsecureHosts
  /** Whether the keys are those of a SPIFFE bundle. */
  readonly isBundle: boolean
}

/** The options that say where the keys of an issuer are. Messages name them by `of` and a name. */
export function resolveLocation(
  of: string,
  { issuer, metadataUrl, jwksUri, jwks, secret }: Readonly<Record<string, unknown>>,
  { algorithms, insecureHosts, isBundle }: LocationContext,
): KeyLocation {
  const given = Object.entries({ metadataUrl, jwksUri, jwks, secret }).filter(
    ([, value]) => value !== undefined,
  )
  if (given.length > 1) {
    const names = given.map(([name]) => `'${name}'`).join(' and ')
    wrongOption(`${of}${given[0]?.[0]}'`, `excludes others: keep one of ${names}`)
  }
  if (jwks !== undefined) {
    const set = isBundle ? readBundle(jwks) : jwks
    const rules = { algorithms, issuer: issuer as string }
    return { kind: 'static', ...resolveStaticKeys(`${of}jwks'`, set, rules) }
  }
  if (secret !== undefined) {
    return { kind: 'static', ...resolveSecret(`${of}secret'`, secret, algorithms) }
  }
  for (const [name, url] of given) {
    const flaw = urlFlaw(url, insecureHosts)
    if (flaw !== undefined) wrongOption(`${of}${name}'`, flaw)
  }
  if (jwksUri !== undefined) return { kind: 'jwks', jwksUri: jwksUri as string, isBundle }
  return { kind: 'discovery', metadataUrl: metadataUrl as string | undefined, isBundle }
}
