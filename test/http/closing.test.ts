import { once } from 'node:events'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { fetchHead, nodeHead } from '../../src/http/request-head.ts'

test('over HTTP/2, a client that has hung up before anybody asks is noticed at once', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  try {
    const asked = client.request({ ':path': '/' })
    asked.on('error', () => {})
    const [request, response] = (await once(server, 'request')) as [
      Http2ServerRequest,
      Http2ServerResponse,
    ]
    const head = nodeHead(request, response)
    let closed = 0
    const listener = (): number => ++closed
    head.onClosed(listener)
    expect(closed).toBe(0)
    const over = once(response, 'close')
    asked.close(8)
    await over
    expect(closed).toBe(1)
    head.onClosed(listener)
    expect(closed).toBe(2)
  } finally {
    client.destroy()
    server.close()
  }
})

test.each([
  ['no signal', {}],
  ['null for its signal', { signal: null }],
])('a request-like object with %s tells of no closing', (_, more) => {
  const request = { method: 'GET', url: 'https://api.test/', headers: new Headers(), ...more }
  expect(() => fetchHead(request).onClosed(() => {})).not.toThrow()
})

test('a signal on Object.prototype is none of a request', () => {
  Object.assign(Object.prototype, { signal: 'polluted' })
  try {
    const request = { method: 'GET', url: 'https://api.test/', headers: new Headers() }
    expect(() => fetchHead(request).onClosed(() => {})).not.toThrow()
  } finally {
    Reflect.deleteProperty(Object.prototype, 'signal')
  }
})
