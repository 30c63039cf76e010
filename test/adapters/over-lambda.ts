import type { RequestListener } from 'node:http'
import serverless from 'serverless-http'
import type { Answer, Served } from './adapter.ts'

/**
 * Calls the listener as AWS Lambda does behind an HTTP API (payload version 2.0). There the raw
 * headers are empty, and headers of the same name are joined.
 */
export function overLambda(listener: RequestListener): Served {
  const handler = serverless(listener)
  return {
    async exchange(path, headers, method) {
      const fields: Record<string, string> = { 'content-length': '0' }
      for (const [name, value] of headers) {
        fields[name] = name in fields ? `${fields[name]},${value}` : value
      }
      const [rawPath, rawQueryString = ''] = path.split('?')
      const event = {
        version: '2.0',
        rawPath,
        rawQueryString,
        headers: fields,
        body: '',
        requestContext: { http: { method, sourceIp: '127.0.0.1' } },
      }
      const result = (await handler(event, {})) as Omit<Answer, 'status'> & { statusCode: number }
      return { status: result.statusCode, headers: result.headers, body: result.body }
    },
    close: async () => {},
  }
}
