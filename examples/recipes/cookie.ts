import type { Express, RequestHandler } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

/**
 * With the prefix, browsers take the cookie from this host alone, by https and for every path (RFC
 * 6265bis section 4.1.3): no other host of the domain can put one in its place.
 */
export const cookieName = '__Host-token'

/** The header that sets it: no script can read it, and no other site sends it. */
export function setCookie(token: string, maxAge: number): string {
  return `${cookieName}=${token}; Max-Age=${maxAge}; Path=/; Secure; HttpOnly; SameSite=Strict`
}

/**
 * Hands the token of the cookie to the guards, but only for requests that pages of this very origin
 * have made. Browsers say so in `Sec-Fetch-Site`, which no script can change. Where they do not say
 * it, the cookie does not count.
 */
export const tokenFromCookie: RequestHandler = (req, _res, next) => {
  const { authorization, cookie = '', 'sec-fetch-site': site } = req.headers
  const found = cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
  // A request with credentials of its own keeps them. Of two cookies, none is to be believed.
  if (authorization === undefined && site === 'same-origin' && found.length === 1) {
    req.headers.authorization = `Bearer ${found[0]?.slice(cookieName.length + 1)}`
  }
  next()
}

export function createApp(options: AuthOptions): Express {
  const { requireAuth } = createAuth(options)
  const app = express()
  app.use(tokenFromCookie)
  app.post('/orders', requireAuth({ scope: 'orders:write' }), (req, res) => {
    res.json({ orderOf: getAuth(req).subject })
  })
  return app
}
