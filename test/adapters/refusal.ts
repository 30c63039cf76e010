import type { Answer } from './adapter.ts'

const descriptions: Readonly<Record<string, string>> = {
  invalid_token: 'The access token is not valid for this resource.',
  insufficient_scope: 'The access token does not have the required scope.',
  // Of a 403 for anything but a scope.
  not_permitted: 'The access token does not permit this request.',
}
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
}

/**
 * The only allowed answer to a refusal: RFC 6750 section 3 and RFC 9457, byte for byte. `header` is
 * what the description of a 400 calls the header that holds the token.
 */
export function refusal(
  status: number,
  error?: string,
  scope?: string,
  header = 'the Authorization header',
): Answer {
  const kind = status === 403 && scope === undefined ? 'not_permitted' : error
  const description =
    kind === 'invalid_request'
      ? `The request must carry one well-formed access token in ${header}.`
      : kind && descriptions[kind]
  const body = JSON.stringify({
    type: 'about:blank',
    title: titles[status],
    status,
    ...(error && { error, error_description: description }),
    ...(scope && { scope }),
  })
  const challenge = [
    'Bearer realm="api"',
    ...(scope ? [`scope="${scope}"`] : []),
    ...(error ? [`error="${error}"`, `error_description="${description}"`] : []),
  ]
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': String(body.length),
      'cache-control': 'no-store',
      'www-authenticate': challenge.join(', '),
    },
    body,
  }
}
