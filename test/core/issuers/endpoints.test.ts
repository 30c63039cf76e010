import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { activate } from '../../../src/core/issuers/active-issuer.ts'
import { resolveOptions } from '../../../src/core/options.ts'

const endpoint = 'https://issuer.test/introspect'

/** The one issuer of a verifier with these options, as it is inside of the verifier. */
function createActive(
  metadata: Readonly<Record<string, unknown>>,
  issuerOptions: Readonly<Record<string, unknown>> = {},
  options: Readonly<Record<string, unknown>> = {},
  url = 'https://issuer.test',
) {
  const issuer = createTestIssuer({ metadata, url })
  issuer.clock.freeze()
  const settings = resolveOptions({
    ...issuer.trust(options),
    issuer: { issuer: url, ...issuerOptions },
  })
  const [trusted] = settings.issuers
  if (trusted === undefined) throw new Error('there is no issuer')
  return { issuer, active: activate(trusted, settings) }
}

const metadataFetches = (issuer: ReturnType<typeof createTestIssuer>): number =>
  issuer.requests.count('openid-configuration')

describe('the endpoints of an issuer', () => {
  it('are found in the document by which keys are found, which is fetched once for both', async () => {
    const says = { introspection_endpoint: endpoint, userinfo_endpoint: 'https://other.test/me' }
    const { issuer, active } = createActive(says)
    const [found, userinfo] = await Promise.all([
      active.endpoints.find('introspection_endpoint'),
      active.endpoints.find('userinfo_endpoint'),
      active.keys.ensureLoaded(),
    ])
    expect(found.url).toBe(endpoint)
    expect(userinfo.url).toBe('https://other.test/me')
    expect(metadataFetches(issuer)).toBe(1)
    expect(issuer.requests.count('jwks')).toBe(1)
    issuer.clock.advance(600)
    await active.endpoints.find('introspection_endpoint')
    expect(metadataFetches(issuer)).toBe(1)
  })

  it('are found in metadata that is read for them alone where the keys are stated', async () => {
    const { jwks } = createTestIssuer()
    for (const keys of [{ jwks }, { jwksUri: 'https://issuer.test/jwks' }]) {
      const says = { introspection_endpoint: endpoint, jwks_uri: 'nowhere' }
      const { issuer, active } = createActive(says, keys)
      await active.keys.ensureLoaded()
      expect(metadataFetches(issuer)).toBe(0)
      const found = await active.endpoints.find('introspection_endpoint')
      expect(found.url).toBe(endpoint)
      expect(metadataFetches(issuer)).toBe(1)
    }
  })

  it('an issuer that is no https URL, with stated keys, has none', async () => {
    const { jwks } = createTestIssuer()
    const stated = { jwks, profile: 'jwt' }
    for (const url of ['our-issuer', 'http://issuer.test']) {
      const settings = resolveOptions({
        issuer: { issuer: url, ...stated },
        audience: 'a',
      } as never)
      const active = activate(settings.issuers[0] as never, settings)
      await expect(active.endpoints.find('token_endpoint')).rejects.toThrow(
        'no metadata names token_endpoint, because the issuer is no https URL',
      )
    }
  })

  it.each([
    ['is missing', undefined, 'no introspection_endpoint in the metadata at https://issuer.test'],
    ['is no text', 7, 'unusable introspection_endpoint'],
    ['is http', 'http://issuer.test/introspect', 'unusable introspection_endpoint'],
    ['has a password', 'https://a:b@issuer.test/introspect', 'unusable introspection_endpoint'],
    [
      'is at a private address',
      'https://10.0.0.1/x',
      'introspection_endpoint at a private address',
    ],
  ])('an endpoint that %s is not asked', async (_, value, message) => {
    const { active } = createActive({ introspection_endpoint: value })
    await expect(active.endpoints.find('introspection_endpoint')).rejects.toThrow(message)
  })

  it('an http endpoint may be asked where its host is allowed and the metadata came by http', async () => {
    const url = 'http://keycloak.test'
    const says = { introspection_endpoint: `${url}/introspect` }
    const options = { allowInsecureHosts: ['keycloak.test'] }
    const insecure = createActive(says, {}, options, url)
    const found = await insecure.active.endpoints.find('introspection_endpoint')
    expect(found.url).toBe(`${url}/introspect`)
    const secure = createActive(says, {}, options)
    await expect(secure.active.endpoints.find('introspection_endpoint')).rejects.toThrow('unusable')
  })

  it('lists in the metadata are read as texts, and an absent list is undefined', async () => {
    const { active } = createActive({
      token_endpoint: 'https://issuer.test/token',
      m: ['a', 1, 'b'],
    })
    const { listed } = await active.endpoints.find('token_endpoint')
    expect(listed('m')).toEqual(['a', 'b'])
    expect(listed('token_endpoint')).toBeUndefined()
    expect(listed('toString')).toBeUndefined()
  })

  it('in an outage the document that was read serves on, and without one there is an error at once', async () => {
    const { issuer, active } = createActive({ introspection_endpoint: endpoint })
    issuer.fail('*', faults.status(500))
    await expect(active.endpoints.find('introspection_endpoint')).rejects.toThrow('status 500')
    const asked = metadataFetches(issuer)
    await expect(active.endpoints.find('introspection_endpoint')).rejects.toThrow('status 500')
    expect(metadataFetches(issuer)).toBe(asked)
    issuer.reset()
    issuer.clock.freeze()
    issuer.clock.advance(120)
    await active.endpoints.find('introspection_endpoint')
    issuer.fail('*', faults.status(500))
    issuer.clock.advance(7200)
    const found = await active.endpoints.find('introspection_endpoint')
    expect(found.url).toBe(endpoint)
  })

  it('nothing is fetched once the issuer is closed', async () => {
    const { issuer, active } = createActive({ introspection_endpoint: endpoint })
    active.close()
    await expect(active.endpoints.find('introspection_endpoint')).rejects.toThrow()
    expect(metadataFetches(issuer)).toBe(0)
  })
})
