import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { numberWithin } from '../core/option-checks.ts'
import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { MintDefaults, MintOptions, PayloadOf } from './mint.ts'
import { encodePayload, knownMintOptions } from './mint.ts'
import { clockSeconds } from './number-bounds.ts'
import type { SignIn } from './shapes/shape.ts'
import type { Signer } from './sign.ts'

/** How a JWT is made that is no access token. */
export type StatementOptions = Omit<MintOptions, 'machine'>

/** When and for whom such a JWT is made. */
export interface StatementOccasion extends Pick<SignIn, 'iat' | 'id' | 'access'> {
  /** The algorithm that signs it. */
  readonly alg: PublicKeyAlgorithm
}

/** A kind of JWT that is no access token. */
export interface StatementKind {
  /** The function that makes it, such as `issuer.logoutToken`. */
  readonly call: string
  /** Code that calls it right. */
  readonly example: string
  readonly typ: string | undefined
  /** Seconds from `iat` to `exp`; undefined: it has no `exp`. */
  readonly expiresIn: number | undefined
  /** Its claims, which replace `iss`, `iat`, `exp` and `nbf`, for whom the given claims name. */
  claims(occasion: StatementOccasion): Claims
}

/** Makes a JWT of that kind. The given claims replace all others. */
export type MintStatement = (
  kind: StatementKind,
  claims?: Claims,
  options?: StatementOptions,
) => string

const { machine: _, ...knownOptions } = knownMintOptions

export function createMintStatement(
  { sign, algorithmOf }: Signer,
  payloadOf: PayloadOf,
  { issuer, now, ids }: Pick<MintDefaults, 'issuer' | 'now' | 'ids'>,
): MintStatement {
  return ({ call, example, typ, ...kind }, given, options = {}) => {
    const claims = claimsOf(call, given)
    checkOptions(`the options of ${call}`, options, knownOptions, example)
    const { expiresIn = kind.expiresIn, notBefore, age = 0 } = options
    const secondsOf = (name: string, value: number): number =>
      numberWithin(`option '${name}' of ${call}`, value, clockSeconds)

    function payload(): Claims {
      const iat = Math.floor(now() / 1000) - secondsOf('age', age)
      const times = {
        iat,
        ...(expiresIn !== undefined && { exp: iat + secondsOf('expiresIn', expiresIn) }),
        ...(notBefore !== undefined && { nbf: iat + secondsOf('notBefore', notBefore) }),
      }
      // What is not read takes no name: those of a deterministic issuer are counted.
      const stated = kind.claims({
        iat,
        alg: algorithmOf(options),
        get id() {
          return ids.next()
        },
        get access() {
          return payloadOf({ ...times, ...claims }, {})
        },
      })
      return { iss: issuer, ...times, ...stated, ...claims }
    }
    return sign(typ, encodePayload(options, payload), options)
  }
}
