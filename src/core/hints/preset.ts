import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import type { WrongClaim, WrongKind } from '../jwt/details.ts'
import { detailOf } from '../jwt/details.ts'
import { profiles } from '../jwt/profile.ts'
import { mediaType } from '../jwt/token-policy.ts'
import type { KnownIssuer } from '../known-issuers.ts'
import { knownIssuers } from '../known-issuers.ts'
import { nearest } from './issuer.ts'
import { isPlain } from './plain.ts'
import type { Refused } from './refused.ts'

/**
 * Names the preset of a known issuer that is configured without it, where the preset would change
 * the refusal. Empty for any other refusal.
 */
export function presetAdvice(refused: Refused): string {
  const issuer = meant(refused)
  if (issuer === undefined || !isPlain(issuer)) return ''
  const known = knownIssuers.find(({ iss }) => iss.test(issuer.issuer))
  if (known === undefined || !wouldChange(refused, issuer, known)) return ''
  return `. For this issuer there is a preset: use ${known.preset} of tollgate/issuers`
}

/**
 * The issuer whose token this is, or probably is: before the claims are read, that is only known
 * where one issuer is configured.
 */
function meant(refused: Refused): ActiveIssuer | undefined {
  const { error, issuer, issuers } = refused
  const { listed } = issuers
  if (error.reason === 'issuer') {
    const near = nearest(refused)
    return listed.find((one) => one.issuer === near?.name)
  }
  return issuer ?? (listed.length === 1 ? listed[0] : undefined)
}

/** Claims that tokens of many issuers lack, or spell otherwise than RFC 9068 demands. */
const demanded = ['client_id', 'jti', 'iat', 'scope']

function wouldChange(
  { error, header }: Refused,
  { policy }: ActiveIssuer,
  known: KnownIssuer,
): boolean {
  switch (error.reason) {
    case 'issuer':
      return true
    case 'audience':
      return known.namesAudience
    case 'claims': {
      const { paths = [] } = detailOf(error, 'claims') as Partial<WrongClaim>
      return policy.profile === profiles.rfc9068 && demanded.some((name) => paths.includes(name))
    }
    case 'token-type': {
      const detail = detailOf(error, 'token-type') as WrongKind | undefined
      if (detail !== undefined) return detail.shows === 'a sign'
      const type = mediaType(header?.typ)
      return type === undefined || profiles.jwt.types.includes(type)
    }
    default:
      return false
  }
}
