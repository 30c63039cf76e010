/** Claims as the form has them. */
export interface ClaimFields {
  readonly sub: string
  readonly scope: string
  readonly aud: string
  readonly rows: readonly ClaimRow[]
}

export interface ClaimRow {
  readonly name: string
  readonly value: string
  /** Whether the value is JSON. Otherwise it is a text. */
  readonly isJson: boolean
}

const ofOwnField = ['sub', 'scope', 'aud'] as const

/**
 * The claims that fields state. An empty field states none.
 *
 * @throws {Error} that says which value is no JSON.
 */
export function claimsOf({ rows, ...fields }: ClaimFields): Record<string, unknown> {
  const own = ofOwnField.map((name): [string, unknown] => [name, fields[name].trim()])
  const others = rows
    .filter(({ name }) => name.trim() !== '')
    .map(({ name, value, isJson }): [string, unknown] => [
      name.trim(),
      isJson ? readJson(value, `The claim ${name.trim()}`) : value,
    ])
  return Object.fromEntries([...own.filter(([, value]) => value !== ''), ...others])
}

/** The fields that state these claims. */
export function fieldsOf(claims: Readonly<Record<string, unknown>>): ClaimFields {
  const own = ofOwnField.map((name) => [name, typeof claims[name] === 'string' ? claims[name] : ''])
  const others = Object.entries(claims).filter(
    ([name, value]) => !ofOwnField.some((one) => one === name && typeof value === 'string'),
  )
  return {
    ...(Object.fromEntries(own) as Omit<ClaimFields, 'rows'>),
    rows: others.map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      isJson: typeof value !== 'string',
    })),
  }
}

/** @throws {Error} for what is no JSON object. */
export function readClaims(text: string): Record<string, unknown> {
  const claims = text.trim() === '' ? {} : readJson(text, 'The text')
  if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) {
    return claims as Record<string, unknown>
  }
  throw new Error('The claims must be a JSON object, such as {"sub": "ada"}.')
}

function readJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${what} is no JSON. A text of JSON stands in "quotes".`)
  }
}
