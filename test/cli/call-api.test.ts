import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { createTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi, readApiCall } from '../../src/cli/dev-issuer/api/call-api.ts'
import { explainAnswer } from '../../src/cli/dev-issuer/api/explain-answer.ts'
import { verdictOf } from '../../src/cli/dev-issuer/api/verdict.ts'
import { signingBy } from '../keys.ts'
import { runs } from '../runs.ts'

const received: { url: string | undefined; method: string | undefined; headers: object }[] = []
const server = createServer((request, response) => {
  const { url, method, headers } = request
  received.push({ url, method, headers })
  if (url === '/silent') return request.socket.destroy()
  if (url === '/long') return response.end('x'.repeat(1_000_000))
  if (url === '/moved') return response.writeHead(302, { location: '/elsewhere' }).end()
  response.setHeader('set-cookie', ['a=1', 'b=2'])
  return request.pipe(response)
})
let origin: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

describe('the request to an API', () => {
  test('it is sent with its method, its token and its body, and answered whole', async () => {
    const call = readApiCall({ method: 'POST', url: `${origin}/a?b`, token: 't', body: '{"c":1}' })
    expect(await callApi(call)).toMatchObject({ status: 200, statusText: 'OK', body: '{"c":1}' })
    expect(received.at(-1)).toMatchObject({
      url: '/a?b',
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    })
    const { headers } = await callApi(readApiCall({ url: origin }))
    expect(headers.filter(([name]) => name === 'set-cookie')).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
    ])
    expect(received.at(-1)?.headers).not.toHaveProperty('authorization')
  })

  test('a redirect is not followed, even on this machine', async () => {
    const before = received.length
    expect(await callApi(readApiCall({ url: `${origin}/moved` }))).toMatchObject({ status: 302 })
    expect(received).toHaveLength(before + 1)
  })

  test('a long body is cut', async () => {
    const { body, isCut } = await callApi(readApiCall({ url: `${origin}/long` }))
    expect([body.length, isCut]).toEqual([65_536, true])
  })

  test('why there is no answer is said', async () => {
    await expect(callApi(readApiCall({ url: `${origin}/silent` }))).rejects.toThrow(/ECONNRESET/)
    await expect(callApi(readApiCall({ url: 'http://localhost:9/' }))).rejects.toThrow(
      /nothing listens there/,
    )
  })

  test.each([
    'http://localhost:3000',
    'https://127.0.0.1/',
    'http://127.1.2.3/x',
    'http://[::1]:8080/',
    'http://api.localhost/',
    'http://2130706433/',
  ])('%s is on this machine', (url) => {
    expect(readApiCall({ url }).url).toBe(new URL(url).href)
  })

  test.each([
    'http://example.com/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://localhost@example.com/',
    'http://user@localhost/',
    'http://localhost./',
    'ftp://localhost/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//localhost/',
    '/orders',
    '',
    5,
  ])('%s is refused', (url) => {
    expect(() => readApiCall({ url })).toThrow(TypeError)
  })

  test('for any host, what is let through resolves to loopback alone', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webAuthority(),
          fc.ipV4(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
        (host) => {
          let url: string
          try {
            url = readApiCall({ url: `http://${host}/` }).url
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError)
            return
          }
          expect(new URL(url).hostname).toMatch(/(^|\.)localhost$|^127\.|^\[::1\]$/)
        },
      ),
      runs(200),
    )
  })

  test('no resolver is asked for a name of localhost', async () => {
    const { port } = new URL(origin)
    const url = `http://no-resolver-knows-this.localhost:${port}/`
    expect(await callApi(readApiCall({ url }))).toMatchObject({ status: 200 })
  })

  test.each([
    { url: 'http://localhost/', method: 'CONNECT' },
    { url: 'http://localhost/', method: 5 },
    { url: 'http://localhost/', token: 5 },
    { url: 'http://localhost/', body: {} },
    { url: 'http://localhost/', headers: {} },
  ])('%j is refused', (call) => {
    expect(() => readApiCall(call)).toThrow(TypeError)
  })

  test('a token that no header can hold is told, and not sent', async () => {
    const before = received.length
    const call = readApiCall({ url: origin, token: 'a\r\nx-evil: 1' })
    await expect(callApi(call)).rejects.toThrow(/ERR_INVALID_CHAR/)
    expect(received).toHaveLength(before)
  })
})

describe('what an answer means', () => {
  const issuer = createTestIssuer()
  const answer = (status: number, ...headers: [string, string][]) => ({
    status,
    statusText: '',
    headers,
    body: '',
    isCut: false,
  })
  const challenge = (text: string): [string, string] => ['WWW-Authenticate', text]
  const reasonsOf = (explained: ReturnType<typeof explainAnswer>) =>
    explained.reasons.map(({ name }) => name)

  test('each parameter of a challenge is explained, also of other schemes', () => {
    const text =
      'Bearer realm="api", scope="a b", error="invalid_token", error_description="No.", odd="x", Basic dG9rZW4='
    const { challenges } = explainAnswer(answer(401, challenge(text)), { token: 't' }, undefined)
    expect(challenges.map(({ scheme }) => scheme)).toEqual(['Bearer', 'Basic'])
    const meanings = challenges[0]?.parameters.map(({ name, meaning }) => [name, meaning])
    expect(meanings).toEqual([
      ['realm', expect.stringContaining('what is protected')],
      ['scope', expect.stringContaining('scopes')],
      ['error', expect.stringContaining('get another one')],
      ['error_description', expect.stringContaining('the same for every token')],
      ['odd', 'No standard of OAuth defines this.'],
    ])
  })

  test.each(['constructor', '__proto__'])(
    'an error named %s is one that nobody defines',
    (name) => {
      const text = `Bearer error="${name}"`
      const { challenges } = explainAnswer(answer(401, challenge(text)), { token: 't' }, undefined)
      expect(challenges[0]?.parameters[0]?.meaning).toBe('No standard of OAuth defines this.')
    },
  )

  test('a token that this issuer finds wrong is refused for that reason', async () => {
    const token = issuer.bad.expired()
    const verdict = await verdictOf(token, issuer)
    expect(verdict).toMatchObject({ accepted: false, reason: 'expired' })
    const refused = answer(401, challenge('Bearer error="invalid_token"'))
    const explained = explainAnswer(refused, { token }, verdict)
    expect(explained.reasons).toEqual([{ name: 'expired', hint: verdict?.hint }])
  })

  test('for a token that this issuer finds good, the settings of the API are what differs', async () => {
    const token = issuer.mint()
    const verdict = await verdictOf(token, issuer)
    expect(verdict).toEqual({ accepted: true })
    const refused = answer(401, challenge('Bearer error="invalid_token"'))
    const explained = explainAnswer(refused, { token }, verdict)
    expect(reasonsOf(explained)).toEqual(['audience', 'issuer', 'token-type', 'unknown-key'])
    expect(explained.advice.join()).toContain('its option audience')
    expect(issuer.requests.all).toEqual([])
  })

  test.each(['keycloak', 'auth0', 'cognito', 'spiffe'] as const)(
    'the verdict knows the preset of an issuer like %s',
    async (shape) => {
      const like = createTestIssuer({ shape, keys: signingBy('RS256').keys })
      expect(await verdictOf(like.mint(), like)).toEqual({ accepted: true })
      expect(await verdictOf(like.bad.expired(), like)).toMatchObject({ reason: 'expired' })
      expect(like.requests.all).toEqual([])
    },
  )

  test('an issuer with the name of a compose file has a verdict, too', async () => {
    const named = createTestIssuer({ url: 'http://issuer:4000' })
    expect(await verdictOf(named.mint(), named)).toEqual({ accepted: true })
  })

  test.each([
    [401, 'Bearer realm="api"', undefined, ['no-credentials']],
    [400, 'Bearer error="invalid_request"', 't', ['malformed-credentials', 'multiple-credentials']],
    [403, 'Bearer error="insufficient_scope", scope="a"', 't', ['scope']],
    [
      403,
      'Bearer error="insufficient_scope"',
      't',
      ['role', 'permission', 'claim', 'actor', 'check'],
    ],
    [403, 'Basic realm="x"', 't', []],
    [503, '', 't', ['keys']],
    [500, '', 't', []],
    [200, '', 't', []],
  ] as const)('%i with the challenge %j', (status, text, token, reasons) => {
    const headers = text === '' ? [] : [challenge(text)]
    const call = token === undefined ? {} : { token }
    const explained = explainAnswer(answer(status, ...headers), call, undefined)
    expect(reasonsOf(explained)).toEqual(reasons)
    expect(explained.summary).toMatch(/\.$|\?$/)
  })

  test('every reason that is named is one that docs/errors.md explains', () => {
    const page = readFileSync(`${import.meta.dirname}/../../docs/errors.md`, 'utf8')
    const calls = [
      [401, 'Bearer', undefined],
      [401, 'Bearer error="invalid_token"', 't'],
      [400, 'Bearer', 't'],
      [403, 'Bearer error="insufficient_scope"', 't'],
      [403, 'Bearer error="insufficient_scope", scope="a"', 't'],
      [503, 'Bearer', 't'],
    ] as const
    const names = calls.flatMap(([status, text, token]) =>
      reasonsOf(explainAnswer(answer(status, challenge(text)), token ? { token } : {}, undefined)),
    )
    expect(names).toHaveLength(14)
    for (const name of names) expect(page).toContain(`\`${name}\``)
  })

  test('a bad token that is let in, a 401 without a challenge, and a broken one are told', () => {
    const bad = { accepted: false, reason: 'expired' }
    expect(explainAnswer(answer(200), { token: 't' }, bad).summary).toContain(
      'Is the route guarded?',
    )
    const bare = explainAnswer(answer(401), { token: 't' }, undefined)
    expect(bare.advice[0]).toContain('no challenge of the scheme Bearer')
    const broken = explainAnswer(answer(401, challenge('"')), { token: 't' }, undefined)
    expect(broken.advice[0]).toContain('cannot be read')
  })
})
