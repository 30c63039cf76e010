import { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Express, RequestHandler } from 'express'
import express from 'express'

export type Call = (token: string) => Promise<number>

/**
 * A guarded Express app, called in this process with Node's own request and response. A call gives
 * the status of the answer.
 */
export function createApi(guard: RequestHandler): Call {
  const app: Express = express()
  // In any other environment, Express prints every error to stderr.
  app.set('env', 'test')
  app.get('/orders', guard, (_request, response) => {
    response.end()
  })
  return (token) =>
    new Promise((resolve) => {
      const request = createRequest(token)
      const response = new ServerResponse(request)
      response.end = () => {
        resolve(response.statusCode)
        return response
      }
      app(request, response)
    })
}

const socket = { readable: false, writable: true, remoteAddress: '127.0.0.1' } as Socket

function createRequest(token: string): IncomingMessage {
  const request = new IncomingMessage(socket)
  const authorization = `Bearer ${token}`
  request.method = 'GET'
  request.url = '/orders'
  request.httpVersion = '1.1'
  request.headers = { host: 'api.test', authorization }
  request.rawHeaders = ['Host', 'api.test', 'Authorization', authorization]
  request.complete = true
  return request
}
