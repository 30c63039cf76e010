import type { Auth } from 'tollgate'
import type { AuthOptions } from 'tollgate/express'
import { zitadel } from 'tollgate/issuers'

/** The audience is the id of the project. */
export const behindZitadel = {
  issuer: zitadel({ domain: 'acme-a1b2c3.zitadel.cloud' }),
  audience: '69234237810729019',
} satisfies AuthOptions

/**
 * Whether the caller has a role in the project, by any organization that gives it. For a route:
 * `requireAuth({ check: (auth) => hasProjectRole(auth, 'clerk') })`.
 */
export function hasProjectRole({ claims }: Auth, role: string): boolean {
  const roles = claims[`urn:zitadel:iam:org:project:${behindZitadel.audience}:roles`]
  return typeof roles === 'object' && roles !== null && Object.hasOwn(roles, role)
}
