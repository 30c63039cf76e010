import { deepFreeze } from '../auth.ts'
import type { Claims } from '../jwt/jws.ts'
import { own } from '../own-members.ts'
import { LoadError } from '../remote/load-error.ts'

/** What an issuer has said of a token (RFC 7662 section 2.2). */
export interface Answer {
  readonly active: boolean
  /** What it says of the token beside that: nothing of one that is not active. Frozen. */
  readonly claims: Claims
  /** When it was asked, in seconds since the epoch. */
  readonly at: number
  /** Seconds since the epoch at which the issuer must be asked again. */
  readonly until: number
}

/** How long answers count, in seconds. */
interface Lifetimes {
  readonly active: number
  readonly inactive: number
}

/**
 * Reads an answer. Only `true` is active: a text 'true' is not what the standard says, and what else
 * would be wrong in such an answer is not known.
 *
 * @throws LoadError if it says nothing of the token.
 */
export function readAnswer(body: unknown, at: number, { active, inactive }: Lifetimes): Answer {
  const says = own(body, 'active')
  if (says === undefined || Array.isArray(body)) {
    throw new LoadError('no introspection answer', { answered: true })
  }
  if (says !== true) {
    return Object.freeze({ active: false, claims: none, at, until: at + inactive })
  }
  const { active: _, ...claims } = body as Record<string, unknown>
  // RFC 7662 section 4: never longer than the token lasts.
  const exp = own(claims, 'exp')
  const until = Math.min(at + active, typeof exp === 'number' ? exp : Infinity)
  return Object.freeze({ active: true, claims: deepFreeze(claims) as Claims, at, until })
}

const none: Claims = Object.freeze({})
