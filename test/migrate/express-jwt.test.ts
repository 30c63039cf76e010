import cors from 'cors'
import express from 'express'
import supertest from 'supertest'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, it } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/express-jwt/after.ts'
import { createApp as createBefore } from '../../examples/migrate/express-jwt/before.ts'
import { signingBy } from '../keys.ts'
import { describeMigration } from './stage.ts'
import { commonAnswers, commonDecisions, expiryDecisions, extensionDecision } from './tokens.ts'

const issuer = await serveTestIssuer(signingBy('RS256'))
afterAll(() => issuer.close())
const given = {
  issuer: issuer.url,
  audience: String(issuer.audience),
  jwksUri: String(issuer.metadata['jwks_uri']),
}
const preflight = {
  origin: 'https://app.example.com',
  'access-control-request-method': 'GET',
  'access-control-request-headers': 'authorization',
}

describeMigration({
  page: 'express-jwt',
  issuer,
  before: () => createBefore(given),
  after: (changes) => createAfter({ ...issuer.trust(), ...changes }),
  alike: {
    'a good token': { token: () => issuer.mint({ email: 'alice@example.com' }) },
    'a scope': { path: '/orders', token: () => issuer.mint({ scope: 'a orders:read' }) },
    'no token where none is needed': { path: '/feed', headers: {} },
    'a token where none is needed': { path: '/feed' },
  },
  answers: {
    ...commonAnswers(issuer),
    'a key that the issuer does not have': { token: () => issuer.bad.unknownKid() },
    'a preflight (`OPTIONS`) of a browser': { method: 'options', headers: preflight },
  },
  decisions: {
    ...commonDecisions(issuer),
    ...extensionDecision(issuer),
    ...expiryDecisions(issuer),
  },
})

it('a preflight is answered after, too, where cors() is before the guard', async () => {
  const app = express().use(cors(), createAfter(issuer.trust()))
  await supertest(app).options('/me').set(preflight).expect(204)
})
