import { createTestIssuer } from 'tollgate/testing'

type Algorithm = NonNullable<NonNullable<Parameters<typeof createTestIssuer>[0]>['alg']>
type PrivateKey = ReturnType<typeof createTestIssuer>['keys']['current']['privateJwk']

const made = new Map<string, PrivateKey>()

/**
 * The options of a test issuer that signs with an algorithm, whatever its key: the key is the same
 * at every call, and that of RSA for each of its algorithms, because to make one for RSA takes
 * longer than most tests.
 */
export function signingBy(alg: Algorithm): { alg: Algorithm; keys: readonly [PrivateKey] } {
  const type = /^[RP]S/.test(alg) ? 'RSA' : alg
  const key = made.get(type) ?? createTestIssuer({ alg }).keys.current.privateJwk
  made.set(type, key)
  return { alg, keys: [{ ...key, alg }] }
}
