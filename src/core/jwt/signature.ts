import type { CryptoKey, JSONWebKeySet } from 'jose'
import { compactVerify } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Key } from '../keys/key.ts'
import type { KeySet } from '../keys/key-set.ts'
import { createKeySet, readKeySet } from '../keys/key-set.ts'
import type { KeySource, Keys } from '../keys/source.ts'
import { LoadError } from '../remote/load-error.ts'
import type { JwsHeader } from './header-cache.ts'
import type { CompactJws } from './jws.ts'
import { checkSize, formFlaw, isJws, readJws } from './jws.ts'
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
  if (!isJws(token)) throw new InvalidTokenError(formFlaw(token))
  const jws = readJws(token)
  const { header, payload } = jws
  const algorithm = allowedAlgorithm(header, algorithms)
  checkCritical(header)
  const set = await readFixedSet(keys, algorithms)
  const source = {
    current: () => ({ set, startedForCaller: true }),
    newer: async () => undefined,
  }
  return { header, payload, key: await findSigner(jws, algorithm, source) }
}

/**
 * The one place where a signature is checked: gives the key that has signed the token. The source
 * may fetch newer keys when it does not hold the right one.
 *
 * @throws InvalidTokenError (`unknown-key`, `signature`), UnavailableError if keys cannot be had.
 */
export async function findSigner(
  jws: CompactJws,
  algorithm: Algorithm,
  source: Pick<KeySource, 'current' | 'newer'>,
): Promise<Key> {
  const { kid } = jws.header
  const tried: Key[] = []
  const current = source.current()
  let keys: Keys | undefined = current instanceof Promise ? await current : current
  while (keys !== undefined) {
    for (const key of keys.set.candidates(algorithm, kid)) {
      if (tried.includes(key)) continue
      tried.push(key)
      if (await hasSigned(key, algorithm, jws)) return key
    }
    // Issuers replace keys at any time, even under an old `kid` (RFC 7517 section 4.5 does not
    // forbid it): look for newer keys before the token is refused.
    keys = await source.newer(keys, kid)
  }
  throw new InvalidTokenError(tried.length > 0 ? 'signature' : 'unknown-key')
}

/**
 * No async function, and no wait for a key that has been imported: that saves 1 µs for each token.
 */
function hasSigned(key: Key, algorithm: Algorithm, { token }: CompactJws): Promise<boolean> {
  const check = (imported: CryptoKey) => compactVerify(token, imported, { algorithms: [algorithm] })
  const imported = key.import(algorithm)
  const checked = imported instanceof Promise ? imported.then(check) : check(imported)
  return checked.then(
    () => true,
    // Errors of jose quote the token, so nothing of them is passed on.
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
