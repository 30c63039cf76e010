import type { Auth } from '../auth.ts'
import { InvalidTokenError } from '../errors.ts'
import { checkTimes } from '../jwt/claims.ts'
import type { ActiveIssuer } from './active-issuer.ts'
import type { Issuers } from './issuers.ts'

/**
 * The issuer that is asked with the token of an Auth. An Auth may be kept for long, by a connection
 * that stays open: once its token has expired, or its issuer is trusted no more, nobody is asked.
 * Rejects with an InvalidTokenError then.
 *
 * @param run Its issuer is filled in.
 */
export async function findIssuerOf(
  { issuer: iss, expiresAt: exp }: Auth,
  run: { issuer: ActiveIssuer | undefined },
  { issuers, now }: { readonly issuers: Issuers; now(): number },
): Promise<ActiveIssuer> {
  const issuer = await issuers.find(iss, undefined)
  if (issuer === undefined) throw new InvalidTokenError('issuer')
  run.issuer = issuer
  const { clockTolerance } = issuer.policy
  checkTimes({ exp, nbf: undefined, iat: undefined, clockTolerance }, now())
  return issuer
}
