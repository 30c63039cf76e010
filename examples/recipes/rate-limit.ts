import type { Express } from 'express'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import type { Auth, AuthOptions } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

/** An API on which each user may make so many calls in a minute. */
export function createApp(options: AuthOptions, { calls = 100, refusals = 20 } = {}): Express {
  const { requireAuth } = createAuth(options)
  const inOneMinute = {
    windowMs: 60_000,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
  } as const

  // Before the guard, by address: only calls that failed count, such as those with a bad token.
  const perAddress = rateLimit({ ...inOneMinute, limit: refusals, skipSuccessfulRequests: true })

  // After the guard, by user: it needs to know who calls.
  const perUser = rateLimit({
    ...inOneMinute,
    limit: calls,
    keyGenerator: (req) => keyOf(getAuth(req)),
  })

  const app = express()
  app.get('/orders', perAddress, requireAuth({ scope: 'orders:read' }), perUser, (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}

/** A subject is unique within its issuer alone. As JSON, so that no two pairs give one key. */
export function keyOf({ issuer, subject }: Auth): string {
  return JSON.stringify([issuer, subject])
}
