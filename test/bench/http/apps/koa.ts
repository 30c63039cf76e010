import { createServer } from 'node:http'
import jwksRsa from 'jwks-rsa'
import Koa, { type Middleware } from 'koa'
import koaJwt from 'koa-jwt'
import { createAuth } from 'tollgate/koa'
import { type Apps, body, type Listening, listen } from './app.ts'
import { bearerOf, type VerifyByHand, withJose, withJoseAndMap } from './verify-by-hand.ts'

export const koa: Apps = {
  bare: () => serve(),
  tollgate({ issuer, audience }) {
    const { requireAuth } = createAuth({ issuer, audience, allowInsecureLoopback: true })
    return serve(requireAuth() as Middleware)
  },
  jose: (setting) => serve(byHand(withJose(setting))),
  'jose-map': (setting) => serve(byHand(withJoseAndMap(setting))),
  'koa-jwt': ({ issuer, jwksUri, audience }) =>
    serve(
      koaJwt({
        secret: jwksRsa.koaJwtSecret({ jwksUri }),
        issuer,
        audience,
        algorithms: ['RS256'],
      }) as Middleware,
    ),
}

function serve(...guard: readonly Middleware[]): Promise<Listening> {
  const app = new Koa()
  for (const middleware of guard) app.use(middleware)
  app.use((ctx) => {
    ctx.body = body
  })
  return listen(createServer(app.callback()))
}

function byHand(verify: VerifyByHand): Middleware {
  return async (ctx, next) => {
    const token = bearerOf(ctx.headers.authorization)
    if (token === undefined) ctx.throw(401)
    try {
      ctx.state['claims'] = await verify(token as string)
    } catch {
      ctx.throw(401)
    }
    await next()
  }
}
