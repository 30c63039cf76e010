import { detailOf } from '../jwt/details.ts'
import type { Explain } from './refused.ts'

export const revokedHint: Explain = ({ error }) =>
  detailOf(error, 'revoked') === 'status list' ? revokedByList : revokedByOption

const revokedByOption =
  "the token is good but for one thing: the option 'revocation' says that it is revoked, where exactly false was expected. Have the caller log in again. If it should not be revoked, look in the store for its jti, subject, session (sid) and client"

const revokedByList =
  'the token is good but for one thing: the status list of its issuer says that it is revoked (status 0x01). Have the caller log in again'

export const statusHint: Explain = ({ error }) =>
  `the token is good but for its status (Token Status List): ${detailOf(error, 'status')}`

/** Codes of the stores of this package. */
const fixes: Readonly<Record<string, string>> = {
  REVOCATION_STORE_NOT_INITIALIZED:
    'the store holds no marker, so it is new or has lost its data: have an operator revoke again what must stay revoked, and call initialize()',
}

export const revocationHint: Explain = ({ error }) => {
  const name = detailOf(error, 'revocation')
  if (typeof name === 'object') return noListHint(name.statusList)
  const fix = (name === undefined ? undefined : fixes[name]) ?? 'look at the store and its network'
  return `the option 'revocation' threw or rejected (${name ?? 'without a code'}), where true or false was expected, so it cannot be decided whether the token is revoked. The answer is 503: ${fix}`
}

/** @param why The text of a LoadError. */
function noListHint(why: string): string {
  return `the status list that the token names cannot be had (${why}), so it cannot be decided whether the token is revoked. The answer is 503: look at the issuer, and at the network to it`
}
