import type { InsecureHosts } from '../insecure-hosts.ts'
import { urlFlaw } from '../issuer-url.ts'
import { invalidToken } from '../jwt/details.ts'
import type { Claims } from '../jwt/jws.ts'
import { own } from '../own-members.ts'

/** Where the status of a token stands (Token Status List section 6.1). */
export interface StatusReference {
  readonly uri: string
  readonly index: number
}

/** Where the status lists of an issuer may be. */
export interface StatusPlaces {
  readonly origins: readonly string[]
  readonly insecureHosts: InsecureHosts
}

/** Characters. */
const longestUri = 2048

/**
 * What a token says of its status; undefined where it says nothing. Nothing is fetched from what an
 * issuer names at another origin: it could point this server at its own network.
 *
 * @throws InvalidTokenError (`status`) if the claim cannot be understood: the token may be revoked.
 */
export function readStatusReference(
  claims: Claims,
  { origins, insecureHosts }: StatusPlaces,
): StatusReference | undefined {
  if (!Object.hasOwn(claims, 'status')) return undefined
  const list = own(claims['status'], 'status_list')
  const index = own(list, 'idx')
  const uri = own(list, 'uri')
  if (!Number.isSafeInteger(index) || (index as number) < 0) {
    throw invalidToken('status', 'its status.status_list.idx must be a whole number, at least 0')
  }
  const flaw = urlFlaw(uri, insecureHosts)
  if (flaw !== undefined || (uri as string).length > longestUri) {
    const length = `must have at most ${longestUri} characters`
    throw invalidToken('status', `its status.status_list.uri ${flaw ?? length}`)
  }
  if (!origins.includes(new URL(uri as string).origin)) {
    const fix = `is at another origin than ${origins.join(', ')}: if it is right, list its origin in 'statusList'`
    throw invalidToken('status', `its status.status_list.uri ${fix}`)
  }
  return { uri: uri as string, index: index as number }
}
