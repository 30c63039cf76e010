import koaCors from '@koa/cors'
import cors from 'cors'
import type { Express } from 'express'
import express from 'express'
import Koa from 'koa'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import type { AuthOptions as KoaAuthOptions } from 'tollgate/koa'
import { createAuth as createKoaAuth } from 'tollgate/koa'

const origin = 'https://app.example.com'
// Without this, a script cannot read why it was refused, and when to try again.
const readable = ['WWW-Authenticate', 'Retry-After']

/** An API for a web app of another origin. */
export function createApp(options: AuthOptions): Express {
  const { requireAuth } = createAuth(options)
  const app = express()
  // Before the guards: a browser asks first, by OPTIONS and without a token, whether it may call.
  app.use(cors({ origin, exposedHeaders: readable }))
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}

/** The same in Koa. */
export function createKoaApp(options: KoaAuthOptions): Koa {
  const { requireAuth } = createKoaAuth(options)
  const app = new Koa()
  app.use(koaCors({ origin, exposeHeaders: readable }))
  app.use(requireAuth({ scope: 'orders:read' }))
  app.use((ctx) => {
    ctx.body = { orders: [] }
  })
  return app
}
