import type { DecodedJwt } from 'fast-jwt'
import { createVerifier } from 'fast-jwt'
import buildGetJwks from 'get-jwks'
import { createBearerGuard } from './bearer.ts'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  title: 'get-jwks + fast-jwt, middleware by hand',
  packages: ['get-jwks', 'fast-jwt'],
  note: '`issuersWhitelist`, `allowedIss` and `allowedAud`; the status of a refusal is the middleware’s',
  createGuard({ issuer, audience }) {
    const getJwks = buildGetJwks({ issuersWhitelist: [issuer] })
    return createBearerGuard(
      createVerifier({
        key: ({ header }: DecodedJwt) =>
          getJwks.getPublicKey({ kid: header['kid'], alg: header['alg'], domain: issuer }),
        allowedIss: issuer,
        allowedAud: audience,
      }),
    )
  },
}
