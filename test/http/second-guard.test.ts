import type { IncomingMessage } from 'node:http'
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

/** A request through two guards. Between them, `becomes` may replace the header of the token. */
interface Chain {
  readonly first: typeof issuer
  readonly second: typeof issuer
  readonly becomes?: string
  readonly tokenHeader?: string
}

/** The options of a guard of the chain. */
const options = (who: typeof issuer, { tokenHeader }: Chain) => ({
  ...who.trust(),
  ...(tokenHeader !== undefined && { tokenHeader }),
})

/** Replaces the header of the token, as a middleware between two guards may. */
function replace(req: IncomingMessage, { becomes, tokenHeader = 'authorization' }: Chain): void {
  if (becomes === undefined) return
  req.headers[tokenHeader] = becomes
  req.rawHeaders = [tokenHeader, becomes]
}

const expressApp = (chain: Chain): express.Express => {
  const { first, second } = chain
  const app = express()
  const one = createExpressAuth(options(first, chain))
  const two = first === second ? one : createExpressAuth(options(second, chain))
  app.use(one.requireAuth())
  app.use((req, _res, next) => {
    replace(req, chain)
    next()
  })
  app.get('/', two.requireAuth(), (req, res) => void res.json(getExpressAuth(req).subject))
  return app
}

const koaApp = (chain: Chain) => {
  const { first, second } = chain
  const app = new Koa()
  const one = createKoaAuth(options(first, chain))
  const two = first === second ? one : createKoaAuth(options(second, chain))
  app.use(one.requireAuth())
  app.use((ctx, next) => {
    replace(ctx.req, chain)
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

  it(`in ${framework}, a second guard verifies again when the header of tokenHeader has been replaced`, async () => {
    const tokenHeader = 'x-assertion'
    const answer = async (becomes?: string) => {
      const chain = { first: issuer, second: issuer, tokenHeader }
      const app = createApp({ ...chain, ...(becomes !== undefined && { becomes }) })
      // What is in Authorization stays, and must not count.
      const sent = supertest(app).get('/').auth(token, { type: 'bearer' })
      const { status, text } = await sent.set(tokenHeader, token)
      return status === 200 ? text : status
    }
    expect(await answer()).toBe('"alice"')
    expect(await answer(another)).toBe('"bob"')
    expect(await answer(issuer.bad.expired())).toBe(401)
    expect(await answer('')).toBe(401)
    expect(await answer(`Bearer ${token}`)).toBe(400)
  })
})
