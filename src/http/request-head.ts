/** What a decision needs of a request, however the runtime hands it over. */
export interface RequestHead {
  readonly method: string
  /**
   * The target as the client sent it, before any router changed it (RFC 9110 section 7.1): a path,
   * or a whole URL.
   */
  readonly target: string
  /**
   * The Authorization header; several are joined with `, ` as fetch does. Undefined if there is
   * none.
   */
  readonly authorization: string | undefined
}

/**
 * The part of a Node request that is read. Serverless adapters leave the raw list empty, and others
 * leave it out.
 */
export interface NodeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly rawHeaders?: readonly string[]
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** The target that the client sent: routers of Express and Connect change `url`. */
  readonly originalUrl?: string | undefined
}

/** @param target What the client sent, where the framework keeps it elsewhere. */
export function nodeHead(request: NodeRequest, target?: string): RequestHead {
  return {
    method: request.method ?? '',
    target: target ?? request.originalUrl ?? request.url ?? '',
    authorization: headerOf(request, 'authorization'),
  }
}

/**
 * A header of a Node request. Of two headers with one name Node keeps only the first in `headers`,
 * though the raw list shows both. The first alone must not decide: a proxy in front may have judged
 * the second.
 */
function headerOf({ headers, rawHeaders = [] }: NodeRequest, name: string): string | undefined {
  const several: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const rawName = rawHeaders[i] as string
    // The length is compared first: to lower the case of every name of a request would take longer
    // than all the rest.
    if (rawName.length === name.length && rawName.toLowerCase() === name) {
      several.push(rawHeaders[i + 1] ?? '')
    }
  }
  if (several.length > 1) return several.join(', ')
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** The part of a fetch request that is read. */
export interface FetchRequest {
  readonly method: string
  readonly url: string
  readonly headers: { get(name: string): string | null }
}

/** The Fetch standard joins several headers of one name with `, `. */
export function fetchHead({ method, url, headers }: FetchRequest): RequestHead {
  return { method, target: url, authorization: headers.get('authorization') ?? undefined }
}
