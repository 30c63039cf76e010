import type { FetchLike } from 'tollgate'
import { createVerifier } from 'tollgate'
import { serveTestIssuer } from 'tollgate/testing'
import { Agent as Agent7, fetch as fetch7 } from 'undici'
import { Agent as Agent6, fetch as fetch6 } from 'undici6'
import { describe, expect, it } from 'vitest'

describe('the fetch of undici as the option fetch', () => {
  const agent6 = new Agent6()
  const agent7 = new Agent7()
  const fetches: readonly (readonly [string, FetchLike])[] = [
    ['undici 6', fetch6],
    ['undici 7', fetch7],
    ['undici 6 with an agent', (url, init) => fetch6(url, { ...init, dispatcher: agent6 })],
    ['undici 7 with an agent', (url, init) => fetch7(url, { ...init, dispatcher: agent7 })],
  ]

  it.each(fetches)('the fetch of %s fetches metadata and keys', async (_, fetch) => {
    const issuer = await serveTestIssuer()
    try {
      const verifier = createVerifier({ ...issuer.trust(), fetch })
      const auth = await verifier.verify(issuer.mint())
      expect(auth.issuer).toBe(issuer.url)
      expect(issuer.requests.count('jwks')).toBe(1)
    } finally {
      await issuer.close()
    }
  })
})
