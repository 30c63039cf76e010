import { AuthError } from '../errors.ts'
import type { IssuerReport } from '../events.ts'
import type { Statement, StatementIssuer } from '../jwt/statement.ts'
import { checkSigned, readStatement } from '../jwt/statement.ts'
import { own } from '../own-members.ts'
import type { Loaded } from '../remote/attempts.ts'
import { fetchJwt } from '../remote/documents.ts'
import type { HttpOptions } from '../remote/http.ts'
import { atLocation, LoadError } from '../remote/load-error.ts'
import type { StatusList } from './list.ts'
import { readStatusList } from './list.ts'

/** How the status lists of an issuer are fetched and checked. */
export interface StatusListSource extends IssuerReport {
  readonly signer: StatementIssuer
  readonly http: HttpOptions
  /** Seconds. */
  readonly clockTolerance: number
}

/** A status list as it was fetched. */
export interface LoadedStatusList extends Loaded<StatusList> {
  readonly maxAge: number
  /** Seconds since the epoch after which it may not be used; undefined if it does not say so. */
  readonly exp: number | undefined
}

/** Octets of a status list token. */
const longestToken = 1_048_576
const type = { types: ['statuslist+jwt'], untyped: false }
/** Seconds for a list that says nothing of its lifetime. */
const defaultLifetime = 600

/**
 * Fetches a status list token and checks all of it (Token Status List section 8.3). Rejects with a
 * LoadError.
 */
export async function loadStatusList(
  uri: string,
  { issuer, signer, http, clockTolerance, emit }: StatusListSource,
): Promise<LoadedStatusList> {
  const request = { url: uri, accept: 'application/statuslist+jwt' }
  const { jwt, maxAge } = await fetchJwt(request, { ...http, maxBytes: longestToken })
  try {
    const statement = readStatement(jwt)
    const now = Math.floor(http.now() / 1000)
    const { exp, ttl } = checkClaims(statement, { uri, issuer, now, clockTolerance })
    await checkSigned(statement, signer, type, emit)
    const value = await readStatusList(own(statement.claims, 'status_list'))
    return { value, maxAge: ttl ?? maxAge ?? defaultLifetime, exp }
  } catch (error) {
    throw atLocation(asLoadError(error), uri)
  }
}

interface Expected {
  readonly uri: string
  readonly issuer: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly clockTolerance: number
}

function checkClaims(
  { claims }: Statement,
  { uri, issuer, now, clockTolerance }: Expected,
): { readonly exp: number | undefined; readonly ttl: number | undefined } {
  // A list that its issuer has signed for another place could be put in the place of this one.
  if (own(claims, 'sub') !== uri) throw new LoadError("status list whose 'sub' is not its uri")
  const iss = own(claims, 'iss')
  if (iss !== undefined && iss !== issuer) throw new LoadError('status list of another issuer')
  const iat = numberIn(claims, 'iat')
  if (iat === undefined) throw new LoadError("status list without 'iat'")
  if (!(iat <= now + clockTolerance)) throw new LoadError('status list issued in the future')
  const exp = numberIn(claims, 'exp')
  if (exp !== undefined && !(now < exp + clockTolerance)) {
    throw new LoadError('status list that has expired')
  }
  const ttl = numberIn(claims, 'ttl')
  if (ttl !== undefined && !(ttl > 0))
    throw new LoadError("status list whose 'ttl' is not positive")
  return { exp, ttl }
}

function numberIn(claims: object, name: string): number | undefined {
  const value = own(claims, name)
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
  throw new LoadError(`status list whose '${name}' is no number`)
}

/** The reason is one of a closed list, and quotes nothing. */
function asLoadError(error: unknown): LoadError {
  if (error instanceof LoadError) return error
  const reason = error instanceof AuthError ? error.reason : 'failed'
  return new LoadError(`status list that cannot be verified (${reason})`)
}
