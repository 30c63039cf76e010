import type { Algorithm } from '../algorithms.ts'
import { AuthError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { readClaims, readJws } from '../jwt/jws.ts'
import { findSigner } from '../jwt/signature.ts'
import { allowedAlgorithm, checkCritical, mediaType } from '../jwt/token-policy.ts'
import type { KeySource } from '../keys/source.ts'
import { own } from '../own-members.ts'
import { LoadError } from '../remote/load-error.ts'

/** What a signed answer must say, and who may have signed it. */
export interface AnswerRules {
  readonly issuer: string
  /** How the issuer may name this API in the answer. */
  readonly audience: readonly string[]
  readonly algorithms: readonly Algorithm[]
  readonly clockTolerance: number
  readonly keys: Pick<KeySource, 'current' | 'newer'>
  readonly emit: Emit
}

/** Seconds after which a signed answer is no answer to the question that was just asked. */
const longestAge = 300

/**
 * The introspection answer in a JWT that the issuer has signed (RFC 9701 section 5).
 *
 * @throws LoadError if it is not an answer of this issuer for this API.
 */
export async function readSignedAnswer(
  jwt: string,
  now: number,
  { issuer, audience, algorithms, clockTolerance, keys, emit }: AnswerRules,
): Promise<unknown> {
  try {
    const jws = readJws(jwt)
    const algorithm = allowedAlgorithm(jws.header, algorithms)
    // Any other JWT of the issuer, such as an ID token, is no answer, whatever it says.
    if (mediaType(jws.header.typ) !== 'token-introspection+jwt') throw wrong('its typ')
    checkCritical(jws.header)
    const claims = readClaims(jws)
    const aud = own(claims, 'aud')
    const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
    const age = now / 1000 - Number(own(claims, 'iat') ?? Number.NaN)
    if (own(claims, 'iss') !== issuer) throw wrong('its iss')
    if (!audience.some((one) => named.includes(one))) throw wrong('its aud')
    if (!(age >= -1 - clockTolerance && age <= longestAge + clockTolerance)) throw wrong('its iat')
    await findSigner(jws, algorithm, keys, emit)
    return own(claims, 'token_introspection')
  } catch (error) {
    // These errors are about tokens of callers, and this JWT is none.
    throw error instanceof AuthError ? wrong(error.reason) : error
  }
}

function wrong(what: string): LoadError {
  return new LoadError(`a signed answer that cannot be accepted (${what})`, { answered: true })
}
