import { createVerifier } from 'tollgate'
import { createTestIssuer, hostileIdTokens } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { signIn } from '../identity.ts'

const issuer = createTestIssuer()
const verifier = createVerifier(issuer.trust())
const session = { nonce: 'n-0S6_WzA2Mj' }
const accessToken = issuer.mint({ sub: 'alice' })
const tokensWith = (idToken: string) => ({ id_token: idToken, access_token: accessToken })

it('knows who has signed in', async () => {
  const idToken = issuer.idToken({ sub: 'alice', ...session }, { accessToken })
  const { subject } = await signIn(verifier, session, tokensWith(idToken))
  expect(subject).toBe('alice')
})

const hostile = hostileIdTokens({ issuer, clientId: 'client-1', ...session, accessToken }).filter(
  ({ level, expects }) => level !== 'info' && expects === 'refusal',
)
describe('a sign-in', () => {
  it.each(hostile)('refuses $id: $title', async ({ token }) => {
    await expect(signIn(verifier, session, tokensWith(token))).rejects.toThrow()
  })
})
