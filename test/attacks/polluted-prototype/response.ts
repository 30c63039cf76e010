/** A response as `fetch` gives it, made without the classes of Node, which read options themselves. */
export function responseOf(document: unknown): unknown {
  const octets = new TextEncoder().encode(JSON.stringify(document))
  let done = false
  const read = async () => {
    const result = { done, value: done ? undefined : octets }
    done = true
    return result
  }
  const getReader = () => ({ read, cancel: async () => {} })
  return {
    status: 200,
    type: 'basic',
    redirected: false,
    headers: { get: () => null },
    body: { getReader, cancel: async () => {} },
  }
}
