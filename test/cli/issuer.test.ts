import { request } from 'node:http'
import { createVerifier } from 'tollgate'
import { keycloak } from 'tollgate/issuers'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { finish, start, startIssuer } from './stage.ts'

type Headers = Record<string, string>

/** Asks with any Host, which fetch would not allow. */
function ask(url: string, method: string, headers: Headers, body?: string) {
  return new Promise<{ status: number; text: string; headers: object }>((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (part) => {
        text += part
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const json = { 'content-type': 'application/json' }

describe('tollgate issuer', () => {
  let stage: Awaited<ReturnType<typeof startIssuer>>
  let control: string
  let port: string
  beforeAll(async () => {
    stage = await startIssuer('--scope', 'orders:read', '--claim', 'tenant=acme')
    control = stage.variables['TOLLGATE_CONTROL_URL'] as string
    port = new URL(control).port
  })
  afterAll(() => stage.stop())

  test('the lines on stdout are variables alone', () => {
    expect(Object.keys(stage.variables)).toEqual([
      'ISSUER',
      'AUDIENCE',
      'JWKS_URI',
      'TOLLGATE_CONTROL_URL',
      'TOKEN',
    ])
    expect(stage.variables['ISSUER']).toBe(`http://localhost:${port}`)
    expect(stage.running.notes).toContain(
      `The issuer http://localhost:${port} is listening on port ${port}.`,
    )
    expect(stage.running.notes).not.toContain('WARNING')
  })

  test.each(['127.0.0.1', '[::1]'])('it listens on %s', async (host) => {
    const answer = await fetch(`http://${host}:${port}/.well-known/openid-configuration`)
    expect(await answer.json()).toMatchObject({ issuer: stage.variables['ISSUER'] })
  })

  test('its log keeps the latest 1,000 requests, and counts all of them', async () => {
    const short = await startIssuer()
    const own = short.variables['TOLLGATE_CONTROL_URL'] as string
    const keys = short.variables['JWKS_URI'] as string
    const read = async (path: string) => (await fetch(`${own}${path}`)).json()
    try {
      for (let i = 0; i < 2100; i++) await (await fetch(`${keys}?${i}`)).arrayBuffer()
      const { total, requests } = await read('/requests')
      expect(total).toBe(2100)
      expect(requests).toHaveLength(1000)
      expect(requests[0].url).toBe(`${keys}?1100`)
      expect(await read('/health')).toMatchObject({ keyFetches: 2100 })
      // The page asks for what it has not yet seen.
      const since = async (seen: number) => (await read(`/state?since=${seen}`)).requests
      expect((await since(2098)).map(({ url }: { url: string }) => url)).toEqual([
        `${keys}?2098`,
        `${keys}?2099`,
      ])
      expect([(await since(2100)).length, (await since(0)).length]).toEqual([0, 200])
      expect(await since(2101)).toHaveLength(200)
    } finally {
      await short.stop()
    }
  })

  test('the claims of its flags are in every token', async () => {
    const verifier = createVerifier({
      issuer: stage.variables['ISSUER'] as string,
      audience: stage.variables['AUDIENCE'] as string,
      allowInsecureLoopback: true,
    })
    const auth = await verifier.verify(stage.variables['TOKEN'] as string)
    expect(auth.claims).toMatchObject({ scope: 'orders:read', tenant: 'acme' })
    expect(auth.expiresAt * 1000 - Date.now()).toBeGreaterThan(3_500_000)
  })

  test('a port that is in use ends with exit code 3 and the way to another', async () => {
    await using other = await serveTestIssuer()
    const { code, notes } = await finish(['issuer', '--port', String(other.port)])
    expect(code).toBe(3)
    expect(notes).toContain('it is in use. Choose another with --port')
  })

  test('Ctrl-C ends it with exit code 0, and frees the port', async () => {
    const another = await startIssuer()
    expect(await another.stop()).toBe(0)
    await expect(fetch(another.variables['JWKS_URI'] as string)).rejects.toThrow()
  })

  test('the same seed gives the same keys at every start', async () => {
    const jwks = async () => {
      const seeded = await startIssuer('--seed', 'compose')
      const keys = await (await fetch(seeded.variables['JWKS_URI'] as string)).json()
      await seeded.stop()
      return keys
    }
    expect(await jwks()).toEqual(await jwks())
  })

  describe('its control endpoints', () => {
    test('they mint and rotate on loopback without a secret', async () => {
      const minted = await ask(`${control}/mint`, 'POST', json, '{"claims":{"sub":"ada"}}')
      expect([minted.status, Object.keys(JSON.parse(minted.text))]).toEqual([200, ['token']])
      const { kid } = JSON.parse((await ask(`${control}/keys/rotate`, 'POST', json)).text)
      const jwks = await (await fetch(stage.variables['JWKS_URI'] as string)).json()
      expect(jwks.keys.map((key: { kid: string }) => key.kid)).toContain(kid)
      expect(JSON.stringify(jwks)).not.toContain('"d"')
    })

    test('their answers are not cached, and no CORS header lets pages read them', async () => {
      const { headers } = await ask(`${control}/health`, 'GET', {})
      expect(headers).toMatchObject({ 'cache-control': 'no-store' })
      expect(Object.keys(headers).join()).not.toContain('access-control')
    })

    test.each<[string, Headers]>([
      ['the Host of a rebound name', { host: 'evil.test' }],
      [
        'such a Host with the Origin of it',
        { host: 'evil.test:80', origin: 'http://evil.test:80' },
      ],
      ['an address that is not loopback', { host: '192.168.0.7' }],
      ['a foreign Origin', { origin: 'https://evil.test' }],
      ['the Origin null', { origin: 'null' }],
      ['the Origin of another port', { origin: 'http://localhost:1' }],
      ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
      ['a page of another port of this machine', { 'sec-fetch-site': 'same-site' }],
    ])('%s is answered 403', async (_, headers) => {
      for (const [method, path] of [
        ['POST', 'mint'],
        ['GET', 'keys'],
        ['GET', 'health'],
      ] as const) {
        const { status, text } = await ask(`${control}/${path}`, method, { ...json, ...headers })
        expect([path, status]).toEqual([path, 403])
        expect(Object.keys(JSON.parse(text))).toEqual(['error'])
      }
    })

    test('a page of the issuer itself may ask', async () => {
      const headers = {
        ...json,
        origin: `http://localhost:${port}`,
        'sec-fetch-site': 'same-origin',
      }
      expect((await ask(`${control}/mint`, 'POST', headers, '{}')).status).toBe(200)
    })

    test('the state that a page shows has keys without their numbers, faults, and requests since a number', async () => {
      const state = async (since = 0) =>
        JSON.parse((await ask(`${control}/state?since=${since}`, 'GET', {})).text)
      await ask(`${control}/reset`, 'POST', json, '{}')
      await fetch(stage.variables['JWKS_URI'] as string)
      const fault = { endpoint: 'token', fault: { name: 'status', args: [503] }, times: 2 }
      const { id } = JSON.parse(
        (await ask(`${control}/faults`, 'PUT', json, JSON.stringify(fault))).text,
      )
      const first = await state()
      expect(first).toEqual({
        total: 1,
        requests: [expect.objectContaining({ endpoint: 'jwks', method: 'GET' })],
        keys: [{ kid: expect.any(String), alg: 'ES256', published: true, signs: true }],
        faults: [{ id, endpoint: 'token', name: 'status 503', times: 2, after: 0 }],
        now: expect.any(Number),
      })
      expect((await state(1)).requests).toEqual([])
      await ask(`${control}/faults/${id}`, 'DELETE', {})
      expect((await state()).faults).toEqual([])
      await ask(`${control}/requests`, 'DELETE', {})
      expect(await state(1)).toMatchObject({ total: 0, requests: [] })
    })

    test.each([
      ['a form', { 'content-type': 'text/plain' }, '{}', 415],
      ['no JSON', json, '{', 400],
      ['more than 64 KiB', json, `{"claims":{"a":"${'x'.repeat(70_000)}"}}`, 400],
      ['claims that are a list', json, '{"claims":[]}', 400],
      ['an unknown member', json, '{"clams":{}}', 400],
      ['an unknown bad token', json, '{"bad":"constructor"}', 400],
    ])('%s is refused', async (_, headers, body, status) => {
      expect((await ask(`${control}/mint`, 'POST', headers, body)).status).toBe(status)
    })

    test('what they do not have is answered 404', async () => {
      expect((await ask(`${control}/nothing`, 'GET', {})).status).toBe(404)
      expect((await ask(`${control}/health`, 'DELETE', {})).status).toBe(404)
      expect((await ask(control, 'GET', {})).status).toBe(404)
    })
  })
})

describe('the page of tollgate issuer', () => {
  let stage: Awaited<ReturnType<typeof startIssuer>>
  let origin: string
  beforeAll(async () => {
    stage = await startIssuer()
    origin = stage.variables['ISSUER'] as string
  })
  afterAll(() => stage.stop())

  test('its link is printed, and to a command as well', async () => {
    expect(stage.running.notes).toContain(`The page to try tokens on: ${origin}/\n`)
    const code = ['--', process.execPath, '-e', '']
    const { notes } = await finish(['issuer', '--port', '0', ...code])
    expect(notes).toMatch(/its page is http:\/\/localhost:\d+\/\n/)
  })

  test('it is HTML that loads nothing of another origin, runs no script that is in it, and stays out of frames and caches', async () => {
    const { status, text, headers } = await ask(`${origin}/`, 'GET', {})
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    const policy = String((headers as Headers)['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*/)
    const loaded = Array.from(text.matchAll(/\b(?:src|href)="([^"]*)"/g), ([, url]) => url)
    expect(
      loaded.filter((url) => !/^(\/_test\/page\/[a-z]+\.(css|js)|data:,|#mint)$/.test(url ?? '')),
    ).toEqual([])
    expect(text).not.toMatch(/\son\w+=|<style|style=|<script(?! type="module" src=)/)
    expect(Object.keys(headers).join()).not.toContain('access-control')
  })

  test('its style is served, HEAD has no body, and other methods and files are not its own', async () => {
    const style = await ask(`${origin}/_test/page/style.css`, 'GET', {})
    expect([style.status, (style.headers as Headers)['content-type']]).toEqual([
      200,
      'text/css; charset=utf-8',
    ])
    const head = await ask(`${origin}/`, 'HEAD', {})
    expect([head.status, head.text]).toEqual([200, ''])
    expect((await ask(`${origin}/`, 'POST', {}, '')).status).toBe(405)
    for (const path of ['page.js', '../page.js', '..%2fpage.js', 'main.ts', 'constructor.js', '']) {
      expect([path, (await ask(`${origin}/_test/page/${path}`, 'GET', {})).status]).toEqual([
        path,
        404,
      ])
    }
  })

  test('a Host that is not that of the issuer is refused', async () => {
    for (const path of ['/', '/_test/page/style.css']) {
      expect((await ask(`${origin}${path}`, 'GET', { host: 'evil.test' })).status).toBe(403)
    }
  })

  test('it is not in the log of requests', async () => {
    await ask(`${origin}/`, 'GET', {})
    const state = await ask(`${origin}/_test/state`, 'GET', {})
    const { requests } = JSON.parse(state.text) as { requests: { method: string }[] }
    expect(requests.filter(({ method }) => method !== 'POST')).toEqual([])
  })
})

describe('tollgate issuer --shape', () => {
  test('the issuer is like one of that name, and the preset verifies its tokens', async () => {
    const stage = await startIssuer('--shape', 'keycloak')
    const { ISSUER = '', AUDIENCE = '', JWKS_URI = '', TOKEN = '' } = stage.variables
    expect(ISSUER).toMatch(/^http:\/\/localhost:\d+\/realms\/test$/)
    expect(JWKS_URI).toBe(`${ISSUER}/protocol/openid-connect/certs`)
    const [, url = ''] = /^(.*)\/realms/.exec(ISSUER) ?? []
    const preset = keycloak({ url, realm: 'test', audience: AUDIENCE })
    const verifier = createVerifier({ issuer: preset, allowInsecureLoopback: true })
    expect((await verifier.verify(TOKEN)).roles).toContain('default-roles-test')
    const { shape } = JSON.parse(
      (await ask(`${new URL(ISSUER).origin}/_test/about`, 'GET', {})).text,
    )
    expect(shape).toBe('keycloak')
    expect((await ask(`${new URL(ISSUER).origin}/`, 'GET', {})).status).toBe(200)
    await stage.stop()
  })

  test('--url names another issuer of that kind', async () => {
    const stage = await startIssuer(
      '--shape',
      'keycloak',
      '--url',
      'http://issuer:4000/realms/acme',
    )
    expect(stage.variables).toMatchObject({
      ISSUER: 'http://issuer:4000/realms/acme',
      TOLLGATE_CONTROL_URL: 'http://issuer:4000/_test',
    })
    await stage.stop()
  })

  test('control endpoints know the URL of an issuer whose iss is none', async () => {
    const flags = ['--shape', 'pomerium', '--host', '0.0.0.0', '--url', 'http://issuer:4000']
    const stage = await startIssuer(...flags)
    const [, port] = await stage.running.shows(/listening on port (\d+)/)
    const { ISSUER, TOLLGATE_CONTROL_TOKEN: token } = stage.variables
    expect(ISSUER).toBe('orders.example.com')
    const asked = await ask(`http://127.0.0.1:${port}/_test/health`, 'GET', {
      host: 'issuer:4000',
      authorization: `Bearer ${token}`,
    })
    expect(asked.status).toBe(200)
    await stage.stop()
  })

  test('an issuer without metadata still says where its keys are', async () => {
    const stage = await startIssuer('--shape', 'googleIap')
    const { JWKS_URI = '' } = stage.variables
    expect((await (await fetch(JWKS_URI)).json()).keys).toHaveLength(1)
    await stage.stop()
  })

  test.each([
    [['--shape', 'keyclok'], /'--shape' is 'keyclok': did you mean 'keycloak'\?/],
    [['--shape', 'nothing-like-it'], /it is one of adfs, auth0/],
    [['--shape', 'supabase', '--aud', 'https://api.test'], /audience.*must be left out/],
    [['--shape', 'keycloak', '--url', 'http://issuer:4000/acme'], /issuer of this shape/],
  ])('%j is refused with the way to fix it', async (flags, message) => {
    const { code, notes } = await finish(['issuer', '--port', '0', ...flags])
    expect(code).toBe(2)
    expect(notes).toMatch(message)
  })
})

describe('tollgate issuer --host 0.0.0.0 --url http://issuer:4000', () => {
  let stage: Awaited<ReturnType<typeof startIssuer>>
  let control: string
  beforeAll(async () => {
    stage = await startIssuer('--host', '0.0.0.0', '--url', 'http://issuer:4000')
    const [, port] = await stage.running.shows(/listening on port (\d+)/)
    control = `http://127.0.0.1:${port}/_test`
  })
  afterAll(() => stage.stop())

  test('tokens and variables name the URL of --url', () => {
    expect(stage.variables).toMatchObject({
      ISSUER: 'http://issuer:4000',
      JWKS_URI: 'http://issuer:4000/jwks',
      TOLLGATE_CONTROL_URL: 'http://issuer:4000/_test',
    })
  })

  test('stderr says loudly that it is for development only', () => {
    expect(stage.running.notes).toContain('WARNING: this issuer listens on 0.0.0.0')
    expect(stage.running.notes).toContain('DEVELOPMENT ONLY')
  })

  test('the control endpoints want the printed token, also on loopback', async () => {
    const token = stage.variables['TOLLGATE_CONTROL_TOKEN']
    expect(token).toMatch(/^[\w-]{32}$/)
    const good = { authorization: `Bearer ${token}` }
    for (const host of ['localhost', 'issuer:4000', '192.168.0.7:4000']) {
      const [with_, without, wrong] = await Promise.all([
        ask(`${control}/keys`, 'GET', { host, ...good }),
        ask(`${control}/keys`, 'GET', { host }),
        ask(`${control}/keys`, 'GET', { host, authorization: `Bearer ${token}x` }),
      ])
      expect([with_.status, without.status, wrong.status]).toEqual([200, 401, 401])
    }
    const rebound = await ask(`${control}/keys`, 'GET', { host: 'evil.test', ...good })
    expect(rebound.status).toBe(403)
  })

  test('the page wants the token as well, and the printed link has it', async () => {
    const token = stage.variables['TOLLGATE_CONTROL_TOKEN']
    const page = control.replace('/_test', '/')
    expect(stage.running.notes).toContain(
      `http://localhost:${new URL(control).port}/?token=${token}\n`,
    )
    for (const [url, status] of [
      [page, 401],
      [`${page}?token=`, 401],
      [`${page}?token=${token}x`, 401],
      [`${page}?token=${token}`, 200],
    ] as const) {
      const answer = await ask(url, 'GET', {})
      expect([url, answer.status, answer.text.includes('id="mint"')]).toEqual([
        url,
        status,
        status === 200,
      ])
      expect(answer.text).not.toContain(token)
    }
  })

  test('mint uses the token of the environment lines, and tells those who lack it', async () => {
    const here: typeof fetch = (input, init) =>
      fetch(String(input).replace('http://issuer:4000/_test', control), init)
    const { TOLLGATE_CONTROL_TOKEN: token = '', ...others } = stage.variables
    const minted = await finish(['mint'], { variables: stage.variables, fetch: here })
    expect(minted.code).toBe(0)
    const lacking = await finish(['mint'], { variables: others, fetch: here })
    expect([lacking.code, lacking.output]).toEqual([3, ''])
    expect(lacking.notes).toContain('wants its control token')
    const given = await finish(
      ['mint', '--issuer', 'http://issuer:4000', '--control-token', token],
      {
        fetch: here,
      },
    )
    expect(given.code).toBe(0)
  })

  test('mint sends the token to no other server than the one it was printed with', async () => {
    const sent: (string | null)[] = []
    const spy: typeof fetch = async (_, init) => {
      sent.push(new Headers(init?.headers).get('authorization'))
      return new Response(null, { status: 404 })
    }
    const { variables } = stage
    await finish(['mint', '--issuer', 'https://login.example.com'], { variables, fetch: spy })
    expect(sent).toEqual([null])
  })
})

describe('tollgate issuer -- COMMAND', () => {
  const node = (code: string) => ['--', process.execPath, '-e', code]

  test('the command has the variables, and its exit code is that of the issuer', async () => {
    const code = `fetch(process.env.JWKS_URI).then((r) => r.json()).then(({ keys }) =>
      process.exit(keys.length === 1 && process.env.ISSUER.startsWith('http://localhost:') &&
        process.env.AUDIENCE === 'https://api.test' && process.env.GIVEN === 'yes' ? 42 : 1))`
    const variables = { GIVEN: 'yes' }
    const ended = await finish(['issuer', '--port', '0', ...node(code)], { variables })
    expect([ended.code, ended.output]).toEqual([42, ''])
    expect(ended.notes).toMatch(/the issuer http:\/\/localhost:(\d+) is listening on port \1/)
  })

  test('a signal is forwarded to the command, which ends it', async () => {
    const running = start(['issuer', '--port', '0', ...node('setInterval(() => {}, 1000)')])
    await running.shows(/is listening/)
    running.signal('SIGTERM')
    expect(await running.code).toBe(143)
  })

  test('a command that does not exist ends with exit code 127', async () => {
    const { code, notes } = await finish(['issuer', '--port', '0', '--', 'no-such-\u001bcommand'])
    expect(code).toBe(127)
    expect(notes).toContain("cannot run 'no-such-\\u001bcommand' (ENOENT)")
  })
})
