/** What to look at when an answer has another status than the expected one. */
export function adviceFor(expected: string, status: number): string {
  const known = advice[expected]?.[status] ?? anyAdvice[status]
  if (known !== undefined) return known
  if (status >= 500)
    return 'The error of the app, which its own log shows: the guard answers no 5xx but 503.'
  if (status >= 200 && status < 300) return advice[expected]?.['200'] ?? noGuard
  return 'The code of the app that answers with this status: no guard does.'
}

const noGuard =
  'The route: is requireAuth() before its handler? The request: does it carry a token that the app must refuse?'

const outage =
  'The keys of the issuer: the app could not get them. Was it made with issuer.trust(), and does a fault of issuer.fail() still apply? An outage is expected with unavailable().'

/** By the expected status, and then by the status that came. */
const advice: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '400': {
    '200':
      'The request: 400 is for malformed or several credentials, and what it carries was good or absent on an optional route.',
    '401':
      "The request: it carried one well-formed token or none. A refused token is expected with unauthorized({ error: 'invalid_token' }).",
  },
  '401': {
    '200': noGuard,
    '400':
      "The credentials of the request: they are malformed, or there are several. That is expected with unauthorized({ error: 'invalid_request' }).",
    '403':
      'The token: it is good, but lacks what the route demands. That is expected with forbidden().',
    '503': outage,
  },
  '403': {
    '200':
      'The requirements of the route, such as requireAuth({ scope }), and whether the token meets them.',
    '401':
      'The token: it did not pass at all, so the requirements of the route were never asked. Was the app made with issuer.trust(), and the token minted by that issuer?',
    '503': outage,
  },
  '503': {
    '200':
      'The outage: did the app have the keys already? Keys that were loaded serve on (keys.staleIfError). Create a new app, or move issuer.clock.',
    '401':
      'The request: without a good token nothing has to be decided. Does the fault of issuer.fail() apply to an app that has no keys yet?',
  },
  '2xx': {
    '400': 'The credentials of the request: they are malformed, or there are several.',
    '401':
      'The token. Without an error in the challenge, none arrived: is it set with .use(issuer.as()), or in the header that option tokenHeader names? With invalid_token, does the app trust this issuer (issuer.trust()), its audience and its clock? NODE_DEBUG=tollgate says why it was refused.',
    '403':
      "What the token lacks: the challenge names the scope, which issuer.as({ scope: '…' }) gives. NODE_DEBUG=tollgate names a missing role, permission or claim.",
    '503': outage,
  },
}

const anyAdvice: Readonly<Record<number, string>> = {
  404: 'The path of the request, and whether the app has that route.',
  405: 'The method of the request.',
  429: 'The rate limiter of the app, which hides what the guard would answer: turn it off in tests.',
}
