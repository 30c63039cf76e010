import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { Http2Server } from 'node:http2'
import { createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeListener } from '../adapters/node.ts'

const issuer = createTestIssuer()
const good = issuer.mint()
let server: Http2Server
let url: string

beforeAll(async () => {
  server = createServer(nodeListener({ auth: issuer.trust(), routes: { '/': [{}] } }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(() => server.close())

/** Sends a request with curl, because the HTTP/2 client of Node cannot send one field twice. */
async function curl(...authorization: readonly string[]): Promise<string> {
  const headers = authorization.flatMap((value) => ['-H', `Authorization: ${value}`])
  const format = ['-w', '%{http_version} %{http_code}', '-o', '/dev/null', '-s']
  const command = ['--http2-prior-knowledge', ...format, ...headers, url]
  const { stdout } = await promisify(execFile)('curl', command)
  return stdout
}

describe('Authorization fields over HTTP/2, sent by curl', () => {
  test('a good token in the only Authorization field over HTTP/2 is accepted', async () => {
    expect(await curl(`Bearer ${good}`)).toBe('2 200')
  })

  test.each([
    ['the good token is sent twice', `Bearer ${good}`, `Bearer ${good}`],
    ['a good token comes before a bad one', `Bearer ${good}`, 'Bearer a.b.c'],
    ['a good token comes after a bad one', 'Bearer a.b.c', `Bearer ${good}`],
    ['another scheme comes before the token', 'Basic YTpi', `Bearer ${good}`],
  ])('two Authorization fields over HTTP/2 are answered 400 when %s', async (_, ...values) => {
    expect(await curl(...values)).toBe('2 400')
  })
})
