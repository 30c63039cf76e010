import type { Reason } from '../../core/errors.ts'
import { InvalidRequestError } from '../../core/errors.ts'
import { wrongOption } from '../../core/option-checks.ts'
import { tokenHeaderParameters } from '../challenge.ts'
import type { RequestHead } from '../request-head.ts'
import { textIn, tokenFlaw } from './credentials-hint.ts'
import { registeredScheme } from './registered.ts'
import type { Scheme } from './scheme.ts'

/**
 * The bare token in a header of its own, in which a gateway passes on who the caller is. The
 * Authorization header is then not read, because behind such a gateway it holds whatever the caller
 * wrote. The challenge is that of Bearer: RFC 9110 section 15.5.2 demands one, and for a token in
 * such a header no scheme is registered.
 *
 * @param name The name of the header in lower case.
 */
export function createTokenHeaderScheme(name: string): Scheme {
  return {
    name: 'Bearer',
    read(head) {
      const token = readTokenHeader(head.header(name))
      return token === undefined ? undefined : { token }
    },
    check: undefined,
    challenge: tokenHeaderParameters,
    hint: (reason, head) => tokenHeaderHint(name, reason, head),
    admitted: undefined,
  }
}

/** RFC 9110 section 11.2. */
const token68 = /^[\w\-.~+/]+=*$/

/**
 * The token of such a header, or undefined if the header is absent or empty.
 *
 * @throws InvalidRequestError if it is not one bare token. Several headers come joined with commas,
 * and a comma is no part of a token.
 */
export function readTokenHeader(value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return undefined
  if (token68.test(value)) return value
  throw new InvalidRequestError(
    value.includes(',') ? 'multiple-credentials' : 'malformed-credentials',
  )
}

function tokenHeaderHint(name: string, reason: Reason, head: RequestHead): string {
  const value = textIn(head, name)
  const header = `the header ${name} (option 'tokenHeader')`
  if (value === null) return `${header} holds something other than text`
  if (reason === 'multiple-credentials') {
    return `${header} is there more than once, or holds a comma: send one, with one token`
  }
  if (value === undefined) {
    const ignored = textIn(head, 'authorization') === undefined ? '' : '; Authorization is not read'
    return `the request lacks ${header}${ignored}: see whether it came through the gateway that adds the header`
  }
  if (value.trim() === '') return `${header} is empty`
  const scheme = /\s/.test(value.trim()) ? registeredScheme(value) : undefined
  if (scheme !== undefined)
    return `${header} names the scheme ${scheme}: it must hold the bare token`
  return `${header} holds no bare token: ${tokenFlaw(value)}`
}

/** RFC 9110 section 5.1. */
const fieldName = /^[\w!#$%&'*+\-.^`|~]+$/

/** Their values belong to others, and what others put there must not be taken for a token. */
const otherHeaders = ['proxy-authorization', 'cookie', 'host']

/** The name in lower case, as the headers of a request are looked up. */
export function resolveTokenHeader(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const option = "option 'tokenHeader'"
  if (typeof value !== 'string' || !fieldName.test(value)) {
    wrongOption(option, "must be the name of one header, e.g. 'x-goog-iap-jwt-assertion'")
  }
  const name = value.toLowerCase()
  if (name === 'authorization') {
    wrongOption(
      option,
      'must name another header: Authorization is read where this option is left out',
    )
  }
  if (otherHeaders.includes(name)) {
    wrongOption(option, `must name the header of the token: ${name} holds something else`)
  }
  return name
}
