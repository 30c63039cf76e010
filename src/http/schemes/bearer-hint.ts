import type { Reason } from '../../core/errors.ts'
import type { RequestHead } from '../request-head.ts'
import { textIn, tokenFlaw } from './credentials-hint.ts'
import { registeredScheme } from './registered.ts'

const expected = "expected is 'Authorization: Bearer', a space and the token"

/** About a request whose Authorization header does not hold one well-formed Bearer token. */
export function bearerHint(reason: Reason, head: RequestHead): string {
  const value = textIn(head, 'authorization')
  if (value === null) {
    return 'the Authorization header holds something other than text: look for the code that makes this request or changes its headers'
  }
  if (reason === 'no-credentials') return `${whyNone(value)}: ${expected}`
  if (reason === 'multiple-credentials') return whySeveral(value ?? '')
  return `${whyMalformed(value ?? '')}; ${expected}`
}

function whyNone(value: string | undefined): string {
  if (value === undefined) {
    return 'the request has no Authorization header (if the client sends one, a proxy or a redirect on its way removes it)'
  }
  if (value.trim() === '') return 'the Authorization header is empty'
  const scheme = registeredScheme(value)
  if (scheme === 'DPoP') return 'the token comes by the scheme DPoP, which is not supported'
  if (scheme !== undefined) return `the Authorization header has the scheme ${scheme}`
  if (!/\s/.test(value.trim())) {
    return "the Authorization header holds a single word, perhaps a token without 'Bearer' before it"
  }
  return 'the Authorization header begins with a word that is no registered scheme (not shown, because it may be the token)'
}

/** Two headers come joined with a comma, so they look like one that holds a list. */
function whySeveral(value: string): string {
  const elements = value.split(',').map((element) => element.trim())
  if (elements.filter((element) => element !== '').length < 2) {
    return `a comma stands beside the token in the Authorization header, or there is a second, empty one: remove it; ${expected}`
  }
  const schemes = elements.flatMap((element) => registeredScheme(element) ?? [])
  const named = schemes.slice(0, 3).join(', ')
  return `there are several Authorization headers, or a comma in one (registered schemes in it: ${named}): send one header with one token`
}

function whyMalformed(value: string): string {
  if (value !== value.trim()) return 'a space stands before or behind the credentials'
  const rest = value.slice('Bearer'.length)
  if (rest.trim() === '') return "there is no token behind the word 'Bearer'"
  if (/^[=:]/.test(rest)) return "a sign stands behind the word 'Bearer' in place of a space"
  if (!/^ +\S/.test(rest)) return "something other than spaces stands behind the word 'Bearer'"
  if (/^bearer\b/i.test(rest.trim())) {
    return "the word 'Bearer' is there twice: the client puts it before a token that has it already"
  }
  return `what is behind the word 'Bearer' is no token: ${tokenFlaw(rest.trim())}`
}
