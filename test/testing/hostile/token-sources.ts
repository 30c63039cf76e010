/** Reads the tokens from a request. Only `fromBearer` does it as RFC 6750 says. */
export type TokenSource = (request: Request) => Promise<readonly string[]> | readonly string[]

function authorization(request: Request): string {
  return request.headers.get('authorization') ?? ''
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return pattern.exec(text)?.slice(1) ?? []
}

/** The token of the scheme Bearer (RFC 6750 section 2.1). */
export function fromBearer(request: Request): readonly string[] {
  return matches(authorization(request), /^Bearer +([^\s,]+)$/i)
}

/** Everything after the scheme, even if it cannot be a token. */
export function fromRestOfHeader(request: Request): readonly string[] {
  return matches(authorization(request), /^Bearer +(.+)$/i)
}

/** Everything after the scheme, without its spaces. */
export function fromHeaderWithoutSpaces(request: Request): readonly string[] {
  return [authorization(request).slice('Bearer '.length).replace(/\s/g, '')]
}

/** The second word of the header, whatever the scheme is. */
export function fromAnyScheme(request: Request): readonly string[] {
  return authorization(request).split(' ').slice(1, 2)
}

/** The token of the scheme Bearer, only in the exact spelling of the examples in RFC 6750. */
export function fromExactBearer(request: Request): readonly string[] {
  return matches(authorization(request), /^Bearer (\S+)$/)
}

/** Every part of the header that looks like a token. */
export function fromAnywhereInHeader(request: Request): readonly string[] {
  const text = authorization(request).replace(/^bearer/i, '')
  return text.match(/[\w-]+\.[\w-]+\.[\w-]+/g) ?? []
}

/**
 * The right token, and every text in other headers, in the query or in a form that looks like one.
 */
export async function fromOtherPlaces(request: Request): Promise<readonly string[]> {
  const { headers } = request
  const others = ['cookie', 'x-access-token', 'x-forwarded-authorization', 'proxy-authorization']
  const text = [request.url, ...others.map((name) => headers.get(name)), await request.text()].join(
    ' ',
  )
  return [...(text.match(/[\w-]+\.[\w-]+\.[\w-]+/g) ?? []), ...fromBearer(request)]
}
