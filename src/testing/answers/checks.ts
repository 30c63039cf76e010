import { adviceFor } from './advice.ts'
import type { Finding } from './finding.ts'
import { shown, shownHeader } from './finding.ts'
import type { Challenge } from './parse-challenges.ts'
import { parseChallenges } from './parse-challenges.ts'
import type { Received } from './received.ts'

export function checkStatus(answer: Received, expected: number): Finding | undefined {
  if (answer.status === expected) return undefined
  return wrongStatus(answer, `status ${expected}`, String(expected))
}

export function checkSuccess(answer: Received): Finding | undefined {
  if (answer.status >= 200 && answer.status < 300) return undefined
  return wrongStatus(answer, 'a status from 200 to 299', '2xx')
}

function wrongStatus(answer: Received, expected: string, row: string): Finding {
  const { status, body } = answer
  const parts = [`status ${status}`]
  if (answer.header('www-authenticate') !== undefined) {
    parts.push(shownHeader('WWW-Authenticate', answer))
  }
  // The body of a success is data of the app, and says nothing of the guard.
  if (status >= 400 && body) parts.push(`body ${shown(body, answer)}`)
  return { expected, came: parts.join('; '), lookAt: adviceFor(row, status) }
}

/** Finds the challenge of a scheme, or says why there is none. */
export function challengeOf(answer: Received, scheme: string): Challenge | Finding {
  const header = answer.header('www-authenticate')
  const expected = `a challenge of the scheme ${scheme} in WWW-Authenticate (RFC 6750 section 3)`
  if (header === undefined) {
    const lookAt =
      'Code that answers in the place of the guard or removes headers. An answer of onRefuse must carry the headers of its error: error.headers.'
    return { expected, came: 'no WWW-Authenticate', lookAt }
  }
  const came = shownHeader('WWW-Authenticate', answer)
  try {
    const found = parseChallenges(header).find((each) => sameScheme(each.scheme, scheme))
    if (found !== undefined) return found
  } catch (error) {
    const expectedList = 'WWW-Authenticate by the grammar of RFC 9110 section 11.6.1'
    return { expected: expectedList, came, lookAt: `${(error as Error).message}.` }
  }
  return {
    expected,
    came,
    lookAt: 'What else guards the route: another library may have answered.',
  }
}

export function isFinding(value: Challenge | Finding): value is Finding {
  return 'expected' in value
}

function sameScheme(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

export function checkNoChallenge(answer: Received): Finding | undefined {
  if (answer.header('www-authenticate') === undefined) return undefined
  return {
    expected: `no WWW-Authenticate in an answer of status ${answer.status}`,
    came: shownHeader('WWW-Authenticate', answer),
    lookAt: 'Code that adds challenges: to a client, one says that its token is no longer good.',
  }
}

/** A parameter of the challenge: absent (null), this text, or a text that the pattern matches. */
export function checkParameter(
  answer: Received,
  { scheme, params }: Challenge,
  name: string,
  wanted: string | RegExp | null,
): Finding | undefined {
  const value = Object.hasOwn(params, name) ? params[name] : undefined
  if (wanted === null ? value === undefined : value !== undefined && fits(name, value, wanted)) {
    return undefined
  }
  return {
    expected:
      wanted === null
        ? `no ${name} in the challenge of the scheme ${scheme}`
        : `${name} ${wanted instanceof RegExp ? `that matches ${wanted}` : JSON.stringify(wanted)} in the challenge of the scheme ${scheme}`,
    came: value === undefined ? `no ${name}` : `${name} "${shown(value, answer)}"`,
    lookAt: parameterAdvice[name] ?? 'The options of the guard that made the challenge.',
  }
}

const parameterAdvice: Readonly<Record<string, string>> = {
  error:
    'The token of the request. The guard names an error only for a request that carried one, and each error has its own status (RFC 6750 section 3.1). NODE_DEBUG=tollgate says why it was refused.',
  error_description: 'The texts of the guard: they are constant, and never say why exactly.',
  scope: 'The requirement `scope` of the route, and whether another guard answered first.',
  realm: 'The option `realm` of createAuth.',
}

/** The names in a scope are a set (RFC 6749 section 3.3), so that their order says nothing. */
function fits(name: string, value: string, wanted: string | RegExp): boolean {
  if (wanted instanceof RegExp)
    return new RegExp(wanted, wanted.flags.replace(/[gy]/g, '')).test(value)
  return name === 'scope' ? namesIn(value) === namesIn(wanted) : value === wanted
}

function namesIn(scope: string): string {
  return scope.split(' ').sort().join(' ')
}

/** RFC 6750 section 3.1: the error must be one that has this status, and fit the request. */
export function checkAnyError(answer: Received, challenge: Challenge): Finding | undefined {
  const error = Object.hasOwn(challenge.params, 'error') ? challenge.params['error'] : undefined
  if (error === undefined) return undefined
  if (error === 'invalid_request' || error === 'insufficient_scope') {
    return {
      expected: `an error that has the status ${answer.status}, or none`,
      came: `error ${shown(error, answer)}`,
      lookAt: `The code that answers: ${error} has the status ${error === 'invalid_request' ? 400 : 403} (RFC 6750 section 3.1).`,
    }
  }
  if (answer.request === undefined || answer.request.hasCredentials) return undefined
  return {
    expected: 'no error in the challenge, because the request carried no token',
    came: `error ${shown(error, answer)}`,
    lookAt:
      'The code that answers: a client that has sent no token must not be told that its token is wrong (RFC 6750 section 3.1).',
  }
}

export function checkNoStore(answer: Received): Finding | undefined {
  const directives = (answer.header('cache-control') ?? '').toLowerCase().split(/[ \t]*,[ \t]*/)
  if (directives.includes('no-store') && !directives.includes('public')) return undefined
  return {
    expected:
      'Cache-Control: no-store, so that no cache gives the refusal of one caller to another',
    came: shownHeader('Cache-Control', answer),
    lookAt:
      'Middleware that sets Cache-Control after the guard. An answer of onRefuse must carry the headers of its error: error.headers.',
  }
}

export function checkRetryAfter(answer: Received): Finding | undefined {
  if (/^[1-9]\d*$/.test(answer.header('retry-after') ?? '')) return undefined
  return {
    expected: 'Retry-After with whole seconds, at least 1',
    came: shownHeader('Retry-After', answer),
    lookAt:
      'Code that answers in the place of the guard: who is not told when to retry floods the app.',
  }
}

/** Nobody may read in an answer what the caller has sent: it ends in logs and in caches. */
export function checkNoEcho(answer: Received): Finding | undefined {
  const { request, headers, body } = answer
  const token = request?.token
  // A shorter text may be in the answer by chance.
  if (token === undefined || token.length < 16) return undefined
  if (!`${headers}\n${body}`.includes(token)) return undefined
  return {
    expected: 'an answer without the token of the request',
    came: headers.includes(token) ? 'a header that holds the token' : 'a body that holds the token',
    lookAt: 'Code that writes the request, or an error that quotes it, into the answer.',
  }
}
