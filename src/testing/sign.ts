import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { fitsKeyType } from '../core/algorithms.ts'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import { resolveAlgorithm, signBytes } from './algorithms.ts'
import { plainObject } from './arguments.ts'
import type { SigningRing } from './keys.ts'
import type { TestKey } from './test-key.ts'

/** Which key signs a token, and what its header says. */
export interface SignOptions {
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
}

/** Signs what an issuer says, whatever it is. */
export interface Signer {
  /** @param payload In base64url. */
  sign(typ: string | undefined, payload: string, options: SignOptions): string
  /** The algorithm that `sign` uses. */
  algorithmOf(options: SignOptions): PublicKeyAlgorithm
}

/** @param checkAlgorithm Refuses the algorithm of a token that could not be made twice. */
export function createSigner(
  ring: SigningRing,
  checkAlgorithm: (alg: PublicKeyAlgorithm) => void,
): Signer {
  const algorithmOf = (options: SignOptions): PublicKeyAlgorithm =>
    options.alg ?? chooseKey(ring, options).alg
  return {
    algorithmOf,
    sign(typ, payload, options) {
      checkHeader(options)
      const key = chooseKey(ring, options)
      const alg = options.alg ?? key.alg
      checkAlgorithm(alg)
      const kid = options.kid === undefined ? key.publicJwk.kid : (options.kid ?? undefined)
      const header = encodePart({ alg, typ, kid, ...options.header })
      const signature = signBytes(alg, key.privateJwk, Buffer.from(`${header}.${payload}`))
      return `${header}.${payload}.${signature.toString('base64url')}`
    },
  }
}

function checkHeader({ kid = null, header = {} }: SignOptions): void {
  plainObject("option 'header' of issuer.mint", header, "header: { typ: 'JWT' }")
  if (kid === null || typeof kid === 'string') return
  const fix = `must be a string or null, not ${kindOf(kid)}; for others write header: { kid: … }`
  wrongOption("option 'kid' of issuer.mint", fix)
}

/** Base64url of JSON. */
export function encodePart(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function chooseKey(ring: SigningRing, { alg, kid, key }: SignOptions): TestKey {
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

/** What is no key would be signed with the current one, and a wrong token would be a good one. */
function namedKey(ring: SigningRing, key: SignOptions['key']): TestKey | undefined {
  if (key === 'attacker') return ring.keys.attacker()
  if (key === 'unpublished') return ring.unpublished()
  if (key === 'retired') return ring.retired()
  if (key === undefined || isTestKey(key)) return key
  const fix = "must be 'attacker', 'unpublished', 'retired' or a key of issuer.keys"
  return wrongOption("option 'key' of issuer.mint", `${fix}, not ${kindOf(key)}`)
}

function isTestKey(key: unknown): key is TestKey {
  return typeof key === 'object' && key !== null && 'privateJwk' in key && 'alg' in key
}
