import type { Express, RequestHandler } from 'express'
import express from 'express'
import type { DestinationStream, Logger } from 'pino'
import { pino } from 'pino'
import type { Auth, AuthEvent, VerifierOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

export function createLogger(destination?: DestinationStream): Logger {
  const options = {
    serializers: { req: describeRequest },
    // A second net, for whoever logs headers elsewhere.
    redact: ['headers.authorization', 'headers.cookie'],
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** What a log may hold of a request. The query may hold secrets, and headers hold the token. */
function describeRequest(req: { method: string; originalUrl: string }): object {
  return { method: req.method, path: req.originalUrl.split('?')[0] }
}

/** An API that logs who called, and each refusal with its request. */
export function createApp(options: VerifierOptions, log: Logger): Express {
  const { requireAuth } = createAuth({
    ...options,
    // The reason is for you: the caller is told less. `auth` is there where the token was good.
    onRefused({ status, reason }, req, auth) {
      log.warn({ req, status, reason, ...describeCaller(auth) }, 'refused')
    },
    // What was found and what was expected, in words.
    onEvent(event: AuthEvent) {
      if ('hint' in event) log.info({ reason: event.reason, hint: event.hint }, 'hint')
    },
  })

  // Before the guards, because a guard that refuses ends the request.
  const logCalls: RequestHandler = (req, res, next) => {
    res.once('finish', () => {
      const auth = getAuth(req, { optional: true })
      if (auth) log.info({ req, status: res.statusCode, ...describeCaller(auth) }, 'called')
    })
    next()
  }

  const app = express()
  app.use(logCalls)
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}

/** A subject is unique within its issuer alone, so the two belong together. */
function describeCaller(auth: Auth | undefined): object | undefined {
  return auth && { issuer: auth.issuer, subject: auth.subject, client: auth.clientId }
}
