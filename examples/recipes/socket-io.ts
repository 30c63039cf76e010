import { addAbortListener } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'socket.io'
import { Server } from 'socket.io'
import type { Auth, VerifierOptions } from 'tollgate'
import { AuthError, assertAuth, createVerifier } from 'tollgate'

interface Data {
  auth: Auth
}
type Events = Record<string, (...values: never[]) => void>

/** The same with socket.io, whose clients send the token in a message of their own. */
export function createChat(server: HttpServer, options: VerifierOptions): Server {
  const verifier = createVerifier(options)
  const io = new Server<Events, Events, Events, Data>(server, { maxHttpBufferSize: 16_384 })

  // Asked for each connection, also when a client connects again.
  io.use(async (socket, next) => {
    try {
      const { token } = socket.handshake.auth
      const auth = await verifier.verify(typeof token === 'string' ? token : '')
      assertAuth(auth, { scope: 'chat:read' })
      socket.data.auth = auth
      next()
    } catch (error) {
      next(errorFor(error))
    }
  })

  io.on('connection', (socket: Socket<Events, Events, Events, Data>) => {
    const { auth } = socket.data
    const end = addAbortListener(auth.signal, () => socket.disconnect(true))
    socket.on('disconnect', () => end[Symbol.dispose]())
    socket.on('say', (text: unknown, answer: unknown) => {
      if (typeof answer !== 'function') return
      try {
        assertAuth(auth, { scope: 'chat:write' })
        answer(`${auth.subject}: ${text}`)
      } catch (error) {
        answer({ refused: error instanceof AuthError ? error.status : 500 })
      }
    })
  })
  return io
}

/** What the client is told. Its `connect_error` has `data`; no reason, and no text of another error. */
function errorFor(error: unknown): Error {
  const status = error instanceof AuthError ? error.status : 500
  return Object.assign(new Error('refused'), { data: { status } })
}
