import { hash } from 'node:crypto'
import type { DecodedJwt } from 'fast-jwt'
import { createVerifier } from 'fast-jwt'
import buildGetJwks from 'get-jwks'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { Setting } from './app.ts'

export type VerifyByHand = (token: string) => Promise<unknown>

/** What middleware is written around by hand. */
export function withJose({ issuer, jwksUri, audience }: Setting): VerifyByHand {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  return async (token) => (await jwtVerify(token, keys, { issuer, audience })).payload
}

/** The least that a guard which remembers can do: no time and no key is looked at again, and nothing is forgotten. */
export function withJoseAndMap(setting: Setting): VerifyByHand {
  const verify = withJose(setting)
  const known = new Map<string, unknown>()
  return async (token) => {
    const digest = hash('sha256', token, 'binary')
    const remembered = known.get(digest)
    if (remembered !== undefined) return remembered
    const claims = await verify(token)
    known.set(digest, claims)
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
