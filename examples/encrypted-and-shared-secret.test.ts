import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import { SignJWT } from 'jose'
import request from 'supertest'
import { createTestIssuer } from 'tollgate/testing'
import { expect, it } from 'vitest'
import * as encrypted from './encrypted-tokens.ts'
import * as shared from './shared-secret.ts'

it('accepts tokens that are signed with the secret, and no others', async () => {
  const secret = randomBytes(32)
  const app = shared.createApp(shared.settings(secret.toString('base64')))
  const token = (key: Uint8Array): Promise<string> =>
    new SignJWT({ client_id: 'app' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuer('https://login.example.com')
      .setAudience('https://api.example.com')
      .setSubject('alice')
      .setJti('1')
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign(key)

  const bearer = { Authorization: `Bearer ${await token(new Uint8Array(secret))}` }
  await request(app).get('/me').set(bearer).expect(200, { id: 'alice' })
  const forged = { Authorization: `Bearer ${await token(new Uint8Array(randomBytes(32)))}` }
  await request(app).get('/me').set(forged).expect(401)
})

it('the routes of such an API are tested with a test issuer, which needs no secret', async () => {
  const issuer = createTestIssuer()
  const app = shared.createApp(issuer.trust())
  await request(app)
    .get('/me')
    .use(issuer.as({ sub: 'alice' }))
    .expect(200, { id: 'alice' })
})

it('accepts tokens that are encrypted to the API, and no others', async () => {
  const issuer = createTestIssuer()
  const decryption = { ...issuer.decryption, required: true }
  const app = encrypted.createApp(issuer.trust({ issuer: { issuer: issuer.url, decryption } }))
  const token = issuer.mint({ sub: 'alice' })

  const bearer = { Authorization: `Bearer ${issuer.encrypt(token)}` }
  await request(app).get('/me').set(bearer).expect(200, { id: 'alice' })
  await request(app)
    .get('/me')
    .set({ Authorization: `Bearer ${token}` })
    .expect(401)
})

it('the settings of production accept what is encrypted to their keys', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key: JWK = { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: 'api-2026' }
  const issuer = createTestIssuer({
    url: 'https://login.example.com',
    audience: 'https://api.example.com',
  })
  const app = encrypted.createApp({
    ...encrypted.settings([key]),
    fetch: issuer.fetch,
    now: issuer.now,
  })
  const bearer = {
    Authorization: `Bearer ${issuer.encrypt(issuer.mint({ sub: 'alice' }), { key })}`,
  }
  const { body } = await request(app).get('/me').set(bearer).expect(200)
  expect(body).toEqual({ id: 'alice' })
})
