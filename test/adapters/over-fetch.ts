import type { Served } from './adapter.ts'

/** Calls the handler in this process, with the `Request` and `Response` of the runtime. */
export function overFetch(handler: (request: Request) => Response | Promise<Response>): Served {
  return {
    async exchange(path, headers, method) {
      const request = new Request(`http://api.test${path}`, { method })
      for (const [name, value] of headers) request.headers.append(name, value)
      const response = await handler(request)
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      }
    },
    close: async () => {},
  }
}
