import express from 'express'
import Koa from 'koa'
import supertest from 'supertest'
import { createAuth as createExpressAuth, getAuth as getExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth, getAuth as getKoaAuth } from 'tollgate/koa'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const issuer = createTestIssuer()
const other = createTestIssuer({ url: 'https://other.test' })
const token = issuer.mint({ sub: 'alice' })
const another = issuer.mint({ sub: 'bob' })

/** A request through two guards. Between them, `becomes` may replace the Authorization header. */
interface Chain {
  readonly first: typeof issuer
  readonly second: typeof issuer
  readonly becomes?: string
}

const expressApp = ({ first, second, becomes }: Chain): express.Express => {
  const app = express()
  const one = createExpressAuth(first.trust())
  const two = first === second ? one : createExpressAuth(second.trust())
  app.use(one.requireAuth())
  app.use((req, _res, next) => {
    if (becomes !== undefined) {
      req.headers.authorization = becomes
      req.rawHeaders = ['Authorization', becomes]
    }
    next()
  })
  app.get('/', two.requireAuth(), (req, res) => void res.json(getExpressAuth(req).subject))
  return app
}

const koaApp = ({ first, second, becomes }: Chain) => {
  const app = new Koa()
  const one = createKoaAuth(first.trust())
  const two = first === second ? one : createKoaAuth(second.trust())
  app.use(one.requireAuth())
  app.use((ctx, next) => {
    if (becomes !== undefined) {
      ctx.req.headers.authorization = becomes
      ctx.req.rawHeaders = ['Authorization', becomes]
    }
    return next()
  })
  app.use(two.requireAuth())
  app.use((ctx) => {
    ctx.body = JSON.stringify(getKoaAuth(ctx).subject)
  })
  return app.callback()
}

describe.each([
  ['Express', expressApp],
  ['Koa', koaApp],
] as const)('a second guard on the same request in %s', (framework, createApp) => {
  const through = (chain: Chain) =>
    supertest(createApp(chain)).get('/').auth(token, { type: 'bearer' })

  it(`in ${framework}, a second guard of the same verifier uses the Auth of the first guard`, async () => {
    expect((await through({ first: issuer, second: issuer })).text).toBe('"alice"')
  })

  it(`in ${framework}, a second guard of another verifier verifies the token itself`, async () => {
    expect((await through({ first: issuer, second: other })).status).toBe(401)
  })

  it(`in ${framework}, a second guard verifies again when the Authorization header has been replaced`, async () => {
    const chain = { first: issuer, second: issuer }
    expect((await through({ ...chain, becomes: `Bearer ${another}` })).text).toBe('"bob"')
    expect((await through({ ...chain, becomes: `Bearer ${issuer.bad.expired()}` })).status).toBe(
      401,
    )
    expect((await through({ ...chain, becomes: 'Basic YTpi' })).status).toBe(401)
  })
})
