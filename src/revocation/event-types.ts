import { own } from '../core/own-members.ts'
import type { About } from './subject-identifier.ts'

const caep = 'https://schemas.openid.net/secevent/caep/event-type/'
const risc = 'https://schemas.openid.net/secevent/risc/event-type/'
const oauth = 'https://schemas.openid.net/secevent/oauth/event-type/'

/** Events that take access away, and what they are about. */
const revoking: Readonly<Record<string, About>> = {
  [`${caep}session-revoked`]: 'session',
  [`${risc}account-disabled`]: 'account',
  [`${risc}account-purged`]: 'account',
  [`${risc}account-credential-change-required`]: 'account',
  [`${risc}credential-compromise`]: 'account',
  [`${risc}sessions-revoked`]: 'account',
  [`${oauth}tokens-revoked`]: 'account',
}

const credentialChange = `${caep}credential-change`

/** What of its subject an event takes away; undefined if it takes nothing away. */
export function revokedBy(type: string, payload: unknown): About | undefined {
  // A credential that was added or renewed says nothing against tokens. One that was withdrawn may
  // have been stolen, and tokens may have been got with it.
  if (type === credentialChange) {
    return ['revoke', 'delete'].includes(String(own(payload, 'change_type')))
      ? 'account'
      : undefined
  }
  return own(revoking, type) as About | undefined
}
