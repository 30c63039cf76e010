import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { profiles } from '../jwt/profile.ts'

/**
 * Whether no more is configured of what its tokens look like than the name of a profile. An issuer
 * of a preset is not plain.
 */
export function isPlain({ policy, kinds }: ActiveIssuer): boolean {
  return kinds === undefined && Object.values(profiles).includes(policy.profile)
}
