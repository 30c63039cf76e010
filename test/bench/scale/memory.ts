/** Measures how much memory cached tokens take. It has to be started with --expose-gc. */
import { createPublicKey } from 'node:crypto'
import { createVerifier as createFastVerifier } from 'fast-jwt'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { perform } from '../program.ts'
import { audience, mintTokens } from '../tokens.ts'

export interface Order {
  readonly contender: 'tollgate' | 'fast-jwt'
  readonly count: number
  /** How often each token comes. */
  readonly times: number
}

/** How many tokens are minted and verified at once. The tokens themselves are not kept. */
const together = 500
const alg = 'ES256'

/** The result is a number of bytes. */
await perform(async ({ contender, count, times }: Order): Promise<number> => {
  const { url, jwks, keys } = createTestIssuer({ alg, audience })
  const minter = { url, audience, alg, privateJwk: keys.current.privateJwk } as const
  const verifiers = {
    tollgate: () =>
      createVerifier({ issuer: { issuer: url, jwks }, audience, tokenCache: count }).verify,
    'fast-jwt': () =>
      createFastVerifier({
        key: createPublicKey({ key: keys.current.publicJwk as object, format: 'jwk' })
          .export({ type: 'spki', format: 'pem' })
          .toString(),
        cache: count,
        // Longer than the tokens are valid. By default, fast-jwt drops them after ten minutes.
        cacheTTL: 7_200_000,
        allowedIss: url,
        allowedAud: audience,
      }),
  }
  const warm = await mintTokens(minter, together)
  const warmUp: (token: string) => unknown = verifiers[contender]()
  for (const token of warm) await warmUp(token)

  const verify: (token: string) => unknown = verifiers[contender]()
  const before = used()
  for (let done = 0; done < count; done += together) {
    const tokens = await mintTokens(minter, together)
    for (let time = 0; time < times; time++) await Promise.all(tokens.map(verify))
  }
  const bytes = used() - before
  // Uses the verifier once more, so that it was not collected before its memory was measured.
  await verify(warm[0] as string)
  return bytes
})

function used(): number {
  if (globalThis.gc === undefined) throw new Error('Start this with --expose-gc')
  for (let i = 0; i < 4; i++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
