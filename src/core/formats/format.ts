import type { Auth, Principal } from '../auth.ts'
import type { Awaitable } from '../awaitable.ts'
import type { Reason } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import type { Issuers } from '../issuers/issuers.ts'
import type { Confirmation, Times } from '../jwt/claims.ts'
import type { ReadClaims } from '../jwt/claims-schema.ts'
import { invalidToken } from '../jwt/details.ts'
import type { JwsHeader } from '../jwt/header-cache.ts'
import type { Claims } from '../jwt/jws.ts'
import type { IssuerPolicy } from '../jwt/token-kinds.ts'
import type { Key } from '../keys/key.ts'
import { own } from '../own-members.ts'

/**
 * What a token is made of. Formats are asked in the order of their list; the first that matches
 * decides.
 */
export interface TokenFormat {
  readonly name: string
  /** Whether a token has this format, by its form alone. */
  matches(token: string): boolean
  /**
   * Makes every check, the cheap ones first: only a token that passed all others may cause a
   * request to its issuer.
   *
   * @throws InvalidTokenError, UnavailableError.
   */
  verify(token: string, run: Verification): Awaitable<VerifiedToken>
  /** The checks that it makes, in their order. */
  readonly stages: readonly Stage[]
}

/** Checks that are made one after the other. */
export interface Stage {
  /** The member of the verification that is filled in once all of them are passed. */
  readonly fills: keyof Verification | undefined
  /** The checks by the reasons for which they refuse a token. */
  readonly checks: readonly Reason[]
}

/** What formats have in common. */
export interface FormatContext {
  readonly issuers: Issuers
  /** The application's own schema of claims. */
  readonly schema: ReadClaims | undefined
  /** The time in milliseconds since the epoch. */
  now(): number
}

/** One call of `verify()` or `explain()`: what the caller brings, and how far the token came. */
export interface Verification {
  /**
   * Whether the verdict is only to be explained: then it leaves no trace, so that it decides about
   * no later token.
   */
  readonly dry: boolean
  /** Where the events that the token causes go; undefined when nobody listens. */
  readonly emit: Emit
  /**
   * Checks the caller's proof that it holds what the token is bound to; undefined if the caller
   * brings none.
   */
  readonly confirm: Confirm | undefined
  /**
   * Filled in once it is known whose token it is. For events and hints alone: no decision reads it.
   */
  issuer: ActiveIssuer | undefined
  /** Filled in once it is known what the token is measured by. For hints alone. */
  policy: IssuerPolicy | undefined
  /**
   * Filled in once the claims are read, long before they are verified. For hints alone: no decision
   * reads it.
   */
  claims: Claims | undefined
  /**
   * Whether the token came encrypted. Filled in once the signed token is there. For `explain()`
   * alone.
   */
  encrypted: boolean | undefined
  /**
   * Filled in once the header is read: of an encrypted token its own, and then that of the signed
   * token in it. For hints alone: no decision reads it.
   */
  header: JwsHeader | undefined
  /** Filled in once the times are read, before they are checked. For `explain()` alone. */
  times: Times | undefined
  /** Filled in once all is checked but the signature. For `explain()` alone. */
  principal: Principal | undefined
  /** Filled in once the signature is verified. For `explain()` alone. */
  key: Key | undefined
  /** Filled in once the issuer's status list has been asked, if any. For `explain()` alone. */
  status: 'valid' | undefined
}

/** A verification that has not begun. */
export function createVerification(
  emit: Emit,
  confirm: Confirm | undefined,
  dry = false,
): Verification {
  return {
    dry,
    emit,
    confirm,
    issuer: undefined,
    policy: undefined,
    claims: undefined,
    encrypted: undefined,
    header: undefined,
    times: undefined,
    principal: undefined,
    key: undefined,
    status: undefined,
  }
}

/**
 * Rejects unless the caller has proven that it holds the key or certificate that the token is bound
 * to.
 */
export type Confirm = (bound: Confirmation | undefined, auth: Auth) => Awaitable<void>

/**
 * A token that passed every check. It holds what shows that this is still so, and never the token
 * itself.
 */
export interface VerifiedToken {
  readonly issuer: ActiveIssuer
  readonly times: Times
  readonly confirmation: Confirmation | undefined
  /**
   * Whether what the token was verified by still holds: its key is still live, its answer still
   * fresh.
   */
  stillHolds(run: Verification): Awaitable<boolean>
  /**
   * Asks the issuer whether it still stands by the token (RFC 7662), where that was not what the
   * token was verified by. Rejects with an InvalidTokenError if it does not, and with an
   * UnavailableError if it cannot be asked.
   */
  checkActive(token: string): Awaitable<void>
  /** What the token says of its caller. */
  principal(token: string): Principal
}

/** RFC 7800 section 3.1: whoever ignores a binding accepts a stolen token. */
export function checkConfirmable(
  confirmation: Confirmation | undefined,
  { confirm }: Verification,
): void {
  if (confirmation !== undefined && confirm === undefined) {
    throw invalidToken('sender-constraint', boundTo(confirmation))
  }
}

/** What a token is bound to (RFC 9449 section 6.1, RFC 8705 section 3.1), in the words of a hint. */
function boundTo({ cnf }: Confirmation): string {
  if (own(cnf, 'jkt') !== undefined) return 'a DPoP key (cnf.jkt)'
  if (own(cnf, 'x5t#S256') !== undefined) return 'a client certificate (cnf.x5t#S256)'
  return 'a key (cnf)'
}
