import { kindOf, numberWithin, optionalBoolean, wrongOption } from '../core/option-checks.ts'
import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { Ids } from './deterministic.ts'
import { halfHash } from './half-hash.ts'
import { clockSeconds } from './number-bounds.ts'
import type { AccessToken, IssuerModel } from './shapes/shape.ts'
import type { Signer, SignOptions } from './sign.ts'
import { encodePart } from './sign.ts'

/** How a token is made. */
export interface MintOptions extends SignOptions {
  /** Seconds from `iat` to `exp` (`expiresIn` of the issuer). */
  expiresIn?: number
  /** Seconds from `iat` to `nbf` (no `nbf`). */
  notBefore?: number
  /** How many seconds ago the token was issued. Default: 0. */
  age?: number
  /**
   * Whether it is the token of a machine instead of a person: without a shape, one whose `sub` is
   * its client (RFC 9068 section 2.2). A shape whose issuer has no such tokens throws a TypeError.
   * Default: false, or true for a shape whose issuer knows machines alone.
   */
  machine?: boolean
  /** The bytes of the payload, which are signed instead of claims. Default: none. */
  raw?: string | Uint8Array
}

/** What tokens of an issuer have in common. */
export interface MintDefaults {
  readonly issuer: string
  readonly model: IssuerModel
  readonly claims: Claims
  readonly expiresIn: number
  readonly now: () => number
  readonly ids: Ids
}

export type Mint = (claims?: Claims, options?: MintOptions) => string

/** The payload of an access token. */
export type PayloadOf = (claims: Claims, options: MintOptions) => Claims

/** Makes a token that belongs to the same sign-in as an access token with these claims. */
export type MintOther = (
  kind: 'idToken' | 'refreshToken' | 'logoutToken',
  claims?: Claims,
) => string

export const knownMintOptions: Readonly<Record<keyof MintOptions, true>> = {
  alg: true,
  kid: true,
  key: true,
  header: true,
  expiresIn: true,
  notBefore: true,
  age: true,
  machine: true,
  raw: true,
}

export function checkMintOptions(options: MintOptions = {}, call = 'issuer.mint'): void {
  const example = `${call}({}, { expiresIn: 60 })`
  checkOptions(`the options of ${call}`, options, knownMintOptions, example)
  optionalBoolean("option 'machine' of issuer.mint", options.machine)
}

export function createMint(
  { sign, algorithmOf }: Signer,
  { issuer, model, ...defaults }: MintDefaults,
): { mint: Mint; mintOther: MintOther; payloadOf: PayloadOf } {
  function payloadOf(given: Claims, options: MintOptions): Claims {
    const { age = 0, expiresIn = defaults.expiresIn, notBefore } = options
    const iat =
      Math.floor(defaults.now() / 1000) -
      numberWithin("option 'age' of issuer.mint", age, clockSeconds)
    const stated = { ...defaults.claims, ...given }
    const own = accessTokenOf(model, options).claims({
      iat,
      id: defaults.ids.next(),
      given: stated,
    })
    const payload: Claims = {
      iss: issuer,
      iat,
      exp: iat + numberWithin("option 'expiresIn' of issuer.mint", expiresIn, clockSeconds),
      ...own,
      ...(notBefore !== undefined && {
        nbf: iat + numberWithin("option 'notBefore' of issuer.mint", notBefore, clockSeconds),
      }),
      ...stated,
    }
    const { scope } = payload
    const isJoined = Array.isArray(scope) && !Array.isArray(own.scope)
    return isJoined ? { ...payload, scope: scope.join(' ') } : payload
  }

  return {
    payloadOf,
    mint(given, options = {}) {
      const claims = claimsOf('issuer.mint', given)
      checkMintOptions(options)
      const { typ } = accessTokenOf(model, options)
      return sign(
        typ,
        encodePayload(options, () => payloadOf(claims, options)),
        options,
      )
    },
    mintOther(kind, claims = {}) {
      const other = model[kind]
      if (typeof other === 'string') return other
      const access = payloadOf(claims, {})
      const { iat, exp } = access
      const token = sign(accessTokenOf(model, {}).typ, encodePart(access), {})
      const atHash = halfHash(token, algorithmOf({}))
      const signIn = { iat: iat ?? 0, id: defaults.ids.next(), access, atHash }
      const payload = { iss: issuer, iat, exp, ...other.claims(signIn) }
      return sign(other.typ, encodePart(payload), {})
    },
  }
}

/** In base64url: the bytes of the option `raw`, or else the claims. */
export function encodePayload({ raw }: Pick<MintOptions, 'raw'>, claims: () => Claims): string {
  if (raw === undefined) return encodePart(claims())
  if (typeof raw === 'string' || ArrayBuffer.isView(raw)) {
    return Buffer.from(raw as Uint8Array).toString('base64url')
  }
  const fix = `must be a string or a Uint8Array, not ${kindOf(raw)}`
  return wrongOption("option 'raw' of issuer.mint", fix)
}

/** A person's token, unless the issuer knows machines alone. */
function accessTokenOf({ person, machine }: IssuerModel, options: MintOptions): AccessToken {
  const isMachine = options.machine ?? person === undefined
  const token = isMachine ? machine : person
  if (token) return token
  const fix = isMachine
    ? 'must be left out: issuers of this shape have no tokens of machines'
    : 'must not be false: issuers of this shape have tokens of machines alone'
  return wrongOption("option 'machine' of issuer.mint", fix)
}
