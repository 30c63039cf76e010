import { createTestIssuer } from 'tollgate/testing'

type Algorithm = NonNullable<NonNullable<Parameters<typeof createTestIssuer>[0]>['alg']>
type PrivateKey = ReturnType<typeof createTestIssuer>['keys']['current']['privateJwk']

const made = new Map<Algorithm, PrivateKey>()

/**
 * The options of a test issuer that signs with an algorithm, whatever its key: the key is the same
 * at every call, because to make one for RSA takes longer than most tests.
 */
export function signingBy(alg: Algorithm): { alg: Algorithm; keys: readonly [PrivateKey] } {
  const key = made.get(alg) ?? createTestIssuer({ alg }).keys.current.privateJwk
  made.set(alg, key)
  return { alg, keys: [key] }
}
