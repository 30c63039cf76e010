/** What a decision needs of a request, however the runtime hands it over. */
export interface RequestHead {
  /** The Authorization header; several are joined with `, ` as fetch does. Undefined if there is none. */
  readonly authorization: string | undefined
}

/** The part of a Node request that is read. Serverless adapters leave the raw list empty, and others leave it out. */
export interface NodeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders?: readonly string[]
}

/** Node keeps only the first of two Authorization headers in `headers`; the raw list shows both. */
export function nodeHead({ headers, rawHeaders = [] }: NodeRequest): RequestHead {
  const several: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 13 && name.toLowerCase() === 'authorization') {
      several.push(rawHeaders[i + 1] ?? '')
    }
  }
  if (several.length > 1) return { authorization: several.join(', ') }
  const { authorization } = headers
  return { authorization: Array.isArray(authorization) ? authorization.join(', ') : authorization }
}

/** The part of a fetch request that is read. */
export interface FetchRequest {
  readonly headers: { get(name: string): string | null }
}

/** The Fetch standard joins several headers of one name with `, `. */
export function fetchHead({ headers }: FetchRequest): RequestHead {
  return { authorization: headers.get('authorization') ?? undefined }
}
