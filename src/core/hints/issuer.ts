import { detailOf } from '../jwt/details.ts'
import { tenantIn } from '../keys/key-issuer.ts'
import { entraClouds } from '../known-issuers.ts'
import { own } from '../own-members.ts'
import type { Explain, Refused } from './refused.ts'
import { kindOf, listed, quoted } from './wording.ts'

export const issuerHint: Explain = (refused) => {
  const { claims, error, issuers } = refused
  const iss = own(claims, 'iss')
  const names = issuers.listed.map(({ issuer }) => issuer)
  const found = `the token's iss is ${typeof iss === 'string' && iss !== '' ? quoted(iss) : kindOf(iss)}`
  const other = detailOf(error, 'issuer')?.encryptedFor
  if (other !== undefined) {
    return `${found}, but it is encrypted to a key of the issuer ${quoted(other)}, and expected is that issuer: have each issuer encrypt to the key that is its own in the option 'decryption'`
  }
  if (names.length === 0) {
    return `${found}, and the issuer resolver does not know it: expected are options for exactly this text. A resolver is asked only for what can be an issuer, and once in 30 s for one that it does not know`
  }
  const near = nearest(refused)
  const others = names.filter((name) => name !== near?.name)
  const expected = listed(near === undefined ? names : [near.name, ...others])
  const fix =
    near?.fix ??
    "send a token of that issuer; if you trust this one, name it in the option 'issuer'"
  return `${found}, and expected is ${expected}: ${fix}`
}

export interface Near {
  /** The configured issuer that the token's was probably meant to be. */
  readonly name: string
  readonly fix: string
}

/** How issuers come to be spelled in two ways: the most telling first. */
const habits: readonly ((iss: string, name: string) => string | undefined)[] = [
  (iss, name) =>
    iss === `${name}/` || `${iss}/` === name
      ? 'the two differ by a trailing slash. Write the issuer as the token does'
      : undefined,
  (iss, name) =>
    iss.toLowerCase() === name.toLowerCase()
      ? 'the two differ in upper and lower case. Write the issuer as the token does'
      : undefined,
  (iss, name) => {
    const token = entraIssuer(iss)
    const configured = token && entraIssuer(name)
    if (configured === undefined) return undefined
    if (token?.tenant !== configured.tenant) {
      return 'this is another tenant of Entra ID, or yours by its id instead of its domain. If it is yours, write the issuer as the token does'
    }
    return `this is a ${token.version} token of the same Entra ID tenant. Write the issuer as the token does, or set requestedAccessTokenVersion to ${configured.version === 'v2.0' ? 2 : 1} in the manifest of the API's app registration`
  },
  (iss, name) =>
    isSamePath(iss, name)
      ? 'the path is the same, at another host, port or scheme. Issuers write the address at which the client reached them: set the public one at the issuer (Keycloak: hostname), or write the issuer as the token does (cognito(): multiRegion)'
      : undefined,
]

/**
 * With how many issuers a token's is compared. Anybody can write tokens with any iss, so a hint must
 * not cost more where more issuers are configured.
 */
const mostCompared = 20

/** The configured issuer whose name is the token's but for a habit. */
export function nearest({ claims, issuers }: Refused): Near | undefined {
  const iss = own(claims, 'iss')
  if (typeof iss !== 'string') return undefined
  const compared = issuers.listed.slice(0, mostCompared).map(({ issuer }) => issuer)
  for (const habit of habits) {
    for (const name of compared) {
      const fix = habit(iss, name)
      if (fix !== undefined) return { name, fix }
    }
  }
  return undefined
}

/** Entra ID issues tokens of two versions, each with an issuer of its own. */
function entraIssuer(issuer: string): { version: string; tenant: string } | undefined {
  for (const cloud of entraClouds) {
    for (const [i, template] of cloud.entries()) {
      const tenant = tenantIn(template, issuer)
      if (tenant !== undefined) return { version: `v${i + 1}.0`, tenant }
    }
  }
  return undefined
}

function isSamePath(a: string, b: string): boolean {
  if (!URL.canParse(a) || !URL.canParse(b)) return false
  const { pathname } = new URL(a)
  return pathname.length > 1 && pathname === new URL(b).pathname
}
