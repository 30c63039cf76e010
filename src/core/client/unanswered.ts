import { UnavailableError } from '../errors.ts'
import { withDetail } from '../jwt/details.ts'
import { LoadError } from '../remote/load-error.ts'

/**
 * The error for one caller who cannot be given an answer of an issuer. Those who wait together are
 * given one LoadError, and each needs an error of its own: one object in two requests would show one
 * caller the other's. What is no LoadError stays as it is.
 *
 * @param reason What the issuer was asked for.
 */
export function unanswered(
  reason: 'introspection' | 'exchange' | 'userinfo',
  error: unknown,
  issuer: string,
): unknown {
  if (!(error instanceof LoadError)) return error
  const { heldBack = 1 } = error.details
  return withDetail(new UnavailableError(reason, heldBack, [issuer]), reason, error.message)
}
