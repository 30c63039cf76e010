import type { RequestListener } from 'node:http'
import serverless from 'serverless-http'
import type { Answer, Served } from './adapter.ts'

/** As AWS Lambda calls it, behind an HTTP API (payload 2.0): the raw headers are empty, and equal names joined. */
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
