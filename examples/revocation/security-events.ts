import { Hono } from 'hono'
import type { Verifier } from 'tollgate'
import type { NoticeHandler, RevocationStore, SecurityEvent } from 'tollgate/revocation'
import { createEventReceiver } from 'tollgate/revocation'

/** Where a transmitter of the Shared Signals Framework pushes its events. */
export function createApp(
  verifier: Verifier,
  store: RevocationStore,
  handle: (event: SecurityEvent) => Promise<void>,
): Hono {
  const events: NoticeHandler = createEventReceiver({
    verifier,
    audience: 'https://api.example.com/events',
    store,
    authorization: 'Bearer the-value-that-was-agreed-on',
    // For what revokes nothing by itself, such as a device that is no longer safe.
    onSecurityEvent: handle,
  })
  return new Hono().post('/events', (c) => events(c.req.raw))
}
