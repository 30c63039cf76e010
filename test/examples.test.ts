import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import supertest from 'supertest'
import { createVerifier } from 'tollgate'
import { assertRejectsHostileTokens, createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { adapters } from '../examples/adapters.ts'
import { createApp as createClaimsApp } from '../examples/claims.ts'
import { explain } from '../examples/explain.ts'
import {
  behindCloudflareAccess,
  behindGoogleIap,
  createApp as createGatewayApp,
} from '../examples/gateway.ts'
import { createApp as createIdentityApp, signIn } from '../examples/identity.ts'
import { createApp as createRefusalsApp } from '../examples/refusals.ts'
import { createApp as createRolesApp } from '../examples/roles.ts'
import { createGreeter } from '../examples/verifier.ts'

const issuer = createTestIssuer()
const root = fileURLToPath(new URL('..', import.meta.url))

describe.each(Object.entries(adapters))('examples/%s.ts', async (name, open) => {
  const example = `examples/${name}.ts`
  const app = await open(issuer.trust())
  const alice = (scope: string) => issuer.as({ sub: 'alice', scope })

  it(`${example} has a public route`, () => supertest(app).get('/health').expect(200, { ok: true }))

  it(`${example} refuses every hostile token of the catalogue`, async () => {
    const { problems } = await assertRejectsHostileTokens(app, {
      issuer,
      path: '/orders',
      scope: 'orders:read',
    })
    expect(problems).toEqual([])
  })

  it(`${example} has a route for every caller with a good token`, async () => {
    await supertest(app).get('/me').expect(401)
    await supertest(app)
      .get('/me')
      .use(alice('a b'))
      .expect(200, { subject: 'alice', clientId: 'client-1', scopes: ['a', 'b'] })
  })

  it(`${example} has a route that needs a scope`, async () => {
    await supertest(app).get('/orders').use(alice('orders:write')).expect(403)
    await supertest(app).get('/orders').use(alice('orders:read')).expect(200)
  })

  it(`${example} has a route that only the owner of an order may use`, async () => {
    await supertest(app).patch('/orders/1').use(alice('orders:read')).expect(403)
    await supertest(app).patch('/orders/2').use(alice('orders:write')).expect(403)
    await supertest(app).patch('/orders/1').use(alice('orders:write')).expect(200, { changed: '1' })
  })

  it(`${example} has a route that greets callers with a token by name and accepts callers without one`, async () => {
    await supertest(app).get('/feed').expect(200, { hello: 'stranger' })
    await supertest(app).get('/feed').use(alice('')).expect(200, { hello: 'alice' })
    await supertest(app).get('/feed').auth(issuer.bad.expired(), { type: 'bearer' }).expect(401)
  })
})

describe('examples/claims.ts', () => {
  it('examples/claims.ts refuses tokens whose claims do not match its schema', async () => {
    const app = createClaimsApp(issuer.trust())
    const call = (claims: Record<string, unknown>) =>
      supertest(app).get('/tenant').use(issuer.as(claims))
    await call({ tenant: 'acme', roles: ['admin'] }).expect(200, { tenant: 'acme' })
    await call({ tenant: 'acme', roles: [] }).expect(403)
    await call({ tenant: 7, roles: ['admin'] }).expect(401)
  })
})

describe('examples/gateway.ts', () => {
  // As the documents of both gateways show their tokens.
  it.each([
    ['Google IAP', behindGoogleIap, 'accounts.google.com:1', {}],
    [
      'Cloudflare Access',
      behindCloudflareAccess,
      '7335d417-61da-459d-899c-0a01c76a2f94',
      { type: 'app', identity_nonce: '6ei69kawdKzMIAPF', country: 'US' },
    ],
  ] as const)(
    'examples/gateway.ts admits what %s says of a caller, in the header of the gateway alone',
    async (_gateway, behind, sub, more) => {
      const { url, ...gateway } = createTestIssuer({
        url: behind.issuer.issuer,
        audience: behind.issuer.audience ?? [],
      })
      const { now, mint, bad } = gateway
      const asked: string[] = []
      const fetch: typeof gateway.fetch = async (key, init) => {
        asked.push(String(key))
        return gateway.fetch(`${url}/jwks`, init)
      }
      const app = createGatewayApp({ ...behind, fetch, now })
      const call = () => supertest(app).get('/me')
      const claims = {
        sub,
        email: 'ada@example.com',
        client_id: undefined,
        jti: undefined,
        ...more,
      }
      const assertion = mint(claims, { header: { typ: 'JWT' } })
      await call()
        .set(behind.tokenHeader, assertion)
        .expect(200, { subject: sub, email: 'ada@example.com' })
      await call().auth(assertion, { type: 'bearer' }).expect(401)
      await call().set(behind.tokenHeader, bad.expired()).expect(401)
      const others = mint({ ...claims, aud: 'another' }, { header: { typ: 'JWT' } })
      await call().set(behind.tokenHeader, others).expect(401)
      expect(asked).toEqual([behind.issuer.jwksUri])
    },
  )
})

describe('examples/roles.ts', () => {
  const app = createRolesApp(issuer.trust())
  type Call = [
    method: 'delete' | 'post',
    path: string,
    claims: Record<string, unknown>,
    status: number,
  ]
  const mayRefund = { entitlements: ['orders:refund'], tenant: 'umbrella', email_verified: true }
  it.each<Call>([
    ['delete', '/users/7', { roles: ['admin'] }, 200],
    ['delete', '/users/7', { roles: ['editor'] }, 403],
    ['delete', '/users/7', { scope: 'admin' }, 403],
    ['post', '/refunds', mayRefund, 200],
    ['post', '/refunds', { ...mayRefund, entitlements: [] }, 403],
    ['post', '/refunds', { ...mayRefund, tenant: 'other' }, 403],
    ['post', '/refunds', { ...mayRefund, email_verified: false }, 403],
    ['post', '/refunds', { ...mayRefund, act: { sub: 'support' } }, 403],
    ['post', '/operations/listOrders', { scope: 'orders:read' }, 200],
    ['post', '/operations/listOrders', {}, 403],
    ['post', '/operations/closeShop', { roles: ['owner'] }, 200],
    ['post', '/operations/closeShop', { roles: [] }, 403],
  ])(
    'examples/roles.ts answers %s %s to a token with %j with %i',
    async (method, path, claims, status) => {
      await supertest(app)[method](path).use(issuer.as(claims)).expect(status)
      await supertest(app)[method](path).expect(401)
    },
  )
})

describe('examples/refusals.ts', () => {
  it('examples/refusals.ts logs each refusal in one line, and answers it with the headers and the body of the error', async () => {
    const lines: string[] = []
    const app = createRefusalsApp(issuer.trust(), (line) => lines.push(line))
    const call = () => supertest(app).get('/orders')
    const none = await call().expect(401)
    const lacking = await call()
      .use(issuer.as({ sub: 'alice' }))
      .expect(403)
    await call()
      .use(issuer.as({ scope: 'orders:read' }))
      .expect(200)
    expect(none.headers['www-authenticate']).toBe('Bearer realm="api", scope="orders:read"')
    expect(none.body).toEqual({
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      scope: 'orders:read',
      help: 'https://api.example.com/help',
    })
    expect(lacking.headers['www-authenticate']).toContain('error="insufficient_scope"')
    expect(lacking.body).toMatchObject({ status: 403, error: 'insufficient_scope' })
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { refused: 'no-credentials', status: 401, path: '/orders' },
      { refused: 'scope', status: 403, path: '/orders', client: 'client-1' },
    ])
    expect(lines.join()).not.toContain('alice')
  })
})

describe('examples/verifier.ts', () => {
  it('examples/verifier.ts greets the caller of a good token and gives the reason for a bad one', async () => {
    const greet = createGreeter(createVerifier(issuer.trust()))
    expect(await greet(issuer.mint({ sub: 'alice' }))).toBe('hello alice')
    expect(await greet(issuer.bad.expired())).toBe('refused with 401: expired')
  })
})

describe('examples/identity.ts', () => {
  const clientId = 'client-1'
  const user = { sub: 'alice', name: 'Alice', email: 'alice@example.com' }

  /** The app, and an issuer that says this of its user. */
  function openApp(profile: object = user) {
    const own = createTestIssuer()
    const fetch = (async (url: string, init: RequestInit) =>
      url === own.metadata['userinfo_endpoint']
        ? Response.json(profile)
        : own.fetch(url, init)) as typeof own.fetch
    return { own, app: createIdentityApp(own.trust({ fetch })) }
  }

  it('examples/identity.ts shows a profile, and an email only if it is verified', async () => {
    for (const [email_verified, email] of [
      [true, user.email],
      [false, undefined],
      ['false', undefined],
    ]) {
      const { app, own } = openApp({ ...user, email_verified })
      const { body } = await supertest(app)
        .get('/profile')
        .use(own.as({ sub: 'alice' }))
        .expect(200)
      expect(body).toEqual({ name: 'Alice', ...(email && { email }) })
    }
    const { app, own } = openApp({ ...user, sub: 'bob' })
    const { headers } = await supertest(app)
      .get('/profile')
      .use(own.as({ sub: 'alice' }))
      .expect(503)
    expect(headers['retry-after']).toBe('10')
    await supertest(app).get('/profile').expect(401)
  })

  it('examples/identity.ts moves money only after a fresh sign-in of the same user', async () => {
    const { app, own } = openApp()
    const seconds = Math.floor(own.now() / 1000)
    const call = (idToken: string) =>
      supertest(app)
        .post('/transfers')
        .use(own.as({ sub: 'alice', scope: 'transfers:write' }))
        .set('x-id-token', idToken)
    await call(own.idToken({ sub: 'alice' })).expect(201, { by: 'alice' })
    await call(own.idToken({ sub: 'bob' })).expect(403)
    await call(own.idToken({ sub: 'alice', auth_time: seconds - 400 })).expect(401)
    await call(own.mint({ sub: 'alice' })).expect(401)
    const { headers, body } = await call('').expect(401)
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"')
    expect(body).toEqual({ type: 'about:blank', status: 401, error: 'invalid_token' })
    await supertest(app).post('/transfers').auth(own.idToken(), { type: 'bearer' }).expect(401)
  })

  it('examples/identity.ts knows who has signed in by the tokens of one answer', async () => {
    const verifier = createVerifier(issuer.trust())
    const session = { nonce: 'n-0S6_WzA2Mj' }
    const access_token = issuer.mint({ sub: 'alice' })
    const id_token = issuer.idToken({ sub: 'alice', ...session }, { accessToken: access_token })
    const tokens = { id_token, access_token }
    expect(await signIn(verifier, session, tokens)).toMatchObject({ subject: 'alice', clientId })
    await expect(signIn(verifier, { nonce: 'n-1' }, tokens)).rejects.toHaveProperty(
      'reason',
      'nonce',
    )
    await expect(signIn(verifier, { nonce: undefined as never }, tokens)).rejects.toThrow(TypeError)
    const others = { ...tokens, access_token: issuer.mint() }
    await expect(signIn(verifier, session, others)).rejects.toHaveProperty('reason', 'claims')
  })
})

describe('examples/explain.ts', () => {
  it('examples/explain.ts says of a token which checks it passes, which one it fails, and why', async () => {
    const verifier = createVerifier(issuer.trust())
    expect(await explain(verifier, issuer.mint())).toMatch(/^accepted\n(passed: [a-z-]+\n?)+$/)
    expect(await explain(verifier, issuer.mint({ aud: 'account' }))).toMatch(
      /^refused\npassed: too-large\n(passed: [a-z-]+\n)+passed: issuer\nfailed: audience the token's aud is 'account', and expected is .* a mapper of type Audience.*\nnot reached: claims\n/,
    )
  })
})

describe('npm start', () => {
  it.each(['--once', ...Object.keys(adapters).map((adapter) => `--once --adapter ${adapter}`)])(
    'npm start -- %s makes its calls and succeeds',
    async (line) => {
      const command = ['start', '--', ...line.split(' ')]
      const { stdout } = await promisify(execFile)('npm', command, { cwd: root })
      for (const status of [200, 401, 403]) expect(stdout).toContain(`→ ${status}`)
      expect(stdout).toContain('WWW-Authenticate: Bearer realm="api", scope="orders:read"')
      expect(stdout).toContain('every answer is as it should be')
    },
  )

  it('npm start with an unknown adapter fails and names the known adapters', async () => {
    const started = promisify(execFile)('npm', ['start', '--', '--adapter', 'rails'], { cwd: root })
    await expect(started).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        '--adapter is one of express, koa, fastify, hono, fetch, node, nest',
      ),
    })
  })

  it('examples/start.ts prints curl commands that work, and keeps running', async () => {
    const { spawn } = await import('node:child_process')
    const args = ['--conditions=@tollgate/source', '--import', 'tsx', 'examples/start.ts']
    const child = spawn(process.execPath, args, { cwd: root })
    try {
      let printed = ''
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        printed += chunk
        if (printed.includes('Ctrl-C')) break
      }
      const curls = [...printed.matchAll(/curl -i (?:-X (\w+) )?(\S+) -H 'Authorization: (.*)'/g)]
      const statuses = await Promise.all(
        curls.map(async ([, method = 'GET', url = '', authorization = '']) => {
          const { status } = await fetch(url, { method, headers: { authorization } })
          return status
        }),
      )
      expect(statuses).toEqual([200, 403])
      expect(child.exitCode).toBeNull()
    } finally {
      child.kill('SIGINT')
      await once(child, 'exit')
    }
  })
})

const docs = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
const pages = docs.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`)

/** How many snippets a page has at least. */
function fewestSnippets(page: string): number {
  if (page === 'README.md') return 4
  return page.startsWith('docs/issuers/') ? 1 : 0
}

describe.each(['README.md', ...pages])('the snippets of %s', (page) => {
  const text = readFileSync(`${root}${page}`, 'utf8')
  const snippets = [...text.matchAll(/<!-- from (\S+) -->\n+```(?:[jt]s|nginx)\n([\s\S]*?)```/g)]

  it(`every snippet of code in ${page} names the file that it is from`, () => {
    expect(snippets.length).toBeGreaterThanOrEqual(fewestSnippets(page))
    const blocks = text.match(/```(ts|js|tsx|typescript|javascript|nginx)\n/g) ?? []
    expect(blocks).toHaveLength(snippets.length)
  })

  it.each(snippets.map(([, file = '', code = ''], index) => [index + 1, file, code] as const))(
    `snippet %d of ${page} is part of %s`,
    (_, file, code) => {
      expect(readFileSync(`${root}${file}`, 'utf8')).toContain(code)
    },
  )
})

describe('README.md', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8')

  it('README.md has at most 2,000 words', () => {
    expect(readme.trim().split(/\s+/).length).toBeLessThanOrEqual(2000)
  })

  it('README.md quotes the results of the speed benchmark exactly', () => {
    const written = readFileSync(`${root}test/bench/RESULTS.md`, 'utf8')
    const [section = ''] = readme.split('\n## How fast it is\n')[1]?.split('\n## ') ?? []
    // test/bench/report/readme.ts writes all of it, between these two lines.
    expect(section).toMatch(/^\n<!-- speed: .+ -->\n[\s\S]+\n<!-- \/speed -->\n$/)
    const tables = section.match(/(?:^\|.*\n)+/gm) ?? []
    expect(tables).not.toHaveLength(0)
    for (const table of tables) expect(written).toContain(table)
  })

  it('docs/outages.md and README.md quote the results of the outage benchmark exactly', () => {
    const written = readFileSync(`${root}test/bench/OUTAGE.md`, 'utf8')
    const page = readFileSync(`${root}docs/outages.md`, 'utf8')
    const quoted = [
      ...page.matchAll(/^\| ([^|]+) \| ([\d,]+) \| ([^|]+) \| ([\d,]+ \([^|]+\)) \|$/gm),
    ]
    expect(quoted).toHaveLength(5)
    for (const [, name = '', ...cells] of quoted) {
      const row = written.split('\n').find((line) => line.startsWith(`| ${name} `))
      for (const cell of cells) expect(row?.split('|').map((one) => one.trim())).toContain(cell)
    }
    const [, good, own, next] =
      /with ([\d,]+) good requests: tollgate refused none and fetched\s+(\d+) times, where the next best middleware with a key cache fetched ([\d,]+) times/.exec(
        readme,
      ) as RegExpExecArray
    expect(page).toContain(`${good} good requests`)
    expect(page).toMatch(new RegExp(`^\\| tollgate \\| 0 \\| 0 \\| ${own} `, 'm'))
    expect(page).toMatch(new RegExp(`^\\| get-jwks .* \\| 0 \\| 0 \\| ${next} `, 'm'))
  })
})
