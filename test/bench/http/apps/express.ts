import { createServer } from 'node:http'
import createExpress, { type RequestHandler } from 'express'
import { createAuth } from 'tollgate/express'
import { createBearerGuard } from '../../contenders/bearer.ts'
import { contender as oauth2Bearer } from '../../contenders/express-oauth2-jwt-bearer.ts'
import { contender as jwksRsa } from '../../contenders/jwks-rsa.ts'
import { type Apps, body, type Listening, listen } from './app.ts'
import { withFastJwt, withJose, withJoseAndMap } from './verify-by-hand.ts'

export const express: Apps = {
  bare: () => serve(),
  tollgate({ issuer, audience, maxAge }) {
    const { requireAuth } = createAuth({
      issuer,
      audience,
      allowInsecureLoopback: true,
      ...(maxAge !== undefined && { keys: { maxAge } }),
    })
    return serve(requireAuth() as RequestHandler)
  },
  jose: (setting) => serve(createBearerGuard(withJose(setting))),
  'jose-map': (setting) => serve(createBearerGuard(withJoseAndMap(setting))),
  'fast-jwt': (setting) => serve(createBearerGuard(withFastJwt(setting))),
  'express-oauth2-jwt-bearer': (setting) => serve(oauth2Bearer.createGuard(setting)),
  'express-jwt': (setting) => serve(jwksRsa.createGuard(setting)),
}

function serve(...guard: readonly RequestHandler[]): Promise<Listening> {
  const app = createExpress()
  // In any other environment, Express prints every error to stderr.
  app.set('env', 'test')
  app.get('/me', ...guard, (_request, response) => {
    response.json(body)
  })
  return listen(createServer(app))
}
