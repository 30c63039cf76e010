import type { RequestListener } from 'node:http'
import inject from 'light-my-request'
import type { Served } from './adapter.ts'

/** Injects requests into the listener without a socket. */
export function overInject(listener: RequestListener): Served {
  const restore = prototypesBelow(listener)
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
    close: async () => restore(),
  }
}

/**
 * Under the request and the response of an Express app lie objects that all apps of the same version
 * share, and light-my-request gives these prototypes of its own: apps that listen on a socket would
 * not answer any more. This gives a function that undoes it.
 */
function prototypesBelow(listener: RequestListener): () => void {
  const shared = ['request', 'response'].flatMap((name) => {
    const own = Reflect.get(listener, name)
    return own === undefined ? [] : [Object.getPrototypeOf(own) as object]
  })
  const before = shared.map((object) => [object, Object.getPrototypeOf(object)] as const)
  return () => {
    for (const [object, prototype] of before) Object.setPrototypeOf(object, prototype)
  }
}
