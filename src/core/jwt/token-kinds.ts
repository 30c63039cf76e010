import type { Claims } from './jws.ts'
import type { Mark } from './marks.ts'
import { hasMark } from './marks.ts'
import type { TokenPolicy } from './token-policy.ts'

/** What a token of one issuer is measured by. It names an audience. */
export type IssuerPolicy = TokenPolicy & { readonly audience: readonly string[] }

/** One kind of the tokens of an issuer, and what they are measured by. */
export interface TokenKind {
  readonly when: Mark
  readonly policy: IssuerPolicy
}

/** What the tokens of one issuer are measured by. */
export interface IssuerPolicies {
  /** For all tokens, where the issuer has no kinds. Where it has, no decision reads this. */
  readonly policy: IssuerPolicy
  readonly kinds: readonly TokenKind[] | undefined
}

/** The policy for a token: that of the first kind whose mark it has. Undefined for any other. */
export function policyFor(
  { policy, kinds }: IssuerPolicies,
  claims: Claims,
): IssuerPolicy | undefined {
  return kinds === undefined ? policy : kinds.find(({ when }) => hasMark(claims, when))?.policy
}

/** Every policy that a token of the issuer may be measured by. */
export function policiesOf({ policy, kinds }: IssuerPolicies): readonly IssuerPolicy[] {
  return kinds === undefined ? [policy] : kinds.map((kind) => kind.policy)
}

/** What the subjects of the issuer's tokens begin with, where a profile says so. */
export function subjectPrefixesOf(issuer: IssuerPolicies): readonly string[] {
  const prefixes = policiesOf(issuer).map(({ profile }) => profile.subjectPrefix)
  return [...new Set(prefixes.filter((prefix) => prefix !== undefined))]
}
