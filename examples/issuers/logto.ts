import type { Auth } from 'tollgate'
import type { AuthOptions } from 'tollgate/express'
import { logto } from 'tollgate/issuers'

/** The audience is the indicator of the API resource. */
export const behindLogto = {
  issuer: logto({ endpoint: 'https://acme.logto.app' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/**
 * Whether a token is good in an organization. For a route:
 * `requireAuth({ check: (auth, req) => isOfOrganization(auth, req.params.organization) })`.
 */
export function isOfOrganization({ claims }: Auth, organization: string): boolean {
  return claims['organization_id'] === organization
}
