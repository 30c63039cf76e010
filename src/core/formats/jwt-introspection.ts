import type { Awaitable } from '../awaitable.ts'
import { andThen } from '../awaitable.ts'
import { InvalidTokenError, UnavailableError } from '../errors.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { withDetail } from '../jwt/details.ts'
import type { Claims } from '../jwt/jws.ts'
import { own } from '../own-members.ts'

/**
 * Asks the issuer of a JWT whether the token is still active. What the token says was checked before,
 * and its signature was right: of the answer, only that counts.
 */
export function askIssuer(
  { issuer, introspection }: ActiveIssuer,
  token: string,
  claims: Claims,
): Awaitable<void> {
  const undecided = (seconds: number, why: string): UnavailableError =>
    withDetail(new UnavailableError('introspection', seconds, [issuer]), 'introspection', why)
  if (introspection === undefined) {
    throw undecided(60, "its issuer has no option 'introspection', and the route asks for it")
  }
  return andThen(introspection.ask(token, false), (answer) => {
    if (!answer.active) throw new InvalidTokenError('inactive')
    // An answer about another token says nothing of this one.
    const isOther = ['iss', 'sub', 'jti'].some((name) => {
      const said = own(answer.claims, name)
      return said !== undefined && own(claims, name) !== undefined && said !== own(claims, name)
    })
    if (isOther) throw undecided(1, 'the answer is about another token')
  })
}
