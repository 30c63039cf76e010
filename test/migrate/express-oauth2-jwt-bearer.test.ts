import type { Express } from 'express'
import express from 'express'
import supertest from 'supertest'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, expect, it, onTestFinished, vi } from 'vitest'
import { createApp as createAfter } from '../../examples/migrate/express-oauth2-jwt-bearer/after.ts'
import { signingBy } from '../keys.ts'
import { describeMigration } from './stage.ts'
import { commonAnswers, commonDecisions } from './tokens.ts'

// Not imported by its name, because the library declares `req.auth` for every request of Express in
// the program, which would hide from other tests that tollgate does not.
const { href } = new URL(
  '../../examples/migrate/express-oauth2-jwt-bearer/before.ts',
  import.meta.url,
)
const { createApp: createBefore } = (await import(/* @vite-ignore */ href)) as {
  createApp(options?: { issuerBaseURL?: string; audience?: unknown; strict?: boolean }): Express
}

const issuer = await serveTestIssuer(signingBy('RS256'))
afterAll(() => issuer.close())
const { url: issuerBaseURL, audience } = issuer

describeMigration({
  page: 'express-oauth2-jwt-bearer',
  issuer,
  before: () => createBefore({ issuerBaseURL, audience }),
  after: (changes) => createAfter({ ...issuer.trust(), ...changes }),
  alike: {
    'a good token': { token: () => issuer.mint({ email: 'alice@example.com' }) },
    'a scope': { path: '/orders', token: () => issuer.mint({ scope: 'orders:read a' }) },
    'a claim': { path: '/reports', token: () => issuer.mint({ tenant: 'acme' }) },
    'no token where none is needed': { path: '/feed', headers: {} },
    'a token where none is needed': { path: '/feed' },
  },
  answers: {
    ...commonAnswers(issuer),
    'a claim has another value': { path: '/reports', token: () => issuer.mint({ tenant: 'b' }) },
    'an expired token where none is needed': { path: '/feed', token: () => issuer.bad.expired() },
  },
  decisions: {
    ...commonDecisions(issuer),
    'one that expired 8 seconds ago': {
      token: () => issuer.bad.expired({}, 8),
      by: '`clockTolerance: 5`',
      options: { clockTolerance: 5 },
    },
    'a token in the query (`?access_token=…`)': {
      query: () => ({ access_token: issuer.mint() }),
      headers: {},
    },
    'a list in the claim `scope`': {
      path: '/orders',
      token: () => {
        const [, payload = ''] = issuer.mint().split('.')
        const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
        return issuer.mint({}, { raw: JSON.stringify({ ...claims, scope: ['orders:read'] }) })
      },
      by: "`profile: 'jwt'`",
      options: { profile: 'jwt' },
    },
  },
})

it('a token in the body of a form is read before, and not after', async () => {
  const post = (app: Express) =>
    supertest(express().use(express.urlencoded(), app))
      .get('/me')
      .type('form')
      .send({ access_token: issuer.mint() })
  await post(createBefore({ issuerBaseURL, audience })).expect(200)
  await post(createAfter(issuer.trust())).expect(401)
})

it('with strict: true, express-oauth2-jwt-bearer refuses what does not follow RFC 9068, too', async () => {
  const app = createBefore({ issuerBaseURL, audience, strict: true })
  const get = (token: string) =>
    supertest(app)
      .get('/me')
      .set({ authorization: `Bearer ${token}` })
  await get(issuer.mint()).expect(200)
  await get(issuer.mint({}, { header: { typ: 'JWT' } })).expect(401)
  await get(issuer.mint({ client_id: undefined })).expect(401)
})

it('where a token is optional, an expired one counts as none before, and is refused after', async () => {
  const headers = { authorization: `Bearer ${issuer.bad.expired()}` }
  const before = createBefore({ issuerBaseURL, audience })
  await supertest(before).get('/feed').set(headers).expect(200, { hello: 'stranger' })
  await supertest(createAfter(issuer.trust())).get('/feed').set(headers).expect(401)
})

it('an issuer that ends in a slash may be written without it before, and not after', async () => {
  await using slashed = await serveTestIssuer({ alg: 'RS256', path: '/' })
  const bare = slashed.url.replace(/\/$/, '')
  const get = (app: Express) => supertest(app).get('/me').use(slashed.as())
  await get(createBefore({ issuerBaseURL: bare, audience })).expect(200)
  await get(createAfter(slashed.trust({ issuer: bare }))).expect(401)
  await get(createAfter(slashed.trust())).expect(200)
})

it('the environment is read before, and not after', async () => {
  vi.stubEnv('ISSUER_BASE_URL', issuerBaseURL)
  vi.stubEnv('AUDIENCE', String(audience))
  onTestFinished(() => void vi.unstubAllEnvs())
  await supertest(createBefore({})).get('/me').use(issuer.as()).expect(200)
  expect(() => createAfter({} as never)).toThrow(TypeError)
})

it('the challenge tells why a token is refused before, and not after', async () => {
  const headers = { authorization: `Bearer ${issuer.bad.wrongAudience()}` }
  const before = await supertest(createBefore({ issuerBaseURL, audience })).get('/me').set(headers)
  expect(before.headers['www-authenticate']).toContain("Unexpected 'aud' value")
  const after = await supertest(createAfter(issuer.trust())).get('/me').set(headers)
  expect(after.headers['www-authenticate']).not.toContain('aud')
})
