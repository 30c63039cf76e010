/** Guards of Express 5. The middleware alone is called, without router and handler. */
import createExpress, { type Request, type RequestHandler, type Response } from 'express'
import { createBearerGuard } from '../contenders/bearer.ts'
import {
  type Contender,
  type Create,
  type Setting,
  tollgateOptions,
} from '../in-process/contender.ts'
import { bearerOf, checkByJose, checkByMap, names } from './by-hand.ts'
import { createRequest, createResponse } from './request.ts'

type CreateGuard = (setting: Setting) => RequestHandler | Promise<RequestHandler>

export const guards: Readonly<Record<string, CreateGuard>> = {
  async [names.tollgate](setting) {
    const { createAuth }: typeof import('tollgate/express') = await import(
      `${setting.package}/express`
    )
    const { requireAuth } = createAuth(tollgateOptions(setting))
    const { routes = 1 } = setting
    if (routes === 1) return requireAuth() as RequestHandler
    const each = Array.from({ length: routes }, () => requireAuth({ scope: 'orders:read' }))
    let at = 0
    return (request, response, next) => {
      at = at + 1 === routes ? 0 : at + 1
      each[at]?.(request, response, next)
    }
  },
  [names.map](setting) {
    const check = checkByMap(setting)
    return (request, response, next) => {
      const token = bearerOf(request.headers.authorization)
      if (token === undefined) return void response.sendStatus(401)
      const admit = (auth: object) => {
        Object.assign(request, { auth })
        next()
      }
      const claims = check(token)
      if (!(claims instanceof Promise)) return admit(claims)
      return claims.then(admit, () => void response.sendStatus(401))
    }
  },
  [names.jose]: (setting) => createBearerGuard(checkByJose(setting)),
  async 'express-oauth2-jwt-bearer'(setting) {
    const { contender } = await import('../contenders/express-oauth2-jwt-bearer.ts')
    return contender.createGuard(setting)
  },
}

/** The same guards, called with requests and responses that go nowhere. */
export const express: Readonly<Record<string, Create>> = Object.fromEntries(
  Object.entries(guards).map(([name, create]) => [
    name,
    async (setting: Setting) => ({
      ...callOf(await create(setting)),
      caches: name === names.tollgate || name === names.map,
    }),
  ]),
)

function callOf(guard: RequestHandler): Contender {
  const app = createExpress()
  return {
    make(token) {
      const request = createRequest(token)
      // What an Express app does first with each request. Node 20 and 22 then write its properties
      // more slowly.
      Object.setPrototypeOf(request, app.request)
      return { request, response: createResponse() }
    },
    call({ request, response }: { request: Request; response: Response }) {
      let outcome: { readonly error: unknown } | undefined
      let settle = (error: unknown): void => {
        outcome = { error }
      }
      const returned: unknown = guard(request, response, (error?: unknown) => settle(error))
      if (outcome === undefined) {
        return new Promise<void>((resolve, reject) => {
          settle = (error) => (error === undefined ? resolve() : reject(error))
          if (returned instanceof Promise) returned.catch(reject)
        })
      }
      if (outcome.error !== undefined) throw outcome.error
      return undefined
    },
  }
}
