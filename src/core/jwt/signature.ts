import type { JSONWebKeySet } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import type { Awaitable } from '../awaitable.ts'
import { andThen, attempt } from '../awaitable.ts'
import { decodeCanonical, encodeAscii } from '../base64url.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Key } from '../keys/key.ts'
import type { KeySet } from '../keys/key-set.ts'
import { createKeySet, readKeySet } from '../keys/key-set.ts'
import type { KeySource, Keys } from '../keys/source.ts'
import { LoadError } from '../remote/load-error.ts'
import type { JwsHeader } from './header-cache.ts'
import type { CompactJws } from './jws.ts'
import { checkSize, formError, isJws, readJws } from './jws.ts'
import type { Signed } from './platform-signature.ts'
import { isRight } from './platform-signature.ts'
import { allowedAlgorithm, checkCritical } from './token-policy.ts'

/** The octets that were signed, and the key that signed them. */
export interface VerifiedSignature {
  readonly header: JwsHeader
  readonly payload: Uint8Array
  readonly key: Key
}

/**
 * Checks the signature of a token with the keys of a JWK Set, which must be written as RFC 7517
 * says and name no issuer.
 *
 * Does not check: `typ`, claims, times.
 *
 * @throws InvalidTokenError (`too-large`, `malformed`, `opaque`, `encrypted`, `algorithm`,
 * `critical-header`, `unknown-key`, `signature`).
 */
export async function verifySignature(
  token: string,
  keys: JSONWebKeySet,
  algorithms: readonly Algorithm[],
): Promise<VerifiedSignature> {
  checkSize(token)
  if (!isJws(token)) throw formError(token)
  const jws = readJws(token)
  const { header, payload } = jws
  const algorithm = allowedAlgorithm(header, algorithms)
  checkCritical(header)
  const set = await readFixedSet(keys, algorithms)
  const source = {
    current: () => ({ set, startedForCaller: true }),
    newer: async () => undefined,
  }
  return { header, payload, key: await findSigner(jws, algorithm, source, undefined) }
}

/**
 * The one place where a signature is checked: gives the key that has signed the token. The source
 * may fetch newer keys when it does not hold the right one.
 *
 * @param emit Where the events go that this token causes.
 *
 * @throws InvalidTokenError (`unknown-key`, `signature`), UnavailableError if keys cannot be had.
 */
export function findSigner(
  jws: CompactJws,
  algorithm: Algorithm,
  source: Pick<KeySource, 'current' | 'newer'>,
  emit: Emit,
): Awaitable<Key> {
  const { kid } = jws.header
  const signed: Signed = {
    data: encodeAscii(jws.signingInput),
    signature: decodeCanonical(jws.signature),
  }
  const tried: Key[] = []

  function tryKeys(keys: Keys): Awaitable<Key> {
    const untried = keys.set.candidates(algorithm, kid).filter((key) => !tried.includes(key))
    tried.push(...untried)
    return andThen(firstSigner(untried, algorithm, signed), (key) => key ?? tryNewer(keys))
  }

  /**
   * Issuers replace keys at any time, even under an old `kid` (RFC 7517 section 4.5 does not forbid
   * it): look for newer keys before the token is refused.
   */
  async function tryNewer(than: Keys): Promise<Key> {
    const newer = await source.newer(than, kid, emit)
    if (newer !== undefined) return tryKeys(newer)
    throw new InvalidTokenError(tried.length > 0 ? 'signature' : 'unknown-key')
  }

  return andThen(source.current(emit), tryKeys)
}

/** The first of these keys that has signed; undefined if none has. */
function firstSigner(
  [key, ...others]: readonly Key[],
  algorithm: Algorithm,
  signed: Signed,
): Awaitable<Key | undefined> {
  if (key === undefined) return undefined
  return andThen(hasSigned(key, algorithm, signed), (right) =>
    right ? key : firstSigner(others, algorithm, signed),
  )
}

function hasSigned(key: Key, algorithm: Algorithm, signed: Signed): Awaitable<boolean> {
  return attempt(
    () => key.import(algorithm),
    (imported) => isRight(imported, signed),
    // The platform does not accept the key.
    () => false,
  )
}

async function readFixedSet(
  document: JSONWebKeySet,
  algorithms: readonly Algorithm[],
): Promise<KeySet> {
  try {
    const rules = { algorithms, issuer: undefined, spelling: 'strict', maxKeys: Infinity } as const
    return await readKeySet(document, rules, [], () => {})
  } catch (error) {
    if (error instanceof LoadError) return createKeySet([])
    throw error
  }
}
