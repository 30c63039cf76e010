/** Guards of Koa 3. The middleware alone is called. */
import Koa, { type Context, type Middleware } from 'koa'
import { type Create, type Setting, tollgateOptions } from '../in-process/contender.ts'
import { bearerOf, type Check, checkByJose, checkByMap, names } from './by-hand.ts'
import { createRequest, createResponse } from './request.ts'

const guards: Readonly<Record<string, (setting: Setting) => Middleware | Promise<Middleware>>> = {
  async [names.tollgate](setting) {
    const { createAuth }: typeof import('tollgate/koa') = await import(`${setting.package}/koa`)
    return createAuth(tollgateOptions(setting)).requireAuth() as Middleware
  },
  [names.map]: (setting) => byHand(checkByMap(setting)),
  [names.jose]: (setting) => byHand(checkByJose(setting)),
}

function byHand(check: Check): Middleware {
  return (ctx, next) => {
    const token = bearerOf(ctx.headers.authorization)
    if (token === undefined) ctx.throw(401)
    const admit = (auth: object) => {
      ctx.state['auth'] = auth
      return next()
    }
    const claims = check(token as string)
    return claims instanceof Promise ? claims.then(admit, () => ctx.throw(401)) : admit(claims)
  }
}

const next = async (): Promise<void> => {}

export const koa: Readonly<Record<string, Create>> = Object.fromEntries(
  Object.entries(guards).map(([name, create]) => [
    name,
    async (setting: Setting) => {
      const guard = await create(setting)
      const app = new Koa()
      return {
        make: (token: string) => app.createContext(createRequest(token), createResponse()),
        call: (ctx: Context) => guard(ctx as never, next),
        caches: name !== names.jose,
      }
    },
  ]),
)
