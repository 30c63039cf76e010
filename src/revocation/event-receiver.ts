import { deepFreeze } from '../core/auth.ts'
import type { Claims } from '../core/jwt/jws.ts'
import {
  checkDefined,
  kindOf,
  knownOptions,
  optionalFunction,
  wrongOption,
} from '../core/option-checks.ts'
import { own } from '../core/own-members.ts'
import type { Revocation } from '../core/revocation.ts'
import { digestOf } from '../core/token-digest.ts'
import type { Body } from './body.ts'
import { revokedBy } from './event-types.ts'
import type { NoticeHandler } from './handler.ts'
import { createNoticeHandler, isOurs } from './handler.ts'
import { verifyNotice } from './notice.ts'
import type { ReceiverOptions } from './receiver-options.ts'
import { namesIn, resolveReceiver } from './receiver-options.ts'
import { BodyMissing, refuse } from './refusal.ts'
import { createSeen } from './seen.ts'
import type { Target } from './subject-identifier.ts'
import { targetsOf } from './subject-identifier.ts'

export interface EventReceiverOptions extends ReceiverOptions {
  /** How the transmitter names this receiver in `aud`; one of several is enough. */
  audience: string | readonly string[]
  /**
   * The issuer of the access tokens, where the transmitter has a name of its own: `auth.issuer`.
   * Default: the issuer that has signed the event.
   */
  tokenIssuer?: string | undefined
  /**
   * The value of the header Authorization by which the transmitter is known, in full: it is agreed on
   * when a stream is set up. Default: none is asked for. Present and undefined, as when an environment
   * variable is missing, it is refused.
   */
  authorization?: string
  /**
   * Called with each event that was verified, after it was carried out, and awaited. If it throws or
   * rejects, the answer is 503, and the transmitter sends the event again: then it is called once
   * more. For events that revoke nothing by themselves.
   */
  onSecurityEvent?: ((event: SecurityEvent) => unknown) | undefined
}

/** One event of a security event token (RFC 8417). Deeply frozen. */
export interface SecurityEvent {
  /** The issuer that has signed it. */
  readonly issuer: string
  readonly jti: string
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** The URI of the event. */
  readonly type: string
  /** The subject identifier (RFC 9493); undefined if there is none. */
  readonly subject: unknown
  /** What the event says beside its type. */
  readonly payload: Readonly<Record<string, unknown>>
  /** What the store was given for it. Empty for an event that takes no access away, and for one whose
   * subject has no name that tokens have, such as an e-mail address. */
  readonly revocations: readonly Revocation[]
}

const known = {
  verifier: true,
  store: true,
  tokenLifetime: true,
  audience: true,
  tokenIssuer: true,
  authorization: true,
  onSecurityEvent: true,
} as const satisfies Record<keyof EventReceiverOptions, true>

// RFC 8417 section 2.3. No other JWT can be sent in its place.
const type = { types: ['secevent+jwt'], untyped: false }
const mostEvents = 20

interface Events {
  readonly subject: unknown
  readonly events: readonly (readonly [type: string, payload: Readonly<Record<string, unknown>>])[]
}

/**
 * Receives security event tokens by HTTP POST (RFC 8935), as transmitters of the Shared Signals
 * Framework push them, and revokes access tokens by what CAEP and RISC events say. It answers 202
 * once the store has kept that, 400 with a code to what is no good event, and 503 where the store or
 * the issuer's keys cannot be had.
 *
 * An event whose `jti` was received before (10,000 are remembered by this process) is answered 202,
 * and nothing is done.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createEventReceiver(options: EventReceiverOptions): NoticeHandler {
  const given = knownOptions('the options of createEventReceiver', options, known)
  const { trust, store, tokenLifetime } = resolveReceiver(given)
  const audience = namesIn("option 'audience'", given['audience'])
  checkDefined('option', given, ['authorization'])
  const tokenIssuer = optionalText('tokenIssuer', given['tokenIssuer'])
  const authorization = optionalText('authorization', given['authorization'])
  const onSecurityEvent = optionalFunction<(event: SecurityEvent) => unknown>(
    "option 'onSecurityEvent'",
    given['onSecurityEvent'],
  )
  const seen = createSeen()
  const rules = { type, audience, expires: false, read: readEvents }

  async function receive(body: Body, sent: string | undefined) {
    await checkAuthorization(sent)
    if (typeof body !== 'string') throw new BodyMissing()
    const notice = await verifyNotice(body, trust, rules)
    const { issuer, jti, issuedAt, read } = notice
    const now = trust.now() / 1000
    if (seen.has(issuer, jti, now)) return { issuer, revocations: 0 }
    const until = now + tokenLifetime
    const events = read.events.map(([type, payload]): SecurityEvent => {
      const subject = read.subject ?? own(payload, 'subject')
      const revocations = revocationsFor(type, payload, subject, { issuer, issuedAt, until })
      return deepFreeze({ issuer, jti, issuedAt, type, subject, payload, revocations })
    })
    const revocations = events.flatMap((event) => event.revocations)
    for (const revocation of revocations) await store.revoke(revocation)
    for (const event of events) await onSecurityEvent?.(event)
    // Last: what failed must be carried out when it comes again.
    seen.add(issuer, jti, notice.goodUntil)
    return { issuer, revocations: revocations.length }
  }

  /** Digests are compared, so that the time that it takes says nothing of the value. */
  async function checkAuthorization(sent: string | undefined): Promise<void> {
    if (authorization === undefined) return
    if ((await digestOf(sent ?? '')) === (await digestOf(authorization))) return
    refuse('authentication_failed', 'its Authorization is not the value of that option')
  }

  function revocationsFor(
    type: string,
    payload: unknown,
    subject: unknown,
    { issuer, issuedAt, until }: { issuer: string; issuedAt: number; until: number },
  ): readonly Revocation[] {
    const about = revokedBy(type, payload)
    if (about === undefined) return []
    const of = tokenIssuer ?? issuer
    const targets = targetsOf(subject, { issuers: [of, issuer], about })
    return targets.map((target) => ({
      issuer: of,
      ...target,
      ...beforeOf(target, issuedAt, until),
      until,
    }))
  }

  return createNoticeHandler(
    {
      notice: 'security-event',
      mediaType: 'application/secevent+jwt',
      success: 202,
      describe: (code, description) => ({ ...(!isOurs(code) && { err: code }), description }),
      headers: { 'Content-Language': 'en' },
      receive,
    },
    trust.emit,
  )
}

/** A session that has ended never comes back; a person may log in anew. */
function beforeOf(target: Target, issuedAt: number, until: number): { before?: number } {
  if ('jti' in target) return {}
  return { before: 'session' in target ? until : issuedAt }
}

/** RFC 8417 section 2.2: each event by its URI, with an object that says more. */
function readEvents(claims: Claims): Events {
  const stated = own(claims, 'events')
  const isObject = typeof stated === 'object' && stated !== null && !Array.isArray(stated)
  const events = isObject ? Object.entries(stated) : []
  if (
    events.length === 0 ||
    events.length > mostEvents ||
    !events.every(([, one]) => isRecord(one))
  ) {
    refuse('invalid_request', `its events must have 1 to ${mostEvents} members, each an object`)
  }
  // Shared Signals Framework 1.0 sections 4.1.2 and 4.1.7: with these an event could be taken for
  // another kind of JWT, and such a JWT for an event.
  if (Object.hasOwn(claims, 'sub') || Object.hasOwn(claims, 'exp')) {
    refuse('invalid_request', 'it must have no sub and no exp: its subject is sub_id')
  }
  return { subject: own(claims, 'sub_id'), events: events as Events['events'] }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function optionalText(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '') return value
  return wrongOption(`option '${name}'`, `must be a string with characters, not ${kindOf(value)}`)
}
