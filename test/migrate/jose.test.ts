import { serveTestIssuer } from 'tollgate/testing'
import { afterAll } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/jose/after.ts'
import { createApp as createBefore } from '../../examples/migrate/jose/before.ts'
import { describeMigration } from './stage.ts'
import { commonAnswers, commonDecisions, expiryDecisions } from './tokens.ts'

const issuer = await serveTestIssuer({ alg: 'RS256' })
afterAll(() => issuer.close())
const given = {
  issuer: issuer.url,
  audience: String(issuer.audience),
  jwksUri: String(issuer.metadata['jwks_uri']),
}

describeMigration({
  page: 'jose',
  issuer,
  before: () => createBefore(given),
  after: (changes) => createAfter({ ...issuer.trust(), ...changes }),
  alike: {
    'a good token': { token: () => issuer.mint({ email: 'alice@example.com' }) },
    'a scope': { path: '/orders', token: () => issuer.mint({ scope: 'a orders:read' }) },
  },
  answers: commonAnswers(issuer),
  decisions: {
    ...commonDecisions(issuer),
    ...expiryDecisions(issuer),
    'a good token after `bearer`, in lower case': { scheme: 'bearer ' },
  },
})
