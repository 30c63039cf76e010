import type { Express } from 'express'
import supertest from 'supertest'
import { authgear } from 'tollgate/issuers'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, expect, it } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/authgear-sample/after.ts'
import { createApp as createBefore } from '../../examples/migrate/authgear-sample/before.ts'
import { describeMigration } from './stage.ts'

const issuer = await serveTestIssuer({ alg: 'RS256' })
afterAll(() => issuer.close())
const endpoint = issuer.url
const resource = 'https://api.example.com'

/** The token of a person: its audience is the endpoint. */
const mint = (claims: Record<string, unknown> = {}) => issuer.mint({ aud: endpoint, ...claims })
const machine = { sub: 'client_id_m1', client_id: 'm1' }

const createBeforeApp = () => createBefore(endpoint)
const createAfterApp = (changes = {}) =>
  createAfter({
    issuer: authgear({ endpoint }),
    now: issuer.now,
    allowInsecureLoopback: true,
    ...changes,
  })

describeMigration({
  page: 'authgear-sample',
  issuer,
  mint,
  before: createBeforeApp,
  after: createAfterApp,
  alike: { 'the token of a person': {} },
  answers: {
    'no token': { headers: {} },
    'another scheme (`Basic`)': { headers: { authorization: 'Basic YTpi' } },
    'a malformed header (`Bearer a b`)': { headers: { authorization: 'Bearer a b' } },
    'an expired token': { token: () => issuer.bad.expired({ aud: endpoint }) },
    'a token that was changed': { token: () => issuer.bad.tampered({ aud: endpoint }) },
    'a key that the issuer does not have': {
      token: () => issuer.bad.unknownKid({ aud: endpoint }),
    },
  },
  decisions: {
    'the ID token of the same sign-in': { token: () => issuer.bad.idToken() },
    'a token of a machine for your API': {
      token: () => mint({ ...machine, aud: resource }),
      by: '`machines` of `authgear()`',
      options: { issuer: authgear({ endpoint, machines: { resource } }) },
    },
    'a token of a machine for another API': {
      token: () => mint({ ...machine, aud: 'https://other.example.com' }),
    },
    'a token whose `iss` is not the endpoint': {
      token: () => issuer.bad.wrongIssuer({ aud: endpoint }),
    },
    'a token without `exp`': { token: () => mint({ exp: undefined }) },
    'a token without `sub`': { token: () => mint({ sub: undefined }) },
    'a token that says it was issued in an hour': {
      token: () => issuer.mint({ aud: endpoint }, { age: -3600 }),
    },
    'a token that is bound to a certificate (`cnf`)': {
      token: () => mint({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
    },
    'a good token after another word than `Bearer`': { scheme: 'Token ' },
  },
})

it('the metadata and the keys are fetched for every request before, and once after', async () => {
  const fetches = async (app: Express): Promise<number[]> => {
    const { requests } = issuer
    const start = [requests.count('openid-configuration'), requests.count('jwks')]
    const headers = { authorization: `Bearer ${mint()}` }
    for (let times = 0; times < 3; times++) await supertest(app).get('/me').set(headers).expect(200)
    return [requests.count('openid-configuration'), requests.count('jwks')].map(
      (now, i) => now - (start[i] ?? 0),
    )
  }
  expect(await fetches(createBeforeApp())).toEqual([3, 3])
  expect(await fetches(createAfterApp())).toEqual([1, 1])
})

it('a slash at the end of the endpoint changes nothing after', async () => {
  const app = createAfterApp({ issuer: authgear({ endpoint: `${endpoint}/` }) })
  await supertest(app)
    .get('/me')
    .set({ authorization: `Bearer ${mint()}` })
    .expect(200)
})
