import { numberWithin, wrongOption } from '../../../core/option-checks.ts'
import type { TestIssuer } from '../../issuer.ts'
import { waitSeconds } from '../../number-bounds.ts'
import { checkIssuer } from '../cases/catalogue.ts'
import type { GoodToken } from '../cases/good-token.ts'
import type { RequestTemplate } from './connection.ts'

/** A request that passes with the good token, and what the good token is made of. */
export interface GuardedRequest extends GoodToken {
  /** The issuer that the app trusts. */
  issuer: TestIssuer
  /** A path that answers 2xx with a good token, and refuses a request without a token. */
  path: string
  /** The method. Default: 'GET'. */
  method?: string
  /**
   * More headers. Authorization cannot be among them, because the token is sent there. Default:
   * none.
   */
  headers?: Readonly<Record<string, string>>
  /** The body: a string is sent as it is, anything else as JSON. Default: none. */
  body?: unknown
}

export const requestOptions: Readonly<Record<keyof GuardedRequest, true>> = {
  issuer: true,
  path: true,
  method: true,
  headers: true,
  body: true,
  claims: true,
  scope: true,
}

/** The request without its token. */
export function resolveTemplate(owner: string, options: GuardedRequest): RequestTemplate {
  const { issuer, path, method = 'GET', headers = {}, body } = options
  checkIssuer(owner, issuer)
  if (typeof path !== 'string' || !path.startsWith('/')) {
    wrongOption(`option 'path' of ${owner}`, "must be a string that begins with '/'")
  }
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  if (names.includes('authorization')) {
    const fix = 'must not hold Authorization, where the token is sent: give claims or scope instead'
    wrongOption(`option 'headers' of ${owner}`, fix)
  }
  const isJson = body !== undefined && typeof body !== 'string'
  return {
    method: method.toUpperCase(),
    path,
    headers: {
      ...(isJson && !names.includes('content-type') && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: isJson ? JSON.stringify(body) : body,
  }
}

/** After how many seconds an answer counts as missing. */
export function resolvePerRequest(owner: string, seconds: number): number {
  const option = `option 'budget.perRequest' of ${owner}`
  return numberWithin(option, seconds, { ...waitSeconds, min: 0.001 })
}

/**
 * An id that does not exist is an error: with a misspelt id, the case that is meant would not run.
 */
export function checkIds(
  option: string,
  ids: readonly string[] | undefined,
  known: readonly string[],
): void {
  const unknown = ids?.find((id) => !known.includes(id))
  if (unknown === undefined) return
  const familyOf = (id: string): string => id.replace(/\/.*/s, '/')
  const similar = known.filter((id) => familyOf(id) === familyOf(String(unknown)))
  const fix =
    similar.length > 0
      ? `the ids of this family are ${similar.join(', ')}`
      : `the families are ${[...new Set(known.map(familyOf))].join(', ')}`
  wrongOption(option, `names '${unknown}', which does not exist: ${fix}`)
}

/** What to skip, and why. The reason is required, because the report must show it. */
export function resolveSkip(
  owner: string,
  skip: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): Readonly<Record<string, string>> {
  const option = `option 'skip' of ${owner}`
  checkIds(option, Object.keys(skip), known)
  for (const [id, reason] of Object.entries(skip)) {
    if (typeof reason !== 'string' || reason.trim() === '') {
      wrongOption(option, `needs a reason for '${id}': write skip: { '${id}': 'the reason' }`)
    }
  }
  return skip as Readonly<Record<string, string>>
}
