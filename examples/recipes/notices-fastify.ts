import type { FastifyInstance } from 'fastify'
import Fastify from 'fastify'
import type { VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/fastify'
import type { NoticeHandler, RevocationStore } from 'tollgate/revocation'
import { createBackchannelLogout, createEventReceiver } from 'tollgate/revocation'

/** An API whose tokens end with the session at the issuer, and by security events. */
export function createApp(options: VerifierOptions, store: RevocationStore): FastifyInstance {
  const { requireAuth, verifier } = createAuth({ ...options, revocation: store })
  const events = { verifier, audience: 'https://api.example.com/events', store }
  const app = Fastify()

  // A scope of its own: what it says of bodies counts for its routes alone.
  app.register(async (scope) => {
    // The receiver reads the body itself. Without this, Fastify answers 415.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _body, done) => done(null))

    function receive(url: string, receiver: NoticeHandler): void {
      scope.post(url, async (request, reply) => {
        // The receiver answers, and not Fastify.
        reply.hijack()
        await receiver.node(request.raw, reply.raw)
      })
    }
    receive('/backchannel-logout', createBackchannelLogout({ verifier, clientId: 'web', store }))
    receive('/events', createEventReceiver(events))
  })

  app.get('/me', { onRequest: requireAuth() }, async (request) => ({
    id: getAuth(request).subject,
  }))
  return app
}
