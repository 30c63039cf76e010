/** The parts of a token that can be read without a key. Nothing in them is proven. */
export interface TokenText {
  readonly header: Readonly<Record<string, unknown>> | undefined
  readonly claims: Readonly<Record<string, unknown>> | undefined
}

/** The token in what somebody pasted: maybe a whole header line, maybe broken into lines. */
export function tokenIn(pasted: string): string {
  return pasted
    .trim()
    .replace(/^authorization:\s*/i, '')
    .replace(/^bearer\s+/i, '')
    .replace(/\s/g, '')
}

export function readToken(token: string): TokenText {
  const [header = '', payload = ''] = token.split('.')
  return { header: readPart(header), claims: readPart(payload) }
}

function readPart(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
