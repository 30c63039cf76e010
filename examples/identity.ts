import type { ErrorRequestHandler, Express } from 'express'
import express from 'express'
import type { IdToken, Verifier } from 'tollgate'
import { AuthError } from 'tollgate'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'

/** The client that users sign in at, as the issuer knows it. */
const clientId = 'client-1'

/** An API that knows its users by name, and wants a fresh sign-in before money moves. */
export function createApp(options: AuthOptions): Express {
  const { requireAuth, getAuth, verifier } = createAuth(options)
  const app = express()

  app.get('/profile', requireAuth(), async (req, res) => {
    const { name, email, email_verified } = await verifier.userinfo(getAuth(req))
    res.json({ name, ...(email_verified === true && { email }) })
  })

  app.post('/transfers', requireAuth({ scope: 'transfers:write' }), async (req, res) => {
    const auth = getAuth(req)
    const fresh = await verifier.verifyIdToken(req.get('x-id-token') ?? '', {
      clientId,
      maxAge: 300,
    })
    // The ID token permits nothing. It only shows when the user of the access token has signed in.
    if (fresh.issuer !== auth.issuer || fresh.subject !== auth.subject) {
      res.status(403).json({ error: 'the ID token is of another user' })
      return
    }
    res.status(201).json({ by: auth.subject })
  })

  app.use(answerError)
  return app
}

/** Says as little to the caller as a guard does. */
const answerError: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof AuthError)) return next(error)
  const { status, headers, body } = error
  // RFC 9110 section 15.5.2: a 401 has a challenge.
  if (status === 401) res.set('WWW-Authenticate', 'Bearer error="invalid_token"')
  res.status(status).set(headers).json(body)
}

/** What the token endpoint has answered to the client (OpenID Connect Core section 3.1.3.3). */
interface TokenResponse {
  id_token: string
  access_token: string
}

/** Who has signed in: for the application that sent the user to the issuer, when it is back. */
export function signIn(
  verifier: Verifier,
  session: { nonce: string },
  tokens: TokenResponse,
): Promise<IdToken> {
  return verifier.verifyIdToken(tokens.id_token, {
    clientId,
    // As it was sent with the request. One that the session has lost is refused, not ignored.
    nonce: session.nonce,
    accessToken: tokens.access_token,
  })
}
