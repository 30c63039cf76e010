import Koa from 'koa'
import type { VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/koa'
import type { RevocationStore } from 'tollgate/revocation'
import { createBackchannelLogout, createEventReceiver } from 'tollgate/revocation'

/** An API whose tokens end with the session at the issuer, and by security events. */
export function createApp(options: VerifierOptions, store: RevocationStore): Koa {
  const { requireAuth, verifier } = createAuth({ ...options, revocation: store })
  const events = { verifier, audience: 'https://api.example.com/events', store }
  const receivers = new Map([
    ['/backchannel-logout', createBackchannelLogout({ verifier, clientId: 'web', store })],
    ['/events', createEventReceiver(events)],
  ])
  const app = new Koa()

  // Before a body parser: the receiver reads the body itself.
  app.use(async (ctx, next) => {
    const receiver = receivers.get(ctx.path)
    if (receiver === undefined) return next()
    // The receiver answers, and not Koa.
    ctx.respond = false
    await receiver.node(ctx.req, ctx.res)
  })

  app.use(requireAuth())
  app.use((ctx) => {
    ctx.body = { id: getAuth(ctx).subject }
  })
  return app
}
