/** The places where a token is looked for: the right one, and those of others. */
export type Carrier = (request: Request) => Promise<readonly string[]> | readonly string[]

function authorization(request: Request): string {
  return request.headers.get('authorization') ?? ''
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return pattern.exec(text)?.slice(1) ?? []
}

/** RFC 6750 section 2.1. */
export const fromBearer: Carrier = (request) =>
  matches(authorization(request), /^Bearer +([^\s,]+)$/i)

/** Everything behind the scheme, whatever it is. */
export const fromRest: Carrier = (request) => matches(authorization(request), /^Bearer +(.+)$/i)

/** Everything behind the scheme, with the spaces taken out. */
export const fromSqueezed: Carrier = (request) => [
  authorization(request).slice('Bearer '.length).replace(/\s/g, ''),
]

/** `split(' ')[1]`. */
export const fromAnyScheme: Carrier = (request) => authorization(request).split(' ').slice(1, 2)

/** One space and capitals as in the examples. */
export const fromExactBearer: Carrier = (request) =>
  matches(authorization(request), /^Bearer (\S+)$/)

/** Whatever looks like a token. */
export const fromAnywhereInIt: Carrier = (request) =>
  authorization(request)
    .replace(/^bearer/i, '')
    .match(/[\w-]+\.[\w-]+\.[\w-]+/g) ?? []

/** Headers of other names, cookies, the query, a form. */
export const fromElsewhere: Carrier = async (request) => {
  const { headers } = request
  const others = ['cookie', 'x-access-token', 'x-forwarded-authorization', 'proxy-authorization']
  const text = [request.url, ...others.map((name) => headers.get(name)), await request.text()].join(
    ' ',
  )
  const right = await fromBearer(request)
  return [...(text.match(/[\w-]+\.[\w-]+\.[\w-]+/g) ?? []), ...right]
}
