/** Measures how much memory the issuers of a resolver take. It has to be started with --expose-gc. */
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { perform } from '../program.ts'
import { audience, mintTokens } from '../tokens.ts'

export interface Order {
  readonly count: number
  readonly alg: 'ES256' | 'RS256'
}

/** The result is a number of bytes: all that the process takes more than before. */
await perform(async ({ count, alg }: Order): Promise<number> => {
  const { jwks, keys } = createTestIssuer({ alg, audience })
  // Two keys, as at most issuers: one in use, and the next one or the one before.
  const published = [...jwks.keys, ...createTestIssuer({ alg }).jwks.keys]
  const { privateJwk } = keys.current
  const answer = async (url: string): Promise<Response> =>
    Response.json(
      url.endsWith('/jwks')
        ? { keys: published }
        : { issuer: issuerOf(url), jwks_uri: `${issuerOf(url)}/jwks` },
    )
  const verifier = createVerifier({
    issuer: (iss) => ({ issuer: iss }),
    audience,
    maxIssuers: count,
    tokenCache: false,
    fetch: (url) => answer(String(url)),
  })
  async function visit(tenant: number | string): Promise<void> {
    const url = `https://tenants.test/${tenant}`
    const [token = ''] = await mintTokens({ url, audience, alg, privateJwk }, 1)
    await verifier.verify(token)
  }

  for (let n = 0; n < 200; n++) await visit(`warm-up-${n}`)
  const before = await used()
  for (let n = 0; n < count; n++) await visit(n)
  const bytes = (await used()) - before
  if (verifier.health().length !== count) throw new Error('Not every issuer was kept')
  return bytes
})

function issuerOf(url: string): string {
  return url.slice(0, url.indexOf('/.well-known'))
}

/** The resident memory, because keys take memory outside of the heap. */
async function used(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('Start this with --expose-gc')
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return process.memoryUsage().rss
}
