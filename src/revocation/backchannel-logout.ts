import type { Claims } from '../core/jwt/jws.ts'
import { kindOf, knownOptions, wrongOption } from '../core/option-checks.ts'
import { own } from '../core/own-members.ts'
import type { Body } from './body.ts'
import type { NoticeHandler } from './handler.ts'
import { createNoticeHandler, isOurs } from './handler.ts'
import { verifyNotice } from './notice.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import { namesIn, resolveReceiver } from './receiver-options.ts'
import { refuse } from './refusal.ts'
import { createSeen } from './seen.ts'

export interface BackchannelLogoutOptions extends ReceiverOptions {
  /** The client at which people log in, or several: one of them must be in the token's `aud`. */
  clientId: string | readonly string[]
  /**
   * What a logout token revokes that names a session and a person. 'session': the tokens whose claim
   * `sid` names that session, as OpenID Connect means it. 'subject': all tokens of the person that
   * were issued until then, for issuers whose access tokens have no `sid`: they would not be revoked
   * otherwise. Default: 'session'.
   */
  by?: 'session' | 'subject' | undefined
}

const known = {
  verifier: true,
  store: true,
  tokenLifetime: true,
  clientId: true,
  by: true,
} as const satisfies Record<keyof BackchannelLogoutOptions, true>

const event = 'http://schemas.openid.net/event/backchannel-logout'
// Issuers that are older than the media type write JWT or nothing.
const type = { types: ['logout+jwt', 'jwt'], untyped: true }

/** Whom a logout token logs out. */
interface Logout {
  readonly subject: string | undefined
  readonly session: string | undefined
}

/**
 * Receives the logout tokens of an issuer (OpenID Connect Back-Channel Logout 1.0), and revokes the
 * access tokens of the session or of the person. It answers 200 once the store has kept that, 400 to
 * what is no good logout token, and 503 where the store or the issuer's keys cannot be had.
 *
 * A token of the same `jti` is refused for as long as it would be good (10,000 are remembered by this
 * process). It could revoke nothing that was issued after it anyway.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createBackchannelLogout(options: BackchannelLogoutOptions): NoticeHandler {
  const given = knownOptions('the options of createBackchannelLogout', options, known)
  const { trust, store, tokenLifetime } = resolveReceiver(given)
  const audience = namesIn("option 'clientId'", given['clientId'])
  const by = resolveBy(given['by'])
  const seen = createSeen()

  async function receive(body: Body) {
    const rules = { type, audience, expires: true, read: readLogout }
    const { issuer, jti, issuedAt, goodUntil, read } = await verifyNotice(
      tokenIn(body),
      trust,
      rules,
    )
    const now = trust.now() / 1000
    if (seen.has(issuer, jti, now)) refuse('invalid_request', 'its jti was received before')
    const until = now + tokenLifetime
    const { session, subject } = read
    if (session !== undefined && (by === 'session' || subject === undefined)) {
      // A session that has ended never comes back, whenever a token of it is issued.
      await store.revoke({ issuer, session, before: until, until })
    } else if (subject !== undefined) {
      // By the clock of the issuer, which has dated the access tokens as well.
      await store.revoke({ issuer, subject, before: issuedAt, until })
    }
    // Last: what failed must be carried out when it comes again.
    seen.add(issuer, jti, goodUntil)
    return { issuer, revocations: 1 }
  }

  return createNoticeHandler(
    {
      notice: 'logout-token',
      mediaType: 'application/x-www-form-urlencoded',
      success: 200,
      describe: (code, description) => ({
        error: isOurs(code) ? code : 'invalid_request',
        error_description: description,
      }),
      headers: {},
      receive,
    },
    trust.emit,
  )
}

function resolveBy(by: unknown): 'session' | 'subject' {
  if (by === undefined || by === 'session') return 'session'
  if (by === 'subject') return by
  return wrongOption("option 'by'", `must be 'session' or 'subject', not ${kindOf(by)}`)
}

/** Section 2.5: the one field of a form. */
function tokenIn(body: Body): string {
  const values =
    typeof body === 'string'
      ? new URLSearchParams(body).getAll('logout_token')
      : [own(body, 'logout_token')]
  const [token] = values
  if (values.length === 1 && typeof token === 'string') return token
  return refuse('invalid_request', 'the form must have one field logout_token')
}

/** Section 2.6, from step 5 on. */
function readLogout(claims: Claims): Logout {
  const happened = own(own(claims, 'events'), event)
  if (typeof happened !== 'object' || happened === null || Array.isArray(happened)) {
    refuse('invalid_request', `its events must have the member ${event}, an object`)
  }
  // An ID token has one. It is not accepted here, and this token not where an ID token is.
  if (Object.hasOwn(claims, 'nonce')) refuse('invalid_request', 'it must have no nonce')
  const subject = textIn(claims, 'sub')
  const session = textIn(claims, 'sid')
  if (subject === undefined && session === undefined) {
    refuse('invalid_request', 'it must have a sub, a sid or both')
  }
  return { subject, session }
}

function textIn(claims: Claims, name: string): string | undefined {
  const value = own(claims, name)
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '') return value
  return refuse('invalid_request', `its ${name} must be a string with characters`)
}
