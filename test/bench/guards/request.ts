/** A request as Node makes it, and a response that goes nowhere. */
import { IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'

const socket = new Socket()

export function createRequest(token: string): IncomingMessage {
  const request = new IncomingMessage(socket)
  const authorization = `Bearer ${token}`
  request.method = 'GET'
  request.url = '/me'
  request.rawHeaders = ['Host', 'api.test', 'Accept', '*/*', 'Authorization', authorization]
  request.headers = { host: 'api.test', accept: '*/*', authorization }
  return request
}

/** Only a refusal writes to it. */
class Response {
  statusCode = 200
  headersSent = false
  setHeader(): void {}
  removeHeader(): void {}
  writeHead(): this {
    return this
  }
  end(): void {
    throw new Error('The guard answered the request')
  }
  sendStatus(): void {
    this.end()
  }
}

export const createResponse = (): ServerResponse => new Response() as unknown as ServerResponse
