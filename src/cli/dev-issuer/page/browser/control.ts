/** The secret of the issuer, which stands in the address of the page where it wants one. */
const secret = new URLSearchParams(location.search).get('token')

/**
 * Asks a control endpoint.
 *
 * @throws {Error} for a refusal, with its reason, and if the issuer does not answer.
 */
export async function ask<R>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<R> {
  const response = await send(method, path, body)
  const answer = (await response.json()) as R & { error?: string }
  if (response.ok) return answer
  throw new Error(sentence(answer.error ?? `status ${response.status}`))
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(`/_test${path}`, {
      method,
      headers: {
        ...(secret !== null && { authorization: `Bearer ${secret}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch {
    throw new Error('The issuer does not answer. Does it still run?')
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
