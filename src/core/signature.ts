import type { CryptoKey, JSONWebKeySet } from 'jose'
import { compactVerify } from 'jose'
import type { Algorithm } from './algorithms.ts'
import type { CompactJws, JwsHeader } from './compact.ts'
import { readCompact } from './compact.ts'
import { InvalidTokenError } from './errors.ts'
import type { Key } from './keys/key.ts'
import { createKeySet, readKeySet } from './keys/key-set.ts'
import { LoadError } from './keys/load-error.ts'
import type { KeySource, Renewed } from './keys/source.ts'

/** A signature that was right. */
export interface VerifiedSignature {
  readonly header: JwsHeader
  readonly payload: Uint8Array
  /** The key that verified it, and the edition of the key set that it was in. */
  readonly key: Key
  readonly edition: number
}

type LiveKeys = Pick<KeySource, 'current' | 'renew'>

/**
 * The one place where a signature is checked. `keys` is a JWK Set, or the live keys of one issuer, which may fetch newer
 * ones when they do not hold the right one.
 *
 * Does not check: `typ`, claims, times.
 *
 * @throws InvalidTokenError (`too-large`, `malformed`, `opaque`, `encrypted`, `algorithm`, `critical-header`,
 * `unknown-key`, `signature`), UnavailableError if live keys cannot be had.
 */
export async function verifySignature(
  token: string | CompactJws,
  keys: JSONWebKeySet | LiveKeys,
  algorithms: readonly Algorithm[],
): Promise<VerifiedSignature> {
  const jws = typeof token === 'string' ? readCompact(token) : token
  const { header, payload } = jws
  const algorithm = allowedAlgorithm(header, algorithms)
  refuseCritical(header)

  const live = 'current' in keys ? keys : await fixedKeys(keys, algorithms)
  const tried: Key[] = []
  const current = live.current()
  const waited = current instanceof Promise
  // What the request waited for was fetched for it.
  let latest: Renewed | undefined = { set: waited ? await current : current, fetched: waited }
  while (latest !== undefined) {
    const { set }: Renewed = latest
    for (const key of set.candidates(algorithm, header.kid)) {
      if (tried.includes(key)) continue
      tried.push(key)
      if (await hasSigned(key, algorithm, jws)) {
        return { header, payload, key, edition: set.edition }
      }
    }
    // RFC 7517 section 4.5 lets issuers rotate at any time, even under an old `kid`: look once more before refusing.
    latest = await live.renew(latest, header.kid)
  }
  throw new InvalidTokenError(tried.length > 0 ? 'signature' : 'unknown-key')
}

/** RFC 8725bis section 3.1: what is not on the allow-list is not used. */
export function allowedAlgorithm(header: JwsHeader, allowed: readonly Algorithm[]): Algorithm {
  const { alg } = header
  if (!allowed.includes(alg as Algorithm)) throw new InvalidTokenError('algorithm')
  return alg as Algorithm
}

/** RFC 7515 section 4.1.11: an access token needs no extension, and `b64` is not for JWTs (RFC 7797 section 7). */
export function refuseCritical(header: JwsHeader): void {
  if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
    throw new InvalidTokenError('critical-header')
  }
}

/** Neither async nor waiting for a key at hand: 1 µs less. */
function hasSigned(key: Key, algorithm: Algorithm, { token }: CompactJws): Promise<boolean> {
  const check = (imported: CryptoKey) => compactVerify(token, imported, { algorithms: [algorithm] })
  const imported = key.import(algorithm)
  const checked = imported instanceof Promise ? imported.then(check) : check(imported)
  return checked.then(
    () => key.pin(algorithm),
    // jose's errors quote the token: nothing of them goes on.
    () => false,
  )
}

async function fixedKeys(
  document: JSONWebKeySet,
  algorithms: readonly Algorithm[],
): Promise<LiveKeys> {
  const set = await readKeySet(document, { algorithms, maxKeys: Infinity }, [], () => {}).catch(
    (error: unknown) => {
      if (error instanceof LoadError) return createKeySet([])
      throw error
    },
  )
  return { current: () => set, renew: async () => undefined }
}
