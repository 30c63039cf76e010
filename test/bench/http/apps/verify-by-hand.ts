import { hash } from 'node:crypto'
import type { DecodedJwt } from 'fast-jwt'
import { createVerifier } from 'fast-jwt'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Setting } from './app.ts'

export type VerifyByHand = (token: string) => Promise<unknown>

/** Verifies with jose, as people do in a handwritten middleware. */
export function withJose({ issuer, jwksUri, audience }: Setting): VerifyByHand {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  return async (token) => (await jwtVerify(token, keys, { issuer, audience })).payload
}

/**
 * The least that a guard with a cache can do: it looks at no time and no key again, and never drops
 * anything from its cache.
 */
export function withJoseAndMap(setting: Setting): VerifyByHand {
  const verify = withJose(setting)
  const cache = new Map<string, unknown>()
  return async (token) => {
    const digest = hash('sha256', token, 'binary')
    const cached = cache.get(digest)
    if (cached !== undefined) return cached
    const claims = await verify(token)
    cache.set(digest, claims)
    return claims
  }
}

export function withFastJwt({ issuer, jwksUri, audience }: Setting): VerifyByHand {
  const jwksPath = new URL(jwksUri).pathname
  const getJwks = buildGetJwks({ issuersWhitelist: [issuer], jwksPath })
  return createVerifier({
    key: ({ header }: DecodedJwt) =>
      getJwks.getPublicKey({ kid: header['kid'], alg: header['alg'], domain: issuer }),
    cache: true,
    allowedIss: issuer,
    allowedAud: audience,
  })
}

export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer (\S+)$/i)?.[1]
}
