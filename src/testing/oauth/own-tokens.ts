import { verifyBytes } from '../algorithms.ts'
import type { TestIssuer } from '../issuer.ts'
import type { TokenRegister } from '../opaque-tokens.ts'
import { readPart } from '../token-part.ts'
import type { Grants } from './grants.ts'

type Payload = Readonly<Record<string, unknown>>

/**
 * What clients know the issuer as (RFC 9207, OpenID Connect Core section 2). Some issuers name
 * themselves otherwise in access tokens.
 */
export function identifierOf({ url, metadata }: Pick<TestIssuer, 'url' | 'metadata'>): string {
  const { issuer = url } = metadata
  return String(issuer)
}

/** The payload of a token that this issuer made. */
export function payloadOf(token: string): Payload {
  return readPart(token.split('.')[1]) ?? {}
}

/**
 * The payload of a token if a published key of the issuer signed it, else undefined. Whether it has
 * expired is not asked.
 */
export function readSignedToken(
  issuer: Pick<TestIssuer, 'keys' | 'url' | 'metadata'>,
  token: string,
): Payload | undefined {
  const [header, payload, signature, ...rest] = token.split('.')
  const { alg, kid } = readPart(header) ?? {}
  const claims = readPart(payload)
  const isOwn = [issuer.url, identifierOf(issuer)].includes(String(claims?.['iss']))
  if (!isOwn || signature === undefined || rest.length > 0) return undefined
  const signed = Buffer.from(`${header}.${payload}`)
  const isSigned = issuer.keys.all
    .filter((key) => key.published && key.alg === alg && key.publicJwk.kid === kid)
    .some((key) => {
      return verifyBytes(key.alg, key.publicJwk, signed, Buffer.from(signature, 'base64url'))
    })
  return isSigned ? claims : undefined
}

/** An issuer, and what it knows of the tokens that it has issued. */
interface Issued {
  readonly issuer: Pick<TestIssuer, 'keys' | 'url' | 'metadata' | 'now'>
  readonly grants: Pick<Grants, 'isOver'>
  readonly register: Pick<TokenRegister, 'claimsOf' | 'isRevoked'>
}

/**
 * The claims of an access token of this issuer that is good now, whatever form it has, else
 * undefined. An ID token is none.
 */
export function readAccessToken(
  { issuer, grants, register }: Issued,
  token: string,
): Payload | undefined {
  if (register.isRevoked(token) || grants.isOver(token)) return undefined
  const claims = register.claimsOf(token) ?? readSignedToken(issuer, token)
  const seconds = issuer.now() / 1000
  const { exp, nbf = 0 } = claims ?? {}
  const isInTime = typeof exp === 'number' && seconds < exp && Number(nbf) <= seconds
  const isIdToken = Object.hasOwn(claims ?? {}, 'at_hash') || Object.hasOwn(claims ?? {}, 'nonce')
  return isInTime && !isIdToken ? claims : undefined
}
