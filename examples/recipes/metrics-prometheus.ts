import type { Express } from 'express'
import express from 'express'
import { Counter, Gauge, Registry } from 'prom-client'
import type { AuthEvent, VerifierOptions } from 'tollgate'
import { createAuth } from 'tollgate/express'

/** An API with metrics for Prometheus. */
export function createApp(options: VerifierOptions): Express {
  const register = new Registry()
  const registers = [register]

  const decisions = new Counter({
    name: 'tollgate_decisions_total',
    help: 'Tokens that were accepted, and tokens and requests that were refused, by reason.',
    labelNames: ['reason'],
    registers,
  })
  const failures = new Counter({
    name: 'tollgate_issuer_failures_total',
    help: 'Attempts to fetch the keys of an issuer that failed.',
    labelNames: ['issuer'],
    registers,
  })

  function count(event: AuthEvent): void {
    if (event.type === 'token.accepted') decisions.inc({ reason: 'accepted' })
    else if ('reason' in event) decisions.inc({ reason: event.reason })
    else if (event.type === 'keys.refresh-failed') failures.inc({ issuer: event.issuer })
  }

  const { requireAuth, verifier } = createAuth({ ...options, onEvent: count })
  new Gauge({
    name: 'tollgate_key_age_seconds',
    help: 'Seconds since the keys of an issuer were fetched.',
    labelNames: ['issuer'],
    registers,
    // Read when Prometheus asks, so that no event has to come.
    collect() {
      this.reset()
      for (const { issuer, age } of verifier.health()) {
        if (age !== undefined) this.set({ issuer }, age)
      }
    },
  })

  const app = express()
  app.get('/metrics', async (_req, res) => {
    res.type(register.contentType).send(await register.metrics())
  })
  app.get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
    res.json({ orders: [] })
  })
  return app
}
