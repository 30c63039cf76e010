import { InvalidRequestError } from '../../core/errors.ts'
import { longestToken } from '../../core/jwt/jws.ts'
import { errorParameters } from '../challenge.ts'
import { bearerHint } from './bearer-hint.ts'
import type { Scheme } from './scheme.ts'

/** Bearer tokens in the Authorization header (RFC 6750 section 2.1), and nowhere else. */
export const bearer: Scheme = {
  name: 'Bearer',
  read(head) {
    const authorization = head.header('authorization')
    const token = textBehindBearer(authorization) ?? readBearer(authorization)
    return token === undefined ? undefined : { token }
  },
  check: (head) => void readBearer(head.header('authorization')),
  challenge: errorParameters,
  hint: bearerHint,
  admitted: undefined,
}

/** What stands behind the scheme as nearly every client writes it, whatever it is. */
function textBehindBearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.length > longestToken) return undefined
  return authorization.startsWith('Bearer ') && authorization[7] !== ' '
    ? authorization.slice(7)
    : undefined
}

/** RFC 6750 section 2.1. The case of the scheme does not matter (RFC 9110 section 11.1). */
const bearerCredentials = /^bearer +([\w\-.~+/]+=*)$/i

/**
 * The access token of an Authorization header, or undefined if the header does not name the scheme
 * Bearer.
 *
 * @throws InvalidRequestError if it names Bearer, but not as the one well-formed credential (RFC
 * 6750 section 3.1).
 */
export function readBearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const token = bearerCredentials.exec(authorization)?.[1]
  if (token !== undefined) return token

  const credentials = listCredentials(authorization)
  if (!credentials.some(isBearer)) return undefined
  throw new InvalidRequestError(
    credentials.length > 1 ? 'multiple-credentials' : 'malformed-credentials',
  )
}

/**
 * The credentials in a header, which is a list where several headers were joined. Quoted strings
 * are emptied first, because a comma in one separates nothing.
 */
function listCredentials(authorization: string): string[] {
  return authorization
    .replace(/"(?:[^"\\]|\\.)*("?)/g, (quoted, end) => (end === '' ? quoted : '""'))
    .split(',')
    .map((element) => element.trim())
}

/**
 * Whether a list element begins with the scheme. In `Digest realm="…", bearer=x` the word is a
 * parameter of Digest.
 */
function isBearer(element: string, position: number): boolean {
  if (!/^bearer(?![\w!#$%&'*+.^`|~-])/i.test(element)) return false
  return position === 0 || !/^bearer\s*=/i.test(element)
}
