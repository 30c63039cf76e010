import type { RequestListener } from 'node:http'
import inject from 'light-my-request'
import type { Served } from './adapter.ts'

/** Injects requests into the listener without a socket. */
export function overInject(listener: RequestListener): Served {
  return {
    async exchange(path, headers, method) {
      const fields: Record<string, string[]> = {}
      for (const [name, value] of headers) fields[name] = [...(fields[name] ?? []), value]
      const response = await inject(listener as never, {
        url: path,
        method: method as 'GET',
        headers: fields as never,
      })
      return {
        status: response.statusCode,
        headers: response.headers as Record<string, string>,
        body: response.payload,
      }
    },
    close: async () => {},
  }
}
