import { request } from 'node:http'
import { createVerifier } from 'tollgate'
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
      const headers = { ...json, origin: `http://localhost:${port}` }
      expect((await ask(`${control}/mint`, 'POST', headers, '{}')).status).toBe(200)
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
