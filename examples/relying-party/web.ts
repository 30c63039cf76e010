import type { ErrorRequestHandler, Express } from 'express'
import express from 'express'
import { AuthorizationResponseError, randomState } from 'openid-client'
import { AuthError, createVerifier } from 'tollgate'
import { pageHeaders } from './html.ts'
import type { Setting } from './identity-provider.ts'
import type { ApiAnswer } from './pages.ts'
import { failedPage, homePage, signedOutPage, welcomePage } from './pages.ts'
import { createSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { style } from './style.ts'

/** The page: it has no passwords and no users of its own, and relies on the issuer for both. */
export async function createWeb(setting: Setting): Promise<Express> {
  const { issuer, api, web, client } = setting
  const verifier = createVerifier({
    issuer: {
      issuer,
      client,
      // This issuer tells a client about its own tokens alone, so an active one is for this page.
      introspection: { audience: 'trusted' },
    },
    audience: web,
    allowInsecureLoopback: true,
  })
  const signIn = await createSignIn(setting, verifier)
  const sessions = createSessions()
  const app = express()

  async function askApi(method: string, path: string, token?: string): Promise<ApiAnswer> {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    const response = await fetch(api + path, { method, headers })
    return {
      request: `${method} ${path}`,
      status: response.status,
      challenge: response.headers.get('www-authenticate') ?? undefined,
      body: await response.json(),
    }
  }

  app.use((_req, res, next) => {
    res.set(pageHeaders([issuer]))
    next()
  })
  app.get('/style.css', (_req, res) => {
    res.type('css').send(style)
  })

  app.get('/', async (req, res) => {
    const session = sessions.read(req)
    if (session === undefined || !('signedIn' in session)) {
      return void res.send(welcomePage(issuer, await askApi('GET', '/orders')))
    }
    const { identity, profileToken, apiToken } = session.signedIn
    const orders = await askApi('GET', '/orders', apiToken)
    if (orders.status === 401) {
      // The session has ended elsewhere, and the API knows it already.
      sessions.end(req, res)
      return void res.send(signedOutPage(orders))
    }
    const auth = await verifier.verify(profileToken)
    const profile = await verifier.userinfo(auth)
    const deletion = await askApi('DELETE', '/orders/1', apiToken)
    res.send(homePage({ issuer, identity, profile, orders, deletion }))
  })

  app.get('/sign-in', async (req, res) => {
    const { url, request } = await signIn.begin()
    sessions.begin(req, res, { request })
    res.redirect(303, url.href)
  })

  app.get('/callback', async (req, res) => {
    const session = sessions.read(req)
    // Whoever was not sent away from this browser is not let in: somebody may have sent them a link.
    if (session === undefined || !('request' in session)) return void res.redirect(303, '/')
    sessions.end(req, res)
    const signedIn = await signIn.finish(new URL(req.originalUrl, web), session.request)
    sessions.begin(req, res, { signedIn })
    res.redirect(303, '/')
  })

  app.post('/sign-out', (req, res) => {
    const session = sessions.read(req)
    if (session === undefined || !('signedIn' in session)) return void res.redirect(303, '/')
    const leaving = randomState()
    sessions.begin(req, res, { ...session, leaving })
    res.redirect(303, signIn.end(session.signedIn.idToken, leaving).href)
  })

  app.get('/signed-out', async (req, res) => {
    const session = sessions.read(req)
    const isBack = session !== undefined && 'signedIn' in session && session.leaving !== undefined
    if (!isBack || req.query['state'] !== session.leaving) return void res.redirect(303, '/')
    sessions.end(req, res)
    // Only to show it: the token that was good a moment ago.
    res.send(signedOutPage(await askApi('GET', '/orders', session.signedIn.apiToken)))
  })

  app.use(answerError)
  return app
}

/** The reason is for the log. Whoever is at the page is told nothing but what they can do. */
const answerError: ErrorRequestHandler = (error, req, res, _next) => {
  const isRefusal = error instanceof AuthorizationResponseError
  const reason = isRefusal || error instanceof AuthError ? error.message : String(error)
  console.error(`the page could not answer ${req.path}: ${JSON.stringify(reason)}`)
  res.status(isRefusal ? 403 : 502).send(failedPage(isRefusal))
}
