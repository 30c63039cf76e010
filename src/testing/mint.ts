import { randomUUID } from 'node:crypto'
import type { Algorithm } from '../core/algorithms.ts'
import { fitsKeyType } from '../core/algorithms.ts'
import { numberWithin, wrongOption } from '../core/option-checks.ts'
import { resolveAlgorithm, signBytes } from './algorithms.ts'
import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { SigningRing } from './keys.ts'
import { clockSeconds } from './number-bounds.ts'
import type { TestKey } from './test-key.ts'

/** How a token is made. */
export interface MintOptions {
  /**
   * The signature algorithm. Default: that of the current key. A published key that fits it signs.
   */
  alg?: Algorithm
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
  /** The bytes of the payload, which are signed instead of claims. Default: none. */
  raw?: string | Uint8Array
}

/** What tokens of an issuer have in common. */
export interface MintDefaults {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly claims: Claims
  readonly expiresIn: number
  readonly now: () => number
}

export type Mint = (claims?: Claims, options?: MintOptions) => string

const knownMintOptions = {
  alg: true,
  kid: true,
  key: true,
  header: true,
  expiresIn: true,
  notBefore: true,
  age: true,
  raw: true,
} as const satisfies Record<keyof MintOptions, true>

export function checkMintOptions(options: MintOptions = {}): void {
  const example = 'issuer.mint({}, { expiresIn: 60 })'
  checkOptions('the options of issuer.mint', options, knownMintOptions, example)
}

/** Base64url of JSON. */
export function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

export function createMint(ring: SigningRing, defaults: MintDefaults): Mint {
  function payloadOf(claims: Claims, options: MintOptions): Record<string, unknown> {
    const { age = 0, expiresIn = defaults.expiresIn, notBefore } = options
    const iat =
      Math.floor(defaults.now() / 1000) -
      numberWithin("option 'age' of issuer.mint", age, clockSeconds)
    const payload = {
      iss: defaults.issuer,
      sub: 'user-1',
      aud: defaults.audience,
      client_id: 'client-1',
      iat,
      exp: iat + numberWithin("option 'expiresIn' of issuer.mint", expiresIn, clockSeconds),
      jti: randomUUID(),
      ...(notBefore !== undefined && {
        nbf: iat + numberWithin("option 'notBefore' of issuer.mint", notBefore, clockSeconds),
      }),
      ...defaults.claims,
      ...claims,
    }
    const { scope } = payload
    return { ...payload, scope: Array.isArray(scope) ? scope.join(' ') : scope }
  }

  return (given, options = {}) => {
    const claims = claimsOf('issuer.mint', given)
    checkMintOptions(options)
    const key = chooseKey(ring, options)
    const alg = options.alg ?? key.alg
    const kid = options.kid === undefined ? key.publicJwk.kid : (options.kid ?? undefined)
    const header = encodePart({ alg, typ: 'at+jwt', kid, ...options.header })
    const payload =
      options.raw === undefined
        ? encodePart(payloadOf(claims, options))
        : Buffer.from(options.raw as Uint8Array).toString('base64url')
    const signature = signBytes(alg, key.privateJwk, Buffer.from(`${header}.${payload}`))
    return `${header}.${payload}.${signature.toString('base64url')}`
  }
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
