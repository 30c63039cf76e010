import { addAbortListener } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Auth } from 'tollgate'
import { AuthError, assertAuth } from 'tollgate'
import type { AuthOptions } from 'tollgate/node'
import { createAuth } from 'tollgate/node'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'

/** A server whose WebSockets are opened for callers with a token, and end when it is no longer good. */
export function createChat(options: AuthOptions): Server {
  const { requireAuth } = createAuth(options)
  const mayRead = requireAuth({ scope: 'chat:read' })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 16_384 })

  // Decided while it is still an HTTP request: a refusal has a status and a challenge.
  async function open(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const auth = await mayRead.upgrade(req, socket)
    if (auth === false) return
    sockets.handleUpgrade(req, socket, head, (ws) => talk(ws, auth))
  }

  const server = createServer((_req, res) => void res.writeHead(426).end())
  server.on('upgrade', (req, socket, head) => {
    open(req, socket, head).catch(() => socket.destroy())
  })
  return server
}

function talk(ws: WebSocket, auth: Auth): void {
  // It fires when the token expires, and when it is revoked. 4000 to 4999 are codes for applications
  // (RFC 6455 section 7.4.2).
  const end = addAbortListener(auth.signal, () => ws.close(4401, 'the token is no longer good'))
  ws.on('close', () => end[Symbol.dispose]())
  ws.on('error', () => ws.terminate())
  ws.on('message', (data) => {
    try {
      // What a message may do can need more than what opened the socket.
      assertAuth(auth, { scope: 'chat:write' })
      ws.send(`${auth.subject}: ${data}`)
    } catch (error) {
      ws.send(JSON.stringify({ refused: error instanceof AuthError ? error.status : 500 }))
    }
  })
}
