import request from 'supertest'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { expect, it } from 'vitest'
import { createApp } from './calling-on.ts'

const issuer = createTestIssuer()
const client = { id: 'orders-api', secret: 'the-secret-of-the-orders-api' }

it('calls the next service with a token of its own for the same user, and gets it once', async () => {
  // The other service trusts the same issuer, and takes only tokens for itself.
  const invoices = createVerifier(issuer.trust({ audience: 'https://invoices.example.com' }))
  const seen: string[] = []
  const app = createApp(
    issuer.trust({ issuer: { issuer: issuer.url, client } }),
    async (_, init) => {
      const token = init.headers['authorization']?.replace('Bearer ', '') ?? ''
      const { subject, scopes } = await invoices.verify(token)
      seen.push(`${subject} ${scopes}`)
      return Response.json([])
    },
  )
  const alice = issuer.headers({ sub: 'alice', scope: 'orders:read' })
  await request(app).get('/invoices').set(alice).expect(200, [])
  await request(app).get('/invoices').set(alice).expect(200, [])
  expect(seen).toEqual(['alice invoices:read', 'alice invoices:read'])
  expect(issuer.requests.count('token')).toBe(1)
})
