import { createAuth, getAuth } from 'tollgate/fetch'
import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

// An app whose module takes no options: they are what production has.
const { guard } = createAuth({
  issuer: 'https://login.example.com',
  audience: 'https://api.example.com',
})
const me = guard((request) => Response.json({ id: getAuth(request).subject }))

const issuer = createTestIssuer({
  url: 'https://login.example.com',
  audience: 'https://api.example.com',
})
let interception: Disposable
beforeAll(() => {
  interception = issuer.interceptGlobalFetch()
})
afterAll(() => interception[Symbol.dispose]())

it('trusts the issuer of its configuration, which is a test issuer here', async () => {
  const headers = issuer.headers({ sub: 'alice' })
  const answer = await me(new Request('https://api.example.com/me', { headers }))
  expect(await answer.json()).toEqual({ id: 'alice' })
})
