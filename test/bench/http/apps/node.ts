import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createAuth } from 'tollgate/node'
import { type Apps, body, type Listening, listen } from './app.ts'
import {
  bearerOf,
  type VerifyByHand,
  withFastJwt,
  withJose,
  withJoseAndMap,
} from './verify-by-hand.ts'

/** Whether the request was admitted; if not, the guard has answered it. */
type Guard = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export const node: Apps = {
  bare: () => listen(createServer((_request, response) => answer(response))),
  tollgate({ issuer, audience }) {
    const { requireAuth } = createAuth({ issuer, audience, allowInsecureLoopback: true })
    const guard = requireAuth()
    return serve(async (request, response) => (await guard(request, response)) !== false)
  },
  jose: (setting) => serve(byHand(withJose(setting))),
  'jose-map': (setting) => serve(byHand(withJoseAndMap(setting))),
  'fast-jwt': (setting) => serve(byHand(withFastJwt(setting))),
}

function serve(guard: Guard): Promise<Listening> {
  return listen(
    createServer(async (request, response) => {
      if (await guard(request, response)) answer(response)
    }),
  )
}

function answer(response: ServerResponse): void {
  const text = JSON.stringify(body)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

function byHand(verify: VerifyByHand): Guard {
  return async (request, response) => {
    const token = bearerOf(request.headers.authorization)
    try {
      if (token === undefined) throw new Error('no token')
      Object.assign(request, { claims: await verify(token) })
      return true
    } catch {
      response.writeHead(401).end()
      return false
    }
  }
}
