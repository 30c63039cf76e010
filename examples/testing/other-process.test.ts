import type { RemoteTestIssuer, ServedTestIssuer } from 'tollgate/testing'
import { connectTestIssuer, faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'

// Here it is in this process. `npx tollgate issuer -- npm run e2e` sets these variables instead.
let elsewhere: ServedTestIssuer
let variables: Readonly<Record<string, string>>
beforeAll(async () => {
  elsewhere = await serveTestIssuer()
  variables = elsewhere.env
})
afterAll(() => elsewhere.close())

let issuer: RemoteTestIssuer
beforeAll(async () => {
  const { TOLLGATE_CONTROL_URL: url = 'http://localhost:4400', TOLLGATE_CONTROL_TOKEN } = variables
  const wanted = TOLLGATE_CONTROL_TOKEN !== undefined
  issuer = await connectTestIssuer(url, wanted ? { controlToken: TOLLGATE_CONTROL_TOKEN } : {})
})
afterEach(() => issuer.reset())

it('mints tokens, rotates keys and breaks endpoints of an issuer in another process', async () => {
  const token = await issuer.mint({ sub: 'alice', scope: 'orders:read' })
  expect(token).toMatch(/^eyJ/)
  const expired = await issuer.bad.expired({ sub: 'alice' })
  expect(expired).not.toBe(token)

  await issuer.rotate({ overlap: false })
  {
    await using _ = await issuer.fail('jwks', faults.status(503))
    expect((await fetch(`${issuer.url}/jwks`)).status).toBe(503)
  }
  expect((await fetch(`${issuer.url}/jwks`)).status).toBe(200)
  expect(await issuer.requests()).toHaveLength(2)
})
