import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { createAuth } from 'tollgate/express'
import * as presets from 'tollgate/issuers'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { behindAuth0, createApp as createAuth0App } from '../../examples/issuers/auth0.ts'
import {
  behindAuthgear,
  behindAuthgearForPeople,
  behindAuthgearInCluster,
  createApp as createAuthgearApp,
} from '../../examples/issuers/authgear.ts'
import { behindCloudRun, createApp as createCloudRunApp } from '../../examples/issuers/cloud-run.ts'
import {
  behindGithubActions,
  createApp as createGithubActionsApp,
} from '../../examples/issuers/github-actions.ts'
import { behindGitlab, createApp as createGitlabApp } from '../../examples/issuers/gitlab.ts'
import { behindGoogleIap } from '../../examples/issuers/google-iap.ts'
import { asPod } from '../../examples/issuers/kubernetes.ts'
import type { Change, Scene } from './stage.ts'
import { createStage } from './stage.ts'

const root = join(import.meta.dirname, '..', '..')
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('examples/issuers/authgear.ts', () => {
  const endpoint = 'https://my-project.authgear.cloud'
  const claim = (name: string): string => `https://authgear.com/claims/user/${name}`
  const person = {
    sub: 'e3079029-f123-4c56-80c1-c2cd63a5b6af',
    aud: [endpoint],
    client_id: '497d841ea22f33d3',
    jti: 'j',
    scope: 'openid',
    [claim('is_verified')]: true,
    [claim('is_anonymous')]: false,
    [claim('roles')]: ['salesperson'],
  }
  const machine = {
    ...Object.fromEntries(Object.keys(person).map((name) => [name, undefined])),
    sub: 'client_id_b892697a2075af58',
    aud: ['https://myapi.com/api'],
    client_id: 'b892697a2075af58',
    jti: 'j',
    scope: 'read:orders',
  }
  const scene: Scene = {
    issuer: behindAuthgear.issuer,
    keysAt: `${endpoint}/oauth2/jwks`,
    metadata: { at: `${endpoint}/.well-known/openid-configuration`, says: { issuer: endpoint } },
    token: { typ: 'at+jwt', claims: person },
  }
  const { options, mint } = createStage(scene)
  const app = createAuthgearApp({ ...behindAuthgear, ...options })
  const get = (path: string, change: Change) =>
    supertest(app)
      .get(path)
      .set(bearer(mint(change)))

  it('one requirement serves people by their roles, and machines by their scopes', async () => {
    await get('/orders', {}).expect(200)
    await get('/orders', { claims: machine }).expect(200)
    await get('/orders', { claims: { [claim('roles')]: [] } }).expect(403)
    await get('/orders', { claims: { [claim('roles')]: [], scope: 'openid read:orders' } }).expect(
      403,
    )
    await get('/orders', { claims: { ...machine, scope: 'write:orders' } }).expect(403)
  })

  it('a route may be for verified people alone', async () => {
    await get('/account', {}).expect(200, { of: person.sub })
    await get('/account', { claims: { [claim('is_verified')]: false } }).expect(403)
    await get('/account', { claims: machine }).expect(403)
  })

  it('the token of a person from another application is refused, unless every application may', async () => {
    const other = { claims: { client_id: '1111111111111111' } }
    await get('/orders', other).expect(401)
    const all = createAuthgearApp({ ...behindAuthgearForPeople, ...createStage(scene).options })
    await supertest(all).get('/account').set(bearer(mint())).expect(200)
    const people = createVerifier({ ...options, ...behindAuthgearForPeople })
    expect((await people.verify(mint(other))).clientId).toBe('1111111111111111')
  })

  it('T16: without its entry in allowInsecureHosts, the endpoint in the cluster is refused', () => {
    createAuth(behindAuthgearInCluster)
    expect(() => createAuth({ issuer: behindAuthgearInCluster.issuer })).toThrow(
      /allowInsecureHosts/,
    )
  })
})

it('examples/issuers/auth0.ts has a route for a permission and one for a scope', async () => {
  const at = 'https://acme.eu.auth0.com/'
  const { options, mint } = createStage({
    ...behindAuth0,
    keysAt: `${at}.well-known/jwks.json`,
    metadata: { at: `${at}.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      typ: 'JWT',
      claims: {
        sub: 'auth0|1',
        aud: behindAuth0.audience,
        azp: 'web',
        permissions: ['read:orders'],
      },
    },
  })
  const app = createAuth0App({ ...behindAuth0, ...options })
  const get = (path: string, change: Change) =>
    supertest(app)
      .get(path)
      .set(bearer(mint(change)))
  await get('/orders', {}).expect(200)
  await get('/orders', { claims: { permissions: [] } }).expect(403)
  await get('/invoices', { claims: { scope: 'openid read:invoices' } }).expect(200)
  await get('/invoices', {}).expect(403)
})

it('examples/issuers/cloud-run.ts lets in the service accounts that it names, and no other', async () => {
  const { options, mint } = createStage({
    ...behindCloudRun,
    keysAt: 'https://www.googleapis.com/oauth2/v3/certs',
    metadata: {
      at: 'https://accounts.google.com/.well-known/openid-configuration',
      says: { issuer: 'https://accounts.google.com' },
    },
    token: {
      typ: 'JWT',
      claims: {
        sub: '113774264463038321964',
        aud: 'https://orders-abc-ew.a.run.app',
        azp: '113774264463038321964',
        email: 'job@acme-shop.iam.gserviceaccount.com',
      },
    },
  })
  const app = createCloudRunApp({ ...behindCloudRun, ...options })
  const post = (change: Change) =>
    supertest(app)
      .post('/orders/expire')
      .set(bearer(mint(change)))
  await post({}).expect(200)
  await post({ claims: { email: 'job@evil.iam.gserviceaccount.com' } }).expect(403)
  await post({ claims: { email: undefined } }).expect(403)
})

it('examples/issuers/github-actions.ts lets in the repository that it names, and no other', async () => {
  const at = behindGithubActions.issuer.issuer
  const { options, mint } = createStage({
    ...behindGithubActions,
    keysAt: `${at}/.well-known/jwks`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      typ: 'JWT',
      claims: {
        sub: 'repo:acme/shop:ref:refs/heads/main',
        aud: 'https://api.acme.com',
        repository: 'acme/shop',
        repository_id: '74',
        ref: 'refs/heads/main',
      },
    },
  })
  const app = createGithubActionsApp({ ...behindGithubActions, ...options })
  const post = (claims: Change['claims']) =>
    supertest(app)
      .post('/deployments')
      .set(bearer(mint({ claims: claims ?? {} })))
  await post({}).expect(200)
  await post({ repository: 'evil/shop', repository_id: '75' }).expect(403)
  await post({ ref: 'refs/heads/other' }).expect(403)
})

it('examples/issuers/gitlab.ts lets in the project that it names, and no other', async () => {
  const at = behindGitlab.issuer.issuer
  const { options, mint } = createStage({
    ...behindGitlab,
    keysAt: `${at}/oauth/discovery/keys`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      typ: 'JWT',
      claims: {
        sub: 'project_path:acme/shop:ref_type:branch:ref:main',
        aud: 'https://api.acme.com',
        project_path: 'acme/shop',
        project_id: '22',
        ref_protected: 'true',
      },
    },
  })
  const app = createGitlabApp({ ...behindGitlab, ...options })
  const post = (claims: Change['claims']) =>
    supertest(app)
      .post('/deployments')
      .set(bearer(mint({ claims: claims ?? {} })))
  await post({}).expect(200)
  await post({ project_path: 'evil/shop', project_id: '23' }).expect(403)
  await post({ ref_protected: 'false' }).expect(403)
})

it('examples/issuers/kubernetes.ts fetches keys with the token of the pod, as it is now', async () => {
  const mounted = mkdtempSync(join(tmpdir(), 'tollgate-'))
  const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('{}'))
  onTestFinished(() => {
    fetch.mockRestore()
    rmSync(mounted, { recursive: true })
  })
  const init = { headers: { accept: 'application/json' }, redirect: 'manual' } as const
  for (const token of ['first', 'second']) {
    writeFileSync(join(mounted, 'token'), `${token}\n`)
    await asPod(mounted)('https://kubernetes.default.svc/openid/v1/jwks', {
      ...init,
      signal: new AbortController().signal,
    })
    expect(fetch).toHaveBeenLastCalledWith(
      'https://kubernetes.default.svc/openid/v1/jwks',
      expect.objectContaining({
        redirect: 'manual',
        headers: { accept: 'application/json', authorization: `Bearer ${token}` },
      }),
    )
  }
})

it('examples/issuers/google-iap.ts reads the assertion of the proxy, and no Authorization', async () => {
  const { options, mint } = createStage({
    issuer: behindGoogleIap.issuer,
    keysAt: 'https://www.gstatic.com/iap/verify/public_key-jwk',
    alg: 'ES256',
    token: {
      typ: 'JWT',
      claims: {
        sub: 'accounts.google.com:1',
        aud: '/projects/123456789/global/backendServices/987654321',
      },
    },
  })
  const { requireAuth } = createAuth({ ...behindGoogleIap, ...options })
  const { default: express } = await import('express')
  const app = express().get('/', requireAuth(), (_, res) => void res.json({}))
  await supertest(app).get('/').set({ 'x-goog-iap-jwt-assertion': mint() }).expect(200)
  await supertest(app).get('/').set(bearer(mint())).expect(401)
})

describe('docs/issuers', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const index = readFileSync(join(root, 'docs', 'issuers', 'README.md'), 'utf8')
  const pages = readdirSync(join(root, 'docs', 'issuers')).filter((page) => page !== 'README.md')
  /** What the entry exports beside presets. */
  const others = ['authgearUser', 'fetchWithHost']
  const names = Object.keys(presets).filter((name) => !others.includes(name))
  const pageOf = (name: string): string =>
    `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`

  it('every preset has a page, and every page a preset', () => {
    expect(pages.toSorted()).toEqual(names.map(pageOf).toSorted())
  })

  it.each(names)('%s has a row in the index, with its page, and a link in the README', (name) => {
    const row = index
      .split('\n')
      .find((line) => line.includes(`\`${name}(`) && line.startsWith('|'))
    expect(row).toContain(`(${pageOf(name)})`)
    expect(readme).toContain(`(docs/issuers/${pageOf(name)})`)
  })

  it.each(names)(
    'the page of %s says what to set, where things are and what goes wrong',
    (name) => {
      const text = readFileSync(join(root, 'docs', 'issuers', pageOf(name)), 'utf8')
      expect(text.match(/^## .*/gm)).toEqual([
        '## What to set',
        '## Where things are',
        '## What goes wrong',
      ])
      expect(text).toMatch(/live tenant/)
    },
  )

  it.each(names)(
    'what the page of %s shows can be pasted: imports, and whole statements',
    (name) => {
      const text = readFileSync(join(root, 'docs', 'issuers', pageOf(name)), 'utf8')
      const snippets = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
      expect(snippets[0]).toMatch(/^import /)
      expect(snippets.filter((code) => /^\s/.test(code))).toEqual([])
    },
  )
})
