import { kindOf, wrongOption } from '../../core/option-checks.ts'

/** One challenge of a WWW-Authenticate header. */
export interface Challenge {
  /** The authentication scheme as it was written. Compare it without regard to case. */
  readonly scheme: string
  /** The bare text that some schemes have in the place of parameters. */
  readonly token68?: string
  /** The values, without their quotes, by the names in lower case. */
  readonly params: Readonly<Record<string, string>>
}

/** RFC 9110 section 5.6.2. */
const token = /[!#$%&'*+\-.^`|~\w]+/y
/** RFC 9110 section 11.2. It ends where the challenge ends. */
const token68 = /[\w\-.~+/]+=*(?=[ \t]*(?:,|$))/y
/** RFC 9110 section 5.6.4, with `obs-text`. */
const quoted = /"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*"/y
/** A comma, also a repeated one: a recipient must read empty elements (RFC 9110 section 5.6.1.2). */
const commas = /[ \t]*,(?:[ \t]*,)*[ \t]*/y
const spaces = / +/y
/** Matches nothing, where the name of a parameter and `=` follow. */
const parameterAhead = /(?=[!#$%&'*+\-.^`|~\w]+[ \t]*=)/y
const optionalSpace = /[ \t]*/y
const equals = /[ \t]*=[ \t]*/y

/** Takes from a text, from its beginning to its end, what a pattern matches there. */
interface Reader {
  readonly isAtEnd: boolean
  /** Undefined, without moving, if the pattern does not match here. */
  take(pattern: RegExp): string | undefined
  fail(expected: string): never
}

/**
 * The challenges of a WWW-Authenticate or Proxy-Authenticate header, by the grammar of RFC 9110
 * section 11.6.1: several schemes, quoted values with commas and escapes, and token68. An empty text
 * holds none.
 *
 * @param header The value of the header. Several headers are joined with `, ` first.
 * @throws {SyntaxError} for a text that is no list of challenges. The message says where.
 */
export function parseChallenges(header: string): Challenge[] {
  if (typeof header !== 'string') {
    const fix = `must be the value of a WWW-Authenticate header, not ${kindOf(header)}`
    wrongOption("argument 'header' of parseChallenges", fix)
  }
  const reader = createReader(header)
  const challenges: Challenge[] = []
  reader.take(optionalSpace)
  reader.take(commas)
  while (!reader.isAtEnd) challenges.push(readChallenge(reader))
  return challenges
}

/** Reads one challenge and the comma behind it. */
function readChallenge(reader: Reader): Challenge {
  const scheme = reader.take(token) ?? reader.fail('the name of a scheme')
  // Only a space may stand between a scheme and what belongs to it.
  if (reader.take(spaces) === undefined) {
    endElement(reader)
    return { scheme, params: {} }
  }
  const bare = reader.take(token68)
  if (bare !== undefined) {
    endElement(reader)
    return { scheme, token68: bare, params: {} }
  }
  return { scheme, params: readParameters(reader) }
}

function readParameters(reader: Reader): Record<string, string> {
  const params = new Map<string, string>()
  reader.take(commas)
  for (;;) {
    const parameter = readParameter(reader)
    if (parameter === undefined) return Object.fromEntries(params)
    const [name, value] = parameter
    if (params.has(name)) reader.fail(`each parameter once, and '${name}' is there twice`)
    params.set(name, value)
    endElement(reader)
  }
}

/** Undefined where the next challenge begins: no `=` follows its scheme. */
function readParameter(reader: Reader): readonly [name: string, value: string] | undefined {
  if (reader.take(parameterAhead) === undefined) return undefined
  const name = reader.take(token) as string
  reader.take(equals)
  const text = reader.take(quoted)
  const value = text === undefined ? reader.take(token) : unquote(text)
  return [name.toLowerCase(), value ?? reader.fail(`the value of '${name}'`)]
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, '$1')
}

function endElement(reader: Reader): void {
  if (reader.take(commas) === undefined && !reader.isAtEnd) reader.fail('a comma or the end')
}

function createReader(text: string): Reader {
  let at = 0
  // White space at the end is no part of the value of a header (RFC 9110 section 5.5).
  let end = text.length
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end -= 1
  return {
    get isAtEnd() {
      return at >= end
    },
    take(pattern) {
      pattern.lastIndex = at
      const found = pattern.exec(text)?.[0]
      at += found?.length ?? 0
      return found
    },
    fail(expected) {
      throw new SyntaxError(
        `tollgate: the header is no list of challenges (RFC 9110 section 11.6.1): expected ${expected} at character ${at + 1} of ${JSON.stringify(text.slice(0, 300))}`,
      )
    },
  }
}
