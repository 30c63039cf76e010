import { widestHeaderPolicy } from '../jwt/token-policy.ts'
import type { IssuerContext, TrustedIssuer } from './active-issuer.ts'
import { activate } from './active-issuer.ts'
import type { Issuers } from './issuers.ts'

/** The issuers that the configuration lists. */
export function createListedIssuers(
  trusted: readonly TrustedIssuer[],
  context: IssuerContext,
): Issuers {
  const listed = trusted.map((one) => activate(one, context))
  const byName = new Map(listed.map((one) => [one.issuer, one]))
  return {
    headerPolicy: widestHeaderPolicy(listed.map(({ policy }) => policy)),
    listed,
    all: () => listed,
    find: (iss) => byName.get(iss as string),
    trusts: () => true,
    proven() {},
    close() {
      for (const { keys } of listed) keys.close()
    },
  }
}
