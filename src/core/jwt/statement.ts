import type { Algorithm } from '../algorithms.ts'
import type { Awaitable } from '../awaitable.ts'
import { andThen } from '../awaitable.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { KeySource } from '../keys/source.ts'
import type { Claims, CompactJws } from './jws.ts'
import { formError, isJws, readClaims, readJws } from './jws.ts'
import { findSigner } from './signature.ts'
import type { HeaderPolicy } from './token-policy.ts'
import { judgeHeader } from './token-policy.ts'

/**
 * A signed JWT in which an issuer states something other than who a caller is: that a session has
 * ended, what has happened to an account, which tokens are revoked. Nothing in it is verified.
 */
export interface Statement {
  readonly jws: CompactJws
  readonly claims: Claims
}

/** Whose statement it is. */
export interface StatementIssuer {
  readonly policy: { readonly algorithms: readonly Algorithm[] }
  readonly keys: KeySource
}

/** What the header says of the type of the statement: its kind, so that no other JWT stands in. */
export type StatementType = NonNullable<HeaderPolicy['profile']>

/**
 * The parts of a statement. The caller bounds its length before.
 *
 * @throws InvalidTokenError (`malformed`, `opaque`, `encrypted`, `too-large`).
 */
export function readStatement(text: string): Statement {
  if (!isJws(text)) throw formError(text)
  const jws = readJws(text)
  return { jws, claims: readClaims(jws) }
}

/**
 * Checks that the header is of this type, and that a key of this issuer has signed the statement
 * with an algorithm that is allowed for its tokens. Every other check comes before: only the last
 * one may cause a request to the issuer.
 *
 * @throws InvalidTokenError (`algorithm`, `token-type`, `critical-header`, `unknown-key`,
 * `signature`), UnavailableError if keys cannot be had.
 */
export function checkSigned(
  { jws }: Statement,
  { policy: { algorithms }, keys }: StatementIssuer,
  type: StatementType,
  emit: Emit,
): Awaitable<void> {
  const algorithm = judgeHeader(jws.header, { algorithms, profile: type })
  return andThen(findSigner(jws, algorithm, keys, emit), (key) => {
    // RFC 8725bis section 3.1. A token may have bound the key to another algorithm meanwhile.
    if (!key.fits(algorithm)) throw new InvalidTokenError('signature')
  })
}
