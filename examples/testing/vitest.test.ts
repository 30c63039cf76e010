import request from 'supertest'
import { expect, test } from 'tollgate/vitest'
import { createApp } from '../express.ts'

test.override({ issuerOptions: { audience: 'https://orders.example.com' } })

test('a token expires', async ({ issuer }) => {
  const app = createApp(issuer.trust())
  const get = (token: string) => request(app).get('/orders').auth(token, { type: 'bearer' })
  const token = issuer.mint({ sub: 'alice', scope: 'orders:read' })
  expect(token).toBeJwt({ claims: { aud: 'https://orders.example.com' } })
  expect(await get(token)).toBeAuthorized()
  issuer.clock.advance(3600)
  expect(await get(token)).toBeUnauthorized({ error: 'invalid_token' })
})
