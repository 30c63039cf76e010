import { createRemoteJWKSet, jwtVerify } from 'jose'
import { createBearerGuard } from './bearer.ts'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  title: 'jose, middleware by hand',
  packages: ['jose'],
  note: '`createRemoteJWKSet` and `jwtVerify` with `issuer` and `audience`; the status of a refusal is the middleware’s',
  createGuard({ issuer, jwksUri, audience }) {
    const keys = createRemoteJWKSet(new URL(jwksUri))
    return createBearerGuard(async (token) => {
      const { payload } = await jwtVerify(token, keys, { issuer, audience })
      return payload
    })
  },
}
