import supertest from 'supertest'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, it } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/koa-jwt/after.ts'
import { createApp as createBefore } from '../../examples/migrate/koa-jwt/before.ts'
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

describeMigration({
  page: 'koa-jwt',
  issuer,
  before: () => createBefore(given).callback(),
  after: (changes) => createAfter({ ...issuer.trust(), ...changes }).callback(),
  alike: {
    'a good token': { token: () => issuer.mint({ email: 'alice@example.com' }) },
    'a scope': { path: '/orders', token: () => issuer.mint({ scope: 'a orders:read' }) },
    'no token where none is needed': { path: '/feed', headers: {} },
    'a token where none is needed': { path: '/feed' },
  },
  answers: {
    ...commonAnswers(issuer),
    'an expired token where none is needed': { path: '/feed', token: () => issuer.bad.expired() },
  },
  decisions: {
    ...commonDecisions(issuer),
    ...extensionDecision(issuer),
    ...expiryDecisions(issuer),
  },
})

it('with passthrough, an expired token counts as none before, and is refused after', async () => {
  const headers = { authorization: `Bearer ${issuer.bad.expired()}` }
  const before = createBefore(given).callback()
  await supertest(before).get('/feed').set(headers).expect(200, { hello: 'stranger' })
  const after = createAfter(issuer.trust()).callback()
  await supertest(after).get('/feed').set(headers).expect(401)
})
