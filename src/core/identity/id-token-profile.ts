import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import type { TokenProfile } from '../jwt/profile.ts'
import { profiles } from '../jwt/profile.ts'
import type { IssuerPolicy } from '../jwt/token-kinds.ts'
import { policiesOf } from '../jwt/token-kinds.ts'

/**
 * What every ID token looks like (OIDC Core section 2). Its `typ` is JWT, if there is one: no other
 * is registered for it, and other kinds of tokens have a type of their own.
 */
export const idTokenProfile: TokenProfile = {
  ...profiles.jwt,
  types: ['jwt'],
  untyped: true,
  refused: [],
  issuedAt: true,
}

/** What an ID token of this issuer for this client is measured by. */
export function idTokenPolicy(issuer: ActiveIssuer, clientId: string): IssuerPolicy {
  // Kinds of access tokens differ by their audience and profile alone.
  const [common = issuer.policy] = policiesOf(issuer)
  return { ...common, profile: idTokenProfile, audience: [clientId], permissionsOf: undefined }
}
