/** Guards that people write by hand are a check of the token, and what the framework needs around it. */
import { hash } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Setting } from '../contenders/contender.ts'

/** Gives the claims, at once or later; throws or rejects if it refuses the token. */
export type Check = (token: string) => object | Promise<object>

export function checkByJose({
  issuer,
  jwksUri,
  audience,
}: Setting): (token: string) => Promise<object> {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  return async (token) => (await jwtVerify(token, keys, { issuer, audience })).payload
}

/**
 * The least that caches: a Map by the SHA-256 of the token, and a look at the expiry. It never
 * drops anything, and never asks whether the key is still trusted.
 */
export function checkByMap(setting: Setting): Check {
  const check = checkByJose(setting)
  const cache = new Map<string, { readonly claims: object; readonly expires: number }>()
  return (token) => {
    const digest = hash('sha256', token, 'base64url')
    const cached = cache.get(digest)
    if (cached !== undefined && cached.expires > Date.now()) return cached.claims
    return check(token).then((claims) => {
      cache.set(digest, { claims, expires: 1000 * (claims as { exp: number }).exp })
      return claims
    })
  }
}

export function bearerOf(authorization: string | undefined): string | undefined {
  return authorization?.startsWith('Bearer ') ? authorization.slice(7) : undefined
}

/** The contenders that every framework has. */
export const names = {
  tollgate: 'tollgate',
  map: 'the least that caches',
  jose: 'jose by hand',
} as const
