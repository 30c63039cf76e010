import type { WrongTime } from '../jwt/details.ts'
import { detailOf } from '../jwt/details.ts'
import type { Explain } from './refused.ts'
import { duration } from './wording.ts'

export const expiredHint: Explain = ({ error }) => {
  const detail = detailOf(error, 'expired')
  if (Number.isNaN(detail.seconds)) return "this API's clock gives no time: see the option 'now'"
  return `the token expired ${duration(detail.seconds)} ago by this API's clock, and ${tolerance(detail)}. Have the client get a new token; if the token is new, set this API's clock or the issuer's right`
}

export const notYetValidHint: Explain = ({ error }) =>
  ahead('nbf', detailOf(error, 'not-yet-valid'))

export const issuedInFutureHint: Explain = ({ error }) =>
  ahead('iat', detailOf(error, 'issued-in-future'))

function ahead(claim: 'nbf' | 'iat', detail: WrongTime): string {
  return `the token's ${claim} is ${duration(detail.seconds)} ahead of this API's clock, and ${tolerance(detail)}. Set the clock that is wrong, this API's or the issuer's, or raise clockTolerance (at most 300 s)`
}

function tolerance({ clockTolerance }: WrongTime): string {
  return `clockTolerance is ${clockTolerance} s`
}
