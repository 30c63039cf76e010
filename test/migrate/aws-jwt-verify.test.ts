import { CognitoJwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'
import supertest from 'supertest'
import { cognito } from 'tollgate/issuers'
import { createTestIssuer } from 'tollgate/testing'
import { expect, it } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/aws-jwt-verify/after.ts'
import {
  createApp as createBefore,
  settings,
} from '../../examples/migrate/aws-jwt-verify/before.ts'
import { describeMigration } from './stage.ts'
import { commonAnswers, expiryDecisions, extensionDecision } from './tokens.ts'

const pool = {
  region: 'eu-west-1',
  userPool: settings.userPoolId,
  clients: settings.clientId,
}
const issuer = createTestIssuer({
  url: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123',
  alg: 'RS256',
  claims: {
    aud: undefined,
    client_id: settings.clientId,
    token_use: 'access',
    username: 'alice',
    'cognito:groups': ['clerks'],
  },
})
/** Access tokens of Cognito have no `typ` in their header. */
const mint = (claims: Record<string, unknown> = {}) =>
  issuer.mint(claims, { header: { typ: undefined } })

/** Has its keys from the test issuer: by itself, the library asks AWS. */
function createBeforeApp() {
  const fetcher = {
    async fetch(): Promise<ArrayBuffer> {
      const answer = await issuer.fetch(String(issuer.metadata['jwks_uri']))
      if (!answer.ok) throw new Error(`status ${answer.status}`)
      return answer.arrayBuffer()
    },
  }
  const jwksCache = new SimpleJwksCache({ fetcher })
  return createBefore(CognitoJwtVerifier.create(settings, { jwksCache }))
}
const { fetch, now } = issuer
const createAfterApp = (changes = {}) =>
  createAfter({ issuer: cognito(pool), fetch, now, ...changes })

describeMigration({
  page: 'aws-jwt-verify',
  issuer,
  mint,
  before: createBeforeApp,
  after: createAfterApp,
  alike: {
    'a good token': {},
    'a scope': { path: '/orders', token: () => mint({ scope: 'openid orders/read' }) },
    'a group': { method: 'delete', path: '/orders/1' },
  },
  answers: {
    ...commonAnswers(issuer),
    'a group is missing': {
      method: 'delete',
      path: '/orders/1',
      token: () => mint({ 'cognito:groups': ['sellers'] }),
    },
  },
  decisions: {
    'an access token that is bound to your API (`aud`)': {
      token: () => mint({ aud: 'https://api.example.com' }),
      by: '`audience` of `cognito()`',
      options: { issuer: cognito({ ...pool, audience: 'https://api.example.com' }) },
    },
    'one that is bound to another API': { token: () => mint({ aud: 'https://other.example.com' }) },
    'one without `iat`': { token: () => mint({ iat: undefined }) },
    'one without `sub`': { token: () => mint({ sub: undefined }) },
    'one that says it was issued in an hour': { token: () => issuer.mint({}, { age: -3600 }) },
    'one that is bound to a certificate (`cnf`)': {
      token: () => mint({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
    },
    ...extensionDecision(issuer),
    ...expiryDecisions(issuer),
  },
})

it.each([
  ['an ID token', { aud: settings.clientId, client_id: undefined, token_use: 'id' }],
  ['a token of another client', { client_id: 'other' }],
  ['a token of another user pool', { iss: `${issuer.url}X` }],
])('both refuse %s', async (_, claims) => {
  const headers = { authorization: `Bearer ${mint(claims)}` }
  await supertest(createBeforeApp()).get('/me').set(headers).expect(401)
  await supertest(createAfterApp()).get('/me').set(headers).expect(401)
})

it('the app before takes keys by cacheJwks as well, as its tests do', async () => {
  const verifier = CognitoJwtVerifier.create(settings)
  verifier.cacheJwks(issuer.jwks as Parameters<typeof verifier.cacheJwks>[0])
  const headers = { authorization: `Bearer ${mint()}` }
  const { body } = await supertest(createBefore(verifier)).get('/me').set(headers).expect(200)
  expect(body).toEqual({ id: 'user-1', username: 'alice' })
})
