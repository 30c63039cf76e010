import { serveTestIssuer } from 'tollgate/testing'
import { afterAll } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/passport-jwt/after.ts'
import { createApp as createBefore } from '../../examples/migrate/passport-jwt/before.ts'
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
  page: 'passport-jwt',
  issuer,
  before: () => createBefore(given),
  after: (changes) => createAfter({ ...issuer.trust(), ...changes }),
  alike: {
    'a good token': { token: () => issuer.mint({ email: 'alice@example.com' }) },
    'a scope': { path: '/orders', token: () => issuer.mint({ scope: 'a orders:read' }) },
  },
  answers: {
    ...commonAnswers(issuer),
    'a key that the issuer does not have': { token: () => issuer.bad.unknownKid() },
  },
  decisions: {
    ...commonDecisions(issuer),
    ...extensionDecision(issuer),
    ...expiryDecisions(issuer),
  },
})
