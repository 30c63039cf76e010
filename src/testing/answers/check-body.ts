import { isDeepStrictEqual } from 'node:util'
import type { Finding } from './finding.ts'
import { shown, shownHeader } from './finding.ts'
import type { Received } from './received.ts'

/**
 * What the body of a refusal must be: undefined for the problem that guards answer with, false for
 * anything, an object for JSON with these members.
 */
export type ExpectedBody = false | Readonly<Record<string, unknown>> | undefined

const problemType = 'application/problem+json'

/**
 * Checks the body. That of a HEAD request is absent, and that of a fetch Response cannot be read
 * here: then the type alone is checked.
 *
 * @param said What the challenge says, which a problem repeats.
 */
export function checkBody(
  answer: Received,
  expected: ExpectedBody,
  said: Readonly<Record<string, string>> = {},
): Finding | undefined {
  if (expected === false) return undefined
  const members = expected ?? problemMembers(answer, said)
  if (expected === undefined) {
    const [type] = (answer.header('content-type') ?? '').split(';')
    if (type?.trim().toLowerCase() !== problemType) {
      return {
        expected: `Content-Type: ${problemType} (RFC 9457)`,
        came: shownHeader('Content-Type', answer),
        lookAt: ownBody,
      }
    }
  }
  if (answer.body === undefined || answer.request?.method === 'HEAD') return undefined
  return checkMembers(answer, answer.body, members)
}

/** A member that is undefined must be absent. */
function problemMembers(
  { status }: Received,
  { error, error_description, scope }: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  return { status, error, error_description, scope }
}

const ownBody =
  'The code that answers: if it answers refusals with a body of its own, say { body: false } or { body: { …its members } }.'

function checkMembers(
  answer: Received,
  text: string,
  members: Readonly<Record<string, unknown>>,
): Finding | undefined {
  const body = parse(text)
  const wrong =
    typeof body === 'object' && body !== null
      ? Object.entries(members).find(
          ([name, value]) => !isDeepStrictEqual(member(body, name), value),
        )
      : undefined
  if (typeof body === 'object' && body !== null && wrong === undefined) return undefined
  const [name, value] = wrong ?? []
  const said = value === undefined ? `no ${name}` : `${name} ${JSON.stringify(value)}`
  return {
    expected: name === undefined ? 'a body that is a JSON object' : `a JSON body with ${said}`,
    came: `body ${shown(text, answer)}`,
    lookAt: ownBody,
  }
}

function member(body: object, name: string): unknown {
  return Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
