import type { Received } from './received.ts'

/** What is wrong with an answer: the first thing that is not as expected. */
export interface Finding {
  readonly expected: string
  readonly came: string
  /** What the reader should look at, in whole sentences. */
  readonly lookAt: string
}

/** The most that a message shows of a text that came. */
const shownLength = 200

/** The message of a failed expectation. `call` is how the expectation was written. */
export function messageOf(call: string, { expected, came, lookAt }: Finding): string {
  return [
    `tollgate: this answer is not what ${call} expects`,
    `  expected: ${expected}`,
    `  came:     ${came}`,
    `  look at:  ${lookAt}`,
  ].join('\n')
}

/** Text of an answer for a message: on one line, cut, and without the token of the request. */
export function shown(text: string, { request }: Received): string {
  const token = request?.token
  const safe = (token ? text.replaceAll(token, '<the token>') : text).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
  return safe.length > shownLength ? `${safe.slice(0, shownLength)} …` : safe
}

/** A header for a message. */
export function shownHeader(name: string, answer: Received): string {
  const value = answer.header(name)
  return value === undefined ? `no ${name}` : `${name}: ${shown(value, answer)}`
}

/** How an expectation was written, for its message. */
export function callOf(name: string, expectation: object): string {
  const members = Object.entries(expectation).map(
    ([member, value]) =>
      `${member}: ${value instanceof RegExp ? value : JSON.stringify(value, textOfPattern)}`,
  )
  return members.length === 0 ? `${name}()` : `${name}({ ${members.join(', ')} })`
}

/** A pattern among other members: JSON would show it as {}. */
function textOfPattern(_name: string, value: unknown): unknown {
  return value instanceof RegExp ? String(value) : value
}
