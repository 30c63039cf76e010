import type { ErrorRequestHandler, Express } from 'express'
import express from 'express'
import { AuthError } from 'tollgate'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'

/** An API that logs each refusal, and answers it where it answers all its errors. */
export function createApp(options: AuthOptions, log: (line: string) => void): Express {
  const { requireAuth } = createAuth({
    ...options,
    // For logs and metrics; the answer stays as it is. As JSON, so that no path forges a line.
    onRefused({ status, reason }, req, auth) {
      log(JSON.stringify({ refused: reason, status, path: req.path, client: auth?.clientId }))
    },
    // In place of the answer: hands the refusal to the error handler below.
    onRefuse: (error, _req, _res, next) => next(error),
  })
  const answerError: ErrorRequestHandler = (error, _req, res, next) => {
    if (!(error instanceof AuthError)) return next(error)
    const { status, headers, body } = error
    res
      .status(status)
      .set(headers)
      .json({ ...body, help: 'https://api.example.com/help' })
  }

  const app = express()
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json([])
  })
  app.use(answerError)
  return app
}
