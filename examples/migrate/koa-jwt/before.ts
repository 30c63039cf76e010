import Router from '@koa/router'
import jwksRsa from 'jwks-rsa'
import Koa from 'koa'
import jwt from 'koa-jwt'

export function createApp({
  issuer = 'https://login.example.com',
  audience = 'https://api.example.com',
  jwksUri = 'https://login.example.com/jwks.json',
} = {}): Koa {
  const options = {
    secret: jwksRsa.koaJwtSecret({ jwksUri, cache: true }),
    algorithms: ['RS256'],
    issuer,
    audience,
  }
  const router = new Router()

  router.get('/feed', jwt({ ...options, passthrough: true }), (ctx) => {
    ctx.body = { hello: ctx.state['user']?.sub ?? 'stranger' }
  })

  router.use(jwt(options))
  router.get('/me', (ctx) => {
    const { sub, email } = ctx.state['user']
    ctx.body = { id: sub, email }
  })
  router.get('/orders', (ctx) => {
    const scopes = ctx.state['user'].scope?.split(' ') ?? []
    if (!scopes.includes('orders:read')) ctx.throw(403)
    ctx.body = { orders: [] }
  })

  const app = new Koa()
  app.use(router.routes())
  return app
}
