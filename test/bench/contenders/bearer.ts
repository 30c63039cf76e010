import type { RequestHandler } from 'express'

/**
 * The middleware that people write by hand around a function that verifies a token. It answers 401
 * to whatever that function throws.
 */
export function createBearerGuard(verify: (token: string) => Promise<unknown>): RequestHandler {
  return async (request, response, next) => {
    const token = request.headers.authorization?.match(/^Bearer (\S+)$/i)?.[1]
    if (token === undefined) {
      response.sendStatus(401)
      return
    }
    try {
      // The libraries that bring a middleware put the claims on the request as well.
      Object.assign(request, { claims: await verify(token) })
    } catch {
      response.sendStatus(401)
      return
    }
    next()
  }
}
