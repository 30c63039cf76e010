import type { RequestHandler } from 'express'

/** The middleware that one writes by hand around a function that verifies a token: what it throws is a 401. */
export function createBearerGuard(verify: (token: string) => Promise<unknown>): RequestHandler {
  return async (request, response, next) => {
    const token = request.headers.authorization?.match(/^Bearer (\S+)$/i)?.[1]
    if (token === undefined) {
      response.sendStatus(401)
      return
    }
    try {
      // On the request, as the libraries do.
      Object.assign(request, { claims: await verify(token) })
    } catch {
      response.sendStatus(401)
      return
    }
    next()
  }
}
