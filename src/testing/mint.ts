import { randomUUID } from 'node:crypto'
import type { Algorithm } from '../index.ts'
import { canSign, readAlgorithm, signBytes } from './algorithms.ts'
import type { SigningRing } from './keys.ts'
import { readNumber, refuseUnknown } from './options.ts'
import type { TestKey } from './test-key.ts'

/** Claims of a token. One given as `undefined` is left out; a `scope` list is joined with spaces. */
export type Claims = {
  iss?: string | undefined
  sub?: string | undefined
  aud?: string | readonly string[] | undefined
  exp?: number | undefined
  nbf?: number | undefined
  iat?: number | undefined
  jti?: string | undefined
  client_id?: string | undefined
  scope?: string | readonly string[] | undefined
} & { readonly [claim: string]: unknown }

/** How a token is made. */
export interface MintOptions {
  /** The signature algorithm (that of the current key); another one takes a published key that fits. */
  alg?: Algorithm
  /** The `kid` in the header; a key of that name signs, if there is one. null leaves it out. */
  kid?: string | null
  /** The key that signs (the current one). 'retired' throws a TypeError when there is none yet. */
  key?: TestKey | 'attacker' | 'unpublished' | 'retired'
  /** Merged over the JWS header; a member given as `undefined` is removed. */
  header?: Readonly<Record<string, unknown>>
  /** Seconds from `iat` to `exp` (`expiresIn` of the issuer). */
  expiresIn?: number
  /** Seconds from `iat` to `nbf` (no `nbf`). */
  notBefore?: number
  /** How many seconds ago the token was issued (0). */
  age?: number
  /** The payload, byte for byte, instead of claims; it is really signed. */
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

const mintOptions = {
  alg: true,
  kid: true,
  key: true,
  header: true,
  expiresIn: true,
  notBefore: true,
  age: true,
  raw: true,
} satisfies Record<keyof MintOptions, true>

export function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

export function createMint(ring: SigningRing, defaults: MintDefaults): Mint {
  function payloadOf(claims: Claims, options: MintOptions): Record<string, unknown> {
    const { age = 0, expiresIn = defaults.expiresIn, notBefore } = options
    const iat = Math.floor(defaults.now() / 1000) - readNumber('age', age)
    const payload = {
      iss: defaults.issuer,
      sub: 'user-1',
      aud: defaults.audience,
      client_id: 'client-1',
      iat,
      exp: iat + readNumber('expiresIn', expiresIn),
      jti: randomUUID(),
      ...(notBefore !== undefined && { nbf: iat + readNumber('notBefore', notBefore) }),
      ...defaults.claims,
      ...claims,
    }
    const { scope } = payload
    return { ...payload, scope: Array.isArray(scope) ? scope.join(' ') : scope }
  }

  return (claims = {}, options = {}) => {
    refuseUnknown('mint()', options, mintOptions)
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
  const wanted = namedKey(ring, key) ?? keys.all.findLast((each) => each.kid === kid)
  if (wanted && alg === undefined) return wanted
  const published = keys.all.filter((each) => each.published).toReversed()
  const candidates = wanted ? [wanted] : [keys.current, ...published]
  const wish = readAlgorithm(alg ?? keys.current.alg)
  const chosen =
    candidates.find((each) => each.alg === wish) ??
    candidates.find((each) => canSign(wish, each.publicJwk))
  if (chosen) return chosen
  throw new TypeError(
    `No key at hand signs ${wish}: add one with keys.rotate({ alg: '${wish}' }) before the first request.`,
  )
}

function namedKey(ring: SigningRing, key: MintOptions['key']): TestKey | undefined {
  if (key === 'attacker') return ring.keys.attacker()
  if (key === 'unpublished') return ring.unpublished()
  if (key === 'retired') return ring.retired()
  return key
}
