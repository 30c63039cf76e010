import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { fitsKeyType } from '../core/algorithms.ts'
import { numberWithin, optionalBoolean, wrongOption } from '../core/option-checks.ts'
import { resolveAlgorithm, signBytes } from './algorithms.ts'
import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { Ids } from './deterministic.ts'
import { halfHash } from './half-hash.ts'
import type { SigningRing } from './keys.ts'
import { clockSeconds } from './number-bounds.ts'
import type { AccessToken, IssuerModel, SignIn } from './shapes/shape.ts'
import type { TestKey } from './test-key.ts'

/** How a token is made. */
export interface MintOptions {
  /**
   * The signature algorithm. Default: that of the current key. A published key that fits it signs.
   */
  alg?: PublicKeyAlgorithm
  /**
   * The `kid` in the header. Default: that of the key. A key with this `kid` signs, if any. null:
   * no `kid`.
   */
  kid?: string | null
  /**
   * The key that signs (the current one). 'retired' throws a TypeError if no key is retired yet.
   */
  key?: TestKey | 'attacker' | 'unpublished' | 'retired'
  /** Members that replace those of the JWS header. A member that is `undefined` is left out. */
  header?: Readonly<Record<string, unknown>>
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
  /** Refuses the algorithm of a token that could not be made twice. */
  checkAlgorithm(alg: PublicKeyAlgorithm): void
}

/** The steps by which tokens of any kind are made. */
export interface MintSteps {
  /** The payload of an access token with these claims. */
  payloadOf(claims: Claims, options: MintOptions): Claims
  /** @param payload In base64url. */
  sign(typ: string | undefined, payload: string, options: MintOptions): string
  /** The algorithm that `sign` uses. */
  algorithmOf(options: MintOptions): PublicKeyAlgorithm
}

export type Mint = (claims?: Claims, options?: MintOptions) => string

/** Makes a token that belongs to the same sign-in as an access token with these claims. */
export type MintOther = (
  kind: 'idToken' | 'refreshToken' | 'logoutToken',
  claims?: Claims,
) => string

/** How a JWT is made that is no access token. */
export type StatementOptions = Omit<MintOptions, 'machine'>

/** A kind of JWT that is no access token. */
export interface StatementKind {
  /** The function that makes it, such as `issuer.logoutToken`. */
  readonly call: string
  readonly typ: string | undefined
  /** Seconds from `iat` to `exp`. Default: it has no `exp`. */
  readonly expiresIn?: number
  /** Its claims beside `iss`, `iat` and `exp`, for whom the given claims name. */
  claims(occasion: Pick<SignIn, 'iat' | 'id' | 'access'>): Claims
}

export type MintStatement = (
  kind: StatementKind,
  claims?: Claims,
  options?: StatementOptions,
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

/** Base64url of JSON. */
export function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

export function createMint(
  ring: SigningRing,
  { issuer, model, ...defaults }: MintDefaults,
): { mint: Mint; mintOther: MintOther; mintStatement: MintStatement; steps: MintSteps } {
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

  function sign(typ: string | undefined, payload: string, options: MintOptions): string {
    const key = chooseKey(ring, options)
    const alg = options.alg ?? key.alg
    defaults.checkAlgorithm(alg)
    const kid = options.kid === undefined ? key.publicJwk.kid : (options.kid ?? undefined)
    const header = encodePart({ alg, typ, kid, ...options.header })
    const signature = signBytes(alg, key.privateJwk, Buffer.from(`${header}.${payload}`))
    return `${header}.${payload}.${signature.toString('base64url')}`
  }

  const mint: Mint = (given, options = {}) => {
    const claims = claimsOf('issuer.mint', given)
    checkMintOptions(options)
    const { typ } = accessTokenOf(model, options)
    return sign(
      typ,
      encodePayload(options, () => payloadOf(claims, options)),
      options,
    )
  }

  function encodePayload({ raw }: MintOptions, payload: () => Claims): string {
    return raw === undefined
      ? encodePart(payload())
      : Buffer.from(raw as Uint8Array).toString('base64url')
  }

  const mintStatement: MintStatement = ({ call, typ, ...kind }, given, options = {}) => {
    const claims = claimsOf(call, given)
    checkMintOptions(options, call)
    const { expiresIn = kind.expiresIn, notBefore, age = 0 } = options
    const secondsOf = (name: string, value: number): number =>
      numberWithin(`option '${name}' of ${call}`, value, clockSeconds)
    const payload = (): Claims => {
      const iat = Math.floor(defaults.now() / 1000) - secondsOf('age', age)
      // What is not read takes no name: those of a deterministic issuer are counted.
      const occasion = {
        iat,
        get id() {
          return defaults.ids.next()
        },
        get access() {
          return payloadOf(claims, {})
        },
      }
      return {
        ...kind.claims(occasion),
        iss: issuer,
        iat,
        ...(expiresIn !== undefined && { exp: iat + secondsOf('expiresIn', expiresIn) }),
        ...(notBefore !== undefined && { nbf: iat + secondsOf('notBefore', notBefore) }),
        ...claims,
      }
    }
    return sign(typ, encodePayload(options, payload), options)
  }

  return {
    mint,
    steps: {
      payloadOf,
      sign,
      algorithmOf: (options) => options.alg ?? chooseKey(ring, options).alg,
    },
    mintStatement,
    mintOther(kind, claims = {}) {
      const other = model[kind]
      if (typeof other === 'string') return other
      const access = payloadOf(claims, {})
      const { iat, exp } = access
      const atHash = halfHash(
        sign(accessTokenOf(model, {}).typ, encodePart(access), {}),
        ring.keys.current.alg,
      )
      const signIn = { iat: iat ?? 0, id: defaults.ids.next(), access, atHash }
      const payload = { iss: issuer, iat, exp, ...other.claims(signIn) }
      return sign(other.typ, encodePart(payload), {})
    },
  }
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

function chooseKey(ring: SigningRing, { alg, kid, key }: MintOptions): TestKey {
  const { keys } = ring
  const named = namedKey(ring, key) ?? keys.all.findLast((each) => each.kid === kid)
  if (named && alg === undefined) return named
  const published = keys.all.filter((each) => each.published).toReversed()
  const candidates = named ? [named] : [keys.current, ...published]
  const wanted = resolveAlgorithm("option 'alg' of issuer.mint", alg ?? keys.current.alg)
  const chosen =
    candidates.find((each) => each.alg === wanted) ??
    candidates.find(({ publicJwk: { kty, crv } }) => fitsKeyType(wanted, kty, crv))
  if (chosen) return chosen
  return wrongOption(
    "option 'alg' of issuer.mint",
    `is ${wanted}, which fits no key: call keys.rotate({ alg: '${wanted}' }) before the first request`,
  )
}

function namedKey(ring: SigningRing, key: MintOptions['key']): TestKey | undefined {
  if (key === 'attacker') return ring.keys.attacker()
  if (key === 'unpublished') return ring.unpublished()
  if (key === 'retired') return ring.retired()
  return key
}
