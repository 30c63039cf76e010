import { own } from '../core/own-members.ts'
import { refuse } from './refusal.ts'

/** What tokens are found by. */
export type Target =
  | { readonly subject: string }
  | { readonly session: string }
  | { readonly jti: string }

/** What an event is about: a session, or an account with all that was given to it. */
export type About = 'session' | 'account'

export interface Mapping {
  /** The names that the issuer of the tokens has: subjects of other issuers are not its business. */
  readonly issuers: readonly string[]
  readonly about: About
}

/** Entries of an `aliases` identifier that are looked at. */
const mostAliases = 20

/**
 * The tokens that a subject identifier stands for (RFC 9493, Shared Signals Framework 1.0 section 3).
 * None where nothing in a token has that name: an e-mail address, a telephone number, a device.
 *
 * Where an identifier is ambiguous, more is revoked rather than less.
 *
 * @throws NoticeRefusal if it is no subject identifier.
 */
export function targetsOf(identifier: unknown, mapping: Mapping): readonly Target[] {
  switch (textIn(identifier, 'format')) {
    case 'complex':
      return complexTargets(identifier, mapping)
    case 'aliases':
      return aliasesIn(identifier).flatMap((alias) => simpleTargets(alias, mapping))
    default:
      return simpleTargets(identifier, mapping)
  }
}

/** A session within an account is less than the account. */
function complexTargets(identifier: unknown, mapping: Mapping): readonly Target[] {
  const session = own(identifier, 'session')
  if (mapping.about === 'session' && session !== undefined) {
    const targets = simpleTargets(session, mapping).filter((target) => !('subject' in target))
    if (targets.length > 0) return targets
  }
  const user = own(identifier, 'user')
  return user === undefined ? [] : simpleTargets(user, { ...mapping, about: 'account' })
}

function simpleTargets(identifier: unknown, { issuers, about }: Mapping): readonly Target[] {
  switch (textIn(identifier, 'format')) {
    case 'iss_sub': {
      const subject = textIn(identifier, 'sub')
      return issuers.includes(textIn(identifier, 'iss')) ? [{ subject }] : []
    }
    case 'jwt_id': {
      const jti = textIn(identifier, 'jti')
      return issuers.includes(textIn(identifier, 'iss')) ? [{ jti }] : []
    }
    case 'opaque': {
      // CAEP names a session so, and RISC an account. Nothing tells which of the two it is.
      const id = textIn(identifier, 'id')
      return about === 'session' ? [{ session: id }, { subject: id }] : [{ subject: id }]
    }
    default:
      return []
  }
}

function aliasesIn(identifier: unknown): readonly unknown[] {
  const aliases = own(identifier, 'identifiers')
  if (Array.isArray(aliases) && aliases.length <= mostAliases) return aliases
  return refuse('invalid_request', `its sub_id must have at most ${mostAliases} identifiers`)
}

function textIn(object: unknown, name: string): string {
  const value = own(object, name)
  if (typeof value === 'string' && value !== '') return value
  return refuse('invalid_request', `its sub_id has no ${name}, a string with characters`)
}
