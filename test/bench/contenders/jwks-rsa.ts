import type { RequestHandler } from 'express'
import type { GetVerificationKey } from 'express-jwt'
import { expressjwt } from 'express-jwt'
import jwksRsa from 'jwks-rsa'
import type { Contender, Setting } from './contender.ts'

type Options = Omit<Parameters<typeof jwksRsa.expressJwtSecret>[0], 'jwksUri'>

export const contender: Contender = {
  title: 'jwks-rsa + express-jwt',
  packages: ['jwks-rsa', 'express-jwt'],
  createGuard: (setting) => createGuard(setting, {}),
}

export function createGuard(
  { issuer, jwksUri, audience }: Setting,
  options: Options,
): RequestHandler {
  return expressjwt({
    secret: jwksRsa.expressJwtSecret({ ...options, jwksUri }) as GetVerificationKey,
    audience,
    issuer,
    algorithms: ['RS256'],
  })
}
