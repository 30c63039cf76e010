import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ServedTestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults, serveTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { judgeTls, shakeHands } from '../../src/cli/doctor/tls.ts'
import { certifyPem } from '../../src/testing/hostile/cases/certificate.ts'
import { finish } from './stage.ts'

let issuer: ServedTestIssuer
beforeAll(async () => {
  issuer = await serveTestIssuer()
})
afterAll(() => issuer.close())
afterEach(() => issuer.reset())

async function examine(url: string, options = {}) {
  const { code, output } = await finish(['doctor', url, '--json'], options)
  return { code, findings: JSON.parse(output).findings as readonly Finding[] }
}

/** What was found of one subject, as `level: text; fix`. */
async function found(about: Finding['about'], url = issuer.url, options = {}) {
  const { findings } = await examine(url, options)
  return findings
    .filter((finding) => finding.about === about)
    .map(({ level, says, fix = '' }) => `${level}: ${says}; ${fix}`)
}

/** The fetch of this process, with other headers in the answers. */
function withHeaders(headers: Record<string, string>): { fetch: typeof fetch } {
  return {
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      const changed = new Headers(response.headers)
      for (const [name, value] of Object.entries(headers)) changed.set(name, value)
      return new Response(response.body, { status: response.status, headers: changed })
    },
  }
}

describe('doctor', () => {
  test('a good issuer ends with exit code 0 and a configuration to copy', async () => {
    const { code, output, notes } = await finish(['doctor', issuer.url])
    expect([code, notes]).toEqual([0, ''])
    expect(output).toContain(
      `good    metadata       ${issuer.url}/.well-known/openid-configuration`,
    )
    expect(output).toContain('good    keys           1 can be used\n')
    expect(output).toContain('good    algorithms     ES256, which its keys name\n')
    expect(output).toContain('good    clock          it agrees with')
    expect(output).toContain(
      `createAuth({ issuer: '${issuer.url}', audience: 'your API', allowInsecureLoopback: true })`,
    )
    expect(output).toMatch(/^advice {2}issuer .*\n .*allowInsecureLoopback: true$/m)
    expect(output).not.toContain('wrong')
  })

  test('it asks the issuer for each document once', async () => {
    await examine(issuer.url)
    expect(issuer.requests.all.map(({ endpoint }) => endpoint)).toEqual([
      'openid-configuration',
      'jwks',
    ])
  })

  test('an issuer that its metadata spells otherwise is wrong, with the right spelling', async () => {
    const { code, findings } = await examine(`${issuer.url}/`)
    expect(code).toBe(1)
    expect(findings).toContainEqual({
      level: 'wrong',
      about: 'metadata',
      says: expect.stringContaining('a trailing slash differs'),
      fix: `configure issuer: '${issuer.url}', if that is the iss of its tokens`,
    })
  })

  test('an issuer without metadata is wrong', async () => {
    issuer.fail('openid-configuration', faults.status(404))
    issuer.fail('oauth-authorization-server', faults.status(404))
    expect((await examine(issuer.url)).code).toBe(1)
    expect(await found('metadata')).toEqual([
      expect.stringMatching(/^wrong: status 404 at .*metadataUrl or jwksUri$/),
    ])
    expect(await found('keys')).toEqual([])
  })

  test('an issuer that does not answer ends with exit code 3', async () => {
    const { code, findings } = await examine('http://127.0.0.1:9')
    expect(code).toBe(3)
    expect(findings[1]?.fix).toContain('check the name of the host')
  })

  test.each([
    ['a key set that is empty', faults.jwks.empty(), /^wrong: no usable signature key/],
    ['a key set that is HTML', faults.body('<html>', 'text/html'), /^wrong: not JSON/],
    ['a private key', faults.jwks.privateLeaked(), /private or symmetric.*take it out at once/],
  ])('%s is wrong', async (_, fault, says) => {
    issuer.fail('jwks', fault)
    const { code } = await examine(issuer.url)
    expect(code).toBe(1)
    expect((await found('keys')).join('\n')).toMatch(says)
  })

  test('keys that are not used are told with the reason, and keys without names are advised against', async () => {
    issuer.fail('jwks', faults.jwks.encOnly(), { times: 1 })
    expect((await found('keys')).join('\n')).toMatch(/1 not used: not for signatures \(use\)/)
    issuer.keys.rotate({ kid: 'none' })
    expect(await found('keys')).toContainEqual(expect.stringMatching(/^advice: some have no kid/))
    issuer.reset()
    issuer.fail('jwks', faults.jwks.duplicateKid(), { times: 1 })
    expect(await found('keys')).toContainEqual(expect.stringMatching(/^advice: two have the same/))
  })

  test('an algorithm that is not allowed by default is told with the option, and so is one for ID tokens', async () => {
    await using other = await serveTestIssuer({
      alg: 'ES512',
      metadata: { id_token_signing_alg_values_supported: ['ES512', 'HS256', 'none'] },
    })
    const findings = await found('algorithms', other.url)
    expect(findings[0]).toMatch(/^advice: ES512 is not allowed .*algorithms: \['ES512'\]$/)
    expect(findings[1]).toMatch(/^advice: the issuer offers HS256, none for ID tokens/)
  })

  test.each([
    ['no-store', /^advice: .*no-store: they are kept for 60 s/],
    ['max-age=10', /^advice: .*kept for 60 s/],
    ['public, max-age=120', /^good: .*kept for 120 s/],
    ['max-age=86400', /^good: .*kept for 600 s/],
  ])('the Cache-Control %s of the keys is judged', async (header, says) => {
    const [line] = await found('caching', issuer.url, withHeaders({ 'cache-control': header }))
    expect(line).toMatch(says)
  })

  test.each([
    [0, /^good: it agrees/],
    [5, /^advice: it is [45] s ahead of/],
    [60, /^wrong: it is (59|60) s ahead of .*clockTolerance/],
    [-60, /^wrong: it is (59|60|61) s behind .*clockTolerance/],
  ])('a clock that is %d s apart is judged', async (seconds, says) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString()
    const [line] = await found('clock', issuer.url, withHeaders({ date }))
    expect(line).toMatch(says)
  })

  test('nothing is called good of an issuer that does not answer', async () => {
    const { code, output } = await finish(['doctor', 'http://127.0.0.1:9'])
    expect(code).toBe(3)
    expect(output).toContain('wrong   metadata')
    expect(output).not.toContain('good')
  })

  test('the preset of a known issuer is named', async () => {
    await using keycloak = await serveTestIssuer({ path: '/realms/acme' })
    expect(await found('configuration', keycloak.url)).toEqual([
      'advice: tollgate/issuers has a preset that knows what its access tokens look like; createAuth({ issuer: keycloak({ url, realm, client }) })',
    ])
  })

  test.each([
    [[], 'name the URL of an issuer'],
    [['login.example.com'], 'must be an absolute https URL'],
    [['https://a.test/.well-known/openid-configuration'], 'address of a metadata document'],
    [['http://login.example.com'], 'may be outside of your network'],
  ])('%j is a wrong command line', async (args, said) => {
    const { code, output, notes } = await finish(['doctor', ...args])
    expect([code, output]).toEqual([2, ''])
    expect(notes).toContain(said)
  })

  test('nothing that an issuer writes reaches the terminal unescaped', async () => {
    const evil = createTestIssuer({
      url: issuer.url,
      metadata: {
        issuer: '\u001b[2J\u202e',
        id_token_signing_alg_values_supported: ['HS\u001b[2J'],
      },
    })
    const options = { fetch: evil.fetch }
    for (const flags of [[], ['--json']]) {
      const { code, output } = await finish(['doctor', issuer.url, ...flags], options)
      expect(code).toBe(1)
      expect(output).toContain('u001b[2J')
      expect(output).not.toMatch(/[^\x20-\x7e\n]/)
    }
  })
})

describe('TLS', () => {
  const now = Date.now()
  const days = (n: number): number => now + n * 86_400_000

  test.each([
    [{ flaw: undefined, protocol: 'TLSv1.3', validTo: days(60.5) }, 'good', '60 more days'],
    [{ flaw: undefined, protocol: 'TLSv1.2', validTo: days(5.5) }, 'advice', '5 more days'],
    [
      { flaw: 'CERT_HAS_EXPIRED', protocol: 'TLSv1.3', validTo: days(-1) },
      'wrong',
      'CERT_HAS_EXPIRED',
    ],
    [undefined, 'wrong', 'no TLS connection'],
  ] as const)('%j is %s', (handshake, level, says) => {
    const finding = judgeTls(handshake, now)
    expect([finding.level, finding.says]).toEqual([level, expect.stringContaining(says)])
  })

  test('a certificate that is not trusted is seen in the handshake, and told by doctor', async () => {
    const [key] = createTestIssuer().keys.all
    if (key === undefined) throw new Error('an issuer has a key')
    const pem = createPrivateKey({ key: key.privateJwk as never, format: 'jwk' })
    const server = createServer({
      key: pem.export({ type: 'pkcs8', format: 'pem' }),
      cert: certifyPem(key),
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
      const handshake = await shakeHands(new URL(url))
      expect(handshake?.flaw).toMatch(/[A-Z_]{5,}/)
      const { code, output } = await finish(['doctor', url])
      expect(code).toBe(3)
      expect(output).toMatch(/^wrong {3}tls +the certificate is not trusted/m)
    } finally {
      server.close()
      server.closeAllConnections()
    }
  })

  test('no handshake at all is undefined', async () => {
    expect(await shakeHands(new URL('https://127.0.0.1:9'))).toBeUndefined()
  })
})
