import type { Auth } from './auth.ts'
import { isAuthOf } from './auth.ts'
import { kindOf, wrongOption } from './option-checks.ts'
import { own } from './own-members.ts'

/**
 * Refuses what is no Auth of this verifier, before its token is sent to an issuer: an Auth of
 * another verifier, a copy, an ID token, or an object that somebody has put together.
 *
 * @param call The function that was given it, such as `verifier.userinfo`.
 * @throws TypeError
 */
export function checkOwnAuth(call: string, auth: unknown, verifier: object): asserts auth is Auth {
  if (isAuthOf(verifier, auth)) return
  const looksRight = own(auth, 'issuer') !== undefined
  const found = looksRight ? 'a copy, an Auth of another verifier or an ID token' : kindOf(auth)
  wrongOption(
    call,
    `must be given an Auth as this verifier has made it (verify(), getAuth()), not ${found}`,
  )
}
