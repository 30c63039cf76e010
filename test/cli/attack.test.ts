import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuth } from 'tollgate/node'
import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../examples/environment.ts'
import { finish, startIssuer } from './stage.ts'

let stage: Awaited<ReturnType<typeof startIssuer>>
beforeAll(async () => {
  stage = await startIssuer()
})
afterAll(() => stage.stop())

/** Serves an API on loopback until it is disposed of. */
async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders?all=1`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An API that is guarded as it must be, by the environment lines of the issuer. */
function guarded(scope?: string): RequestListener {
  const { requireAuth } = createAuth({
    issuer: stage.variables['ISSUER'] as string,
    audience: stage.variables['AUDIENCE'] as string,
    allowInsecureLoopback: true,
  })
  const guard = requireAuth(scope === undefined ? {} : { scope })
  return async (req, res) => {
    const auth = await guard(req, res)
    if (auth) res.end(auth.subject)
  }
}

/** An API that reads the claims and looks at no signature. */
const decodes: RequestListener = (req, res) => {
  const [, payload = ''] = req.headers.authorization?.split('.') ?? []
  const text = Buffer.from(payload, 'base64url').toString()
  const { aud, exp = 0 } = JSON.parse(text.startsWith('{') ? text : '{}')
  const isGood = aud === 'https://api.test' && exp * 1000 > Date.now()
  res.writeHead(isGood ? 200 : 401, { 'www-authenticate': 'Bearer' }).end()
}

const attack = (url: string, ...flags: readonly string[]) =>
  finish(['attack', url, ...flags], { variables: stage.variables })

describe('attack', () => {
  test('a guarded API passes, with a table by level and the number of key fetches', async () => {
    await using api = await serve(guarded())
    const { code, output, notes } = await attack(api.url)
    expect([code, output]).toEqual([0, expect.stringContaining(`GET ${api.url}: 0 of 2`)])
    expect(output).toMatch(/\d key fetches\)/)
    expect(output).toMatch(/^level +as it must be +wrong +skipped\nforgery +\d+ +0 +0$/m)
    expect(notes).toBe(`tollgate: attacking GET ${api.url}\n`)
  })

  test('the example that reads the environment lines passes, with the scope that it demands', async () => {
    const { ISSUER = '', AUDIENCE = '' } = stage.variables
    await using api = await serve(createApp({ ISSUER, AUDIENCE }))
    const flags = ['--scope', 'orders:read', '--level', 'forgery']
    expect((await attack(api.url, ...flags)).code).toBe(0)
    const inProduction = { ISSUER, AUDIENCE, NODE_ENV: 'production' }
    expect(() => createApp(inProduction)).toThrow('allowInsecureLoopback')
  })

  test('an API that looks at no signature fails, with the cases and what they mean', async () => {
    await using api = await serve(decodes)
    const { code, output } = await attack(api.url, '--level', 'forgery')
    expect(code).toBe(1)
    expect(output).toMatch(/^ACCEPTED +200 +alg\/none +forgery/m)
    expect(output).toContain('ACCEPTED: the route answered it as if it were good.')
    expect(output).not.toContain('hardening')
  })

  test('with --scope, the route must demand it', async () => {
    await using api = await serve(guarded('orders:read'))
    const levels = ['--level', 'limit']
    expect((await attack(api.url, '--scope', 'orders:read', ...levels)).code).toBe(0)
    await using open = await serve(guarded())
    const { code, output } = await attack(open.url, '--scope', 'orders:read', ...levels)
    expect(code).toBe(1)
    expect(output).toContain("does not demand the scope 'orders:read'")
  })

  test('with --seed, nobody is asked for the keys', async () => {
    const url = 'https://seeded.test'
    const issuer = createTestIssuer({ url, audience: 'https://a.test', keys: { seed: 'dev' } })
    const { requireAuth } = createAuth(issuer.trust())
    await using api = await serve(async (req, res) => {
      if (await requireAuth()(req, res)) res.end()
    })
    const flags = ['--seed', 'dev', '--issuer', url, '--aud', 'https://a.test']
    const { code, output } = await attack(api.url, ...flags, '--level', 'forgery')
    expect(code).toBe(0)
    expect(output).not.toContain('key fetches')
  })

  test('--markdown and --junit report the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tollgate-attack-'))
    try {
      const file = join(folder, 'report.xml')
      await using api = await serve(decodes)
      const flags = ['--level', 'forgery', '--skip', 'alg/none=not <today>', '--junit', file]
      const { code, output } = await attack(api.url, ...flags, '--markdown')
      expect(code).toBe(1)
      expect(output).toMatch(/^### Failed: hostile tokens against `GET http:\/\/127\.0\.0\.1:\d+/)
      expect(output).toMatch(/^\| `sig\/[\w-]+` \| forgery \| ACCEPTED \| 200 \| .+ \|$/m)
      const xml = await readFile(file, 'utf8')
      const [, tests, failures] = /tests="(\d+)" failures="(\d+)" skipped="1"/.exec(xml) ?? []
      expect(xml.match(/<testcase /g)).toHaveLength(Number(tests))
      expect(xml.match(/<failure /g)).toHaveLength(Number(failures))
      expect(xml.match(/<skipped message="not &lt;today&gt;"\/>/g)).toHaveLength(1)
      expect(output.match(/\| ACCEPTED \|/g)?.length).toBe(Number(failures))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each<[string, RequestListener, string]>([
    ['lets everybody in', (_, res) => void res.end(), 'is not protected'],
    ['refuses the good token', (_, res) => void res.writeHead(401).end(), 'refused the good token'],
    ['does not answer', (req) => void req.socket.destroy(), 'did not answer without a token'],
  ])('an API that %s proves nothing, with exit code 3', async (_, listener, said) => {
    await using api = await serve(listener)
    const { code, output, notes } = await attack(api.url)
    expect([code, output]).toEqual([3, ''])
    expect(notes).toContain(said)
  })

  test('without a running issuer there is nothing to attack with', async () => {
    const { code, notes } = await finish(['attack', 'http://localhost:1/'])
    expect(code).toBe(3)
    expect(notes).toContain("start it with 'tollgate issuer -- COMMAND', or give --seed")
  })

  test.each([
    [[], 'name the URL'],
    [['localhost:3000'], 'is no URL of a route'],
    [['ftp://localhost/'], 'is no URL of a route'],
    [['http://user@localhost/'], 'is no URL of a route'],
    [['http://localhost/', '--level', 'forgry'], 'forgry'],
    [['http://localhost/', '--skip', 'alg/none'], 'write name=value'],
  ])('%j is a wrong command line', async (args, said) => {
    const { code, notes } = await finish(['attack', ...args], { variables: stage.variables })
    expect(code).toBe(2)
    expect(notes).toContain(said)
  })
})

describe('attack on another machine', () => {
  const asked: string[] = []
  const variables = {}
  const spy: typeof fetch = async (input) => {
    asked.push(String(input))
    throw new TypeError('fetch failed')
  }
  const url = 'http://api.example.test/orders'
  const confirm = (input: string, types = true) =>
    finish(['attack', url, '--not-loopback'], { input, types, variables, fetch: spy })

  test.each(['api.example.test', '10.0.0.1', 'localhost.example.test', '127.0.0.1.example.test'])(
    '%s is refused without --not-loopback',
    async (host) => {
      const { code, notes } = await finish(['attack', `http://${host}/`], { fetch: spy })
      expect(code).toBe(2)
      expect(notes).toContain(`${host} is not this machine`)
      expect(asked).toEqual([])
    },
  )

  test('it wants the name of the host, typed by a person', async () => {
    const refusals = await Promise.all([
      confirm('yes\n'),
      confirm('\n'),
      confirm('api.example.test\n', false),
    ])
    expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2])
    expect(asked).toEqual([])
    const { code, notes } = await confirm('api.example.test\n')
    expect(code).toBe(3)
    expect(notes).toContain('no issuer answers')
    expect(asked).toEqual(['http://localhost:4400/_test/health'])
  })
})
