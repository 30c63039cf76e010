import type { Claims } from './claims.ts'
import type { IssuerModel } from './shapes/shape.ts'
import type { MintStatement, StatementKind, StatementOptions } from './statement.ts'

/** What an issuer tells of its sessions and accounts, for code that takes access away. */
export interface Statements {
  /**
   * A logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4): its `aud` is the client
   * ('client-1'), its `sid` 'session-1', and it expires after 120 seconds. Claims replace those that
   * it has: `{ sid: undefined }` ends all sessions of the `sub`.
   */
  logoutToken(claims?: Claims, options?: StatementOptions): string
  /**
   * A security event token (RFC 8417), as a transmitter of the Shared Signals Framework sends it:
   * without `sub` and `exp`. Its `aud` is the audience of the issuer, its event `session-revoked` of
   * CAEP, and its `sub_id` names the user of `mint()`. Claims replace those that it has.
   */
  securityEvent(claims?: Claims, options?: StatementOptions): string
}

const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'

export interface StatementSource {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly model: Pick<IssuerModel, 'logoutToken'>
}

export function createStatements(
  mintStatement: MintStatement,
  { issuer, audience, model: { logoutToken } }: StatementSource,
): Statements {
  const logout: StatementKind = {
    call: 'issuer.logoutToken',
    example: "issuer.logoutToken({ sub: 'ada' }, { age: 60 })",
    typ: logoutToken.typ,
    expiresIn: 120,
    claims: ({ alg: _, ...occasion }) => logoutToken.claims({ ...occasion, atHash: '' }),
  }
  const securityEvent: StatementKind = {
    call: 'issuer.securityEvent',
    example: 'issuer.securityEvent({}, { age: 60 })',
    typ: 'secevent+jwt',
    expiresIn: undefined,
    claims: ({ iat, id, access: { sub } }) => ({
      aud: audience,
      jti: id,
      sub_id: { format: 'iss_sub', iss: issuer, sub },
      events: { [sessionRevoked]: { event_timestamp: iat } },
    }),
  }
  return {
    logoutToken: (claims, options) => mintStatement(logout, claims, options),
    securityEvent: (claims, options) => mintStatement(securityEvent, claims, options),
  }
}
