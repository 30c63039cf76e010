import {
  checkDefined,
  kindOf,
  knownOptions,
  numberWithin,
  wrongOption,
} from '../core/option-checks.ts'
import type { Kind, Names, Revocation } from '../core/revocation.ts'
import { kinds } from '../core/revocation.ts'

/** A revocation, checked and complete. */
export interface Entry {
  readonly kind: Kind
  readonly issuer: string
  readonly value: string
  /** Seconds since the epoch; Infinity for a `jti`, which revokes a token whatever its `iat`. */
  readonly before: number
  /** Seconds since the epoch. */
  readonly until: number
}

/**
 * Seconds for which an entry is kept beyond its `until`: the largest `clockTolerance`. So long after
 * its `exp`, a token may still pass.
 */
export const longestTolerance = 300

const members = {
  issuer: true,
  jti: true,
  subject: true,
  session: true,
  client: true,
  before: true,
  until: true,
} as const satisfies Record<keyof Revocation, true>

/** Up to the year 9999: a later time is probably given in milliseconds. */
const seconds = { min: 0, max: 253_402_300_799 }

/** @param now Milliseconds since the epoch. */
export function readRevocation(what: unknown, now: number): Entry {
  const given = knownOptions("the argument 'what' of revoke", what, members)
  checkDefined('member', given, ['issuer', ...kinds, 'until'])
  const named = kinds.filter((kind) => kind in given)
  const [kind] = named
  if (kind === undefined || named.length > 1) {
    const found = named.length === 0 ? 'none of them' : named.join(' and ')
    wrongOption(
      "the argument 'what' of revoke",
      `must name one of ${kinds.join(', ')}, not ${found}: revoke each by a call of its own`,
    )
  }
  return {
    kind,
    issuer: readText('issuer', given['issuer']),
    value: readText(kind, given[kind]),
    before: readBefore(kind, given['before'], now),
    until: numberWithin("member 'until'", given['until'], seconds),
  }
}

function readBefore(kind: Kind, before: unknown, now: number): number {
  if (before === undefined && kind === 'jti') return Infinity
  if (kind === 'jti') {
    wrongOption("member 'before'", 'says nothing beside jti, which names one token: leave it out')
  }
  if (before !== undefined) return numberWithin("member 'before'", before, seconds)
  // A clock that gives no number would revoke nothing, and nobody would notice.
  return numberWithin("option 'now', in seconds,", now / 1000, seconds)
}

function readText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  return wrongOption(`member '${name}'`, `must be a string with characters, not ${kindOf(value)}`)
}

/**
 * Whether an entry that names the token revokes it.
 *
 * @param now Milliseconds since the epoch.
 */
export function revokes(
  { before, until }: Pick<Entry, 'before' | 'until'>,
  { issuedAt, expiresAt }: Names,
  now: number,
): boolean {
  // A token that had expired by `until` passes for some more seconds, by `clockTolerance`.
  if (now >= until * 1000 && expiresAt > until) return false
  return issuedAt === undefined || issuedAt <= before
}
