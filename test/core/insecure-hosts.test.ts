import fc from 'fast-check'
import type { AuthError, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { runs } from '../runs.ts'

const keys = createTestIssuer()
const audience = keys.audience as string

/** Documents by their URL: an issuer of a development network. */
function serving(documents: Readonly<Record<string, unknown>>): VerifierOptions['fetch'] {
  return async (url) => {
    const document = documents[url]
    return document === undefined
      ? new Response(null, { status: 404 })
      : Response.json(document as object)
  }
}

interface Case {
  readonly issuer: string | IssuerOptions
  /** Where the metadata names the keys, and where the metadata is. */
  readonly metadata?: readonly [url: string, jwksUri: string]
  readonly jwksUri?: string
  readonly hosts?: readonly string[]
  readonly loopback?: boolean
}

/** What becomes of a good token of the issuer; the message where the options are refused. */
async function outcome({ issuer, metadata, jwksUri, hosts, loopback }: Case): Promise<string> {
  const iss = typeof issuer === 'string' ? issuer : issuer.issuer
  const keysAt = jwksUri ?? metadata?.[1] ?? ''
  try {
    const verifier = createVerifier({
      issuer,
      audience,
      ...(hosts && { allowInsecureHosts: hosts }),
      ...(loopback && { allowInsecureLoopback: true }),
      fetch: serving({
        ...(metadata && { [metadata[0]]: { issuer: iss, jwks_uri: metadata[1] } }),
        [keysAt]: keys.jwks,
      }),
    })
    try {
      await verifier.verify(keys.mint({ iss }))
      return 'accepted'
    } catch (error) {
      return `${(error as AuthError).reason}: ${verifier.health()[0]?.lastError}`
    }
  } catch (error) {
    return (error as TypeError).message
  }
}

const wellKnown = '.well-known/openid-configuration'
const realm = 'realms/acme'
const certs = 'protocol/openid-connect/certs'

describe('http on a development network', () => {
  it.each<[string, Case]>([
    [
      'a compose file: tokens name localhost, keys are at the container',
      {
        issuer: {
          issuer: `http://localhost:8080/${realm}`,
          jwksUri: `http://keycloak:8080/${realm}/${certs}`,
        },
        jwksUri: `http://keycloak:8080/${realm}/${certs}`,
        hosts: ['localhost', 'keycloak'],
      },
    ],
    [
      'the same, with the option for loopback',
      {
        issuer: {
          issuer: `http://localhost:8080/${realm}`,
          jwksUri: `http://keycloak:8080/${realm}/${certs}`,
        },
        jwksUri: `http://keycloak:8080/${realm}/${certs}`,
        hosts: ['keycloak'],
        loopback: true,
      },
    ],
    [
      'tokens and keys both name the container',
      {
        issuer: `http://keycloak:8080/${realm}`,
        metadata: [
          `http://keycloak:8080/${realm}/${wellKnown}`,
          `http://keycloak:8080/${realm}/${certs}`,
        ],
        hosts: ['keycloak'],
      },
    ],
    [
      'tokens name localhost, metadata is at the container and names keys there',
      {
        issuer: {
          issuer: `http://localhost:8080/${realm}`,
          metadataUrl: `http://keycloak:8080/${realm}/${wellKnown}`,
        },
        metadata: [
          `http://keycloak:8080/${realm}/${wellKnown}`,
          `http://keycloak:8080/${realm}/${certs}`,
        ],
        hosts: ['localhost', 'keycloak'],
      },
    ],
    [
      'the metadata names keys at a private address that is listed',
      {
        issuer: 'http://idp.internal',
        metadata: [`http://idp.internal/${wellKnown}`, 'http://10.1.2.3:8080/jwks'],
        hosts: ['idp.internal', '10.1.2.3'],
      },
    ],
    [
      'an IPv6 address',
      {
        issuer: 'http://[fd00::1]:8080',
        metadata: [`http://[fd00::1]:8080/${wellKnown}`, 'http://[fd00::1]:8080/jwks'],
        hosts: ['[fd00::1]'],
      },
    ],
    [
      'the metadata came by http, and the keys are at a public host with https',
      {
        issuer: 'http://idp.local',
        metadata: [`http://idp.local/${wellKnown}`, 'https://keys.example.com/jwks'],
        hosts: ['idp.local'],
      },
    ],
  ])('%s: a token is accepted', async (_, one) => {
    expect(await outcome(one)).toBe('accepted')
  })

  it.each<[string, Case, RegExp]>([
    [
      'an issuer that is not listed',
      { issuer: `http://keycloak:8080/${realm}`, hosts: ['idp'] },
      /option 'issuer' must be an https URL \(or, on a development network, name its host in allowInsecureHosts\)\. .* \(it is http:\/\/keycloak:8080/,
    ],
    [
      'keys that are not listed',
      {
        issuer: {
          issuer: `http://localhost:8080/${realm}`,
          jwksUri: `http://keycloak:8080/${realm}/${certs}`,
        },
        loopback: true,
      },
      /option 'jwksUri' must be an https URL \(or, on a development network, name its host in allowInsecureHosts\)$/,
    ],
    [
      'metadata that is not listed',
      {
        issuer: { issuer: 'https://login.test', metadataUrl: `http://keycloak:8080/${wellKnown}` },
        hosts: ['key'],
      },
      /option 'metadataUrl' must be an https URL/,
    ],
    [
      'the host of an issuer that only begins like a listed one',
      { issuer: 'http://keycloak.example.com', hosts: ['keycloak'] },
      /option 'issuer' must be an https URL/,
    ],
    [
      'the host of an issuer that only ends like a listed one',
      { issuer: 'http://not-keycloak', hosts: ['keycloak'] },
      /option 'issuer' must be an https URL/,
    ],
    [
      'localhost, where only another host is listed',
      { issuer: 'http://localhost:8080', hosts: ['keycloak'] },
      /set allowInsecureLoopback: true/,
    ],
  ])('%s: the options are refused', async (_, one, message) => {
    expect(await outcome(one)).toMatch(message)
  })

  it.each<[string, Case, string]>([
    [
      'metadata that came by https names keys with http, on a listed host',
      {
        issuer: 'https://login.example.com',
        metadata: [`https://login.example.com/${wellKnown}`, 'http://keycloak:8080/jwks'],
        hosts: ['keycloak'],
      },
      'unusable jwks_uri: it must be an https URL, at https://login.example.com',
    ],
    [
      'metadata that came by https from a listed host names keys with http there',
      {
        issuer: 'https://keycloak',
        metadata: [`https://keycloak/${wellKnown}`, 'http://keycloak/jwks'],
        hosts: ['keycloak'],
      },
      'unusable jwks_uri: it must be an https URL, at https://keycloak',
    ],
    [
      'metadata that came by https names keys on this machine, which is allowed',
      {
        issuer: 'https://login.example.com',
        metadata: [`https://login.example.com/${wellKnown}`, 'http://localhost:8080/jwks'],
        loopback: true,
      },
      'unusable jwks_uri: it must be an https URL, at https://login.example.com',
    ],
    [
      'metadata that came by http names keys with http, on a host that is not listed',
      {
        issuer: 'http://keycloak:8080',
        metadata: [`http://keycloak:8080/${wellKnown}`, 'http://localhost:8080/jwks'],
        hosts: ['keycloak'],
      },
      'unusable jwks_uri: it must be an https URL (or, for development and tests on this machine, set allowInsecureLoopback: true), at http://keycloak:8080',
    ],
    [
      'metadata that came by http names keys at a private address that is not listed',
      {
        issuer: 'http://keycloak:8080',
        metadata: [`http://keycloak:8080/${wellKnown}`, 'https://169.254.169.254/jwks'],
        hosts: ['keycloak'],
      },
      'jwks_uri at a private address',
    ],
    [
      'metadata that came by https names keys at a private address that is listed',
      {
        issuer: 'https://login.example.com',
        metadata: [`https://login.example.com/${wellKnown}`, 'https://10.1.2.3/jwks'],
        hosts: ['10.1.2.3'],
      },
      'jwks_uri at a private address',
    ],
  ])('T13: %s: no token is accepted', async (_, one, error) => {
    expect(await outcome(one)).toContain(`keys: ${error}`)
  })

  it('an answer of a resolver may name what is listed, and nothing else', async () => {
    const verifier = createVerifier({
      issuer: (iss) => ({ issuer: iss, jwksUri: 'http://keycloak/jwks' }),
      audience,
      allowInsecureHosts: ['keycloak', 'localhost'],
      fetch: serving({ 'http://keycloak/jwks': keys.jwks }),
    })
    const reasonOf = (iss: string): Promise<string> =>
      verifier.verify(keys.mint({ iss })).then(
        () => 'accepted',
        ({ reason }: AuthError) => reason,
      )
    expect(await reasonOf('http://localhost:8080')).toBe('accepted')
    expect(await reasonOf('http://idp:8080')).toBe('resolver')
  })
})

describe('T16: the option allowInsecureHosts', () => {
  const refusal = (allowInsecureHosts: unknown): string => {
    try {
      createVerifier({
        issuer: 'https://login.test',
        audience,
        allowInsecureHosts: allowInsecureHosts as string[],
      })
      return 'accepted'
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      return (error as TypeError).message
    }
  }

  it.each([
    ['keycloak'],
    ['my_keycloak-1'],
    ['localhost'],
    ['idp.local'],
    ['a.b.internal'],
    ['issuer.test'],
    ['idp.localhost'],
    ['10.0.0.1'],
    ['127.0.0.1'],
    ['172.16.0.1'],
    ['172.31.255.255'],
    ['192.168.1.1'],
    ['169.254.1.1'],
    ['100.64.0.1'],
    ['[::1]'],
    ['[fd00::1]'],
    ['[fe80::1]'],
  ])('the host %s may be listed', (host) => {
    expect(refusal([host])).toBe('accepted')
  })

  it.each([
    ['login.example.com', /may be outside of your network: use https there/],
    ['test.example', /may be outside/],
    ['internal.example.com', /may be outside/],
    ['local.com', /may be outside/],
    ['notlocal.xlocal', /may be outside/],
    ['keycloak.', /may be outside/],
    ['idp.local.', /may be outside/],
    ['8.8.8.8', /may be outside/],
    ['172.32.0.1', /may be outside/],
    ['100.128.0.1', /may be outside/],
    ['0.0.0.0', /may be outside/],
    ['[::ffff:808:808]', /may be outside/],
    ['[2001:db8::1]', /may be outside/],
    ['[fc::1]', /may be outside/],
    ['[64:ff9b::808:808]', /may be outside/],
    ['*.local', /has a wildcard/],
    ['*', /has a wildcard/],
    ['Keycloak', /is not spelled as URL spells it/],
    ['10.1', /is not spelled as URL spells it/],
    ['0x7f000001', /is not spelled as URL spells it/],
    ['[fd00:0:0::1]', /is not spelled as URL spells it/],
    ['keycloak:8080', /is no host: write it without a scheme, port and path/],
    ['keycloak:80', /is no host/],
    ['http://keycloak', /is no host/],
    ['keycloak/', /is no host/],
    ['me@keycloak', /is no host/],
    ['keycloak?', /is no host/],
    [' keycloak', /is no host/],
    ['keycloak\n', /is no host/],
    ['fd00::1', /is no host/],
    ['', /is no host/],
  ])('the host %j is refused', (host, message) => {
    expect(refusal(['idp', host])).toMatch(message)
    expect(refusal([host])).toMatch(/^tollgate: option 'allowInsecureHosts' holds '/)
  })

  it.each<[string, unknown, RegExp]>([
    ['a text', 'keycloak', /must be an array of hosts, such as \['keycloak'\], not a string/],
    ['true', true, /must be an array of hosts/],
    ['a list of patterns', [/keycloak/], /must hold names of hosts, not a regular expression/],
    ['a list with undefined', [undefined], /must hold names of hosts, not undefined/],
    ['a list with a host twice', ['idp', 'idp'], /names 'idp' twice/],
  ])('%s is refused', (_, value, message) => {
    expect(refusal(value)).toMatch(message)
  })

  it('no public name or address is accepted, for any labels', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,8}$/)
    const top = fc.constantFrom('com', 'io', 'dev', 'locals', 'test-1', 'invalid', 'example', 'lan')
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), top, (labels, end) => {
        expect(refusal([[...labels, end].join('.')])).toMatch(/allowInsecureHosts/)
      }),
      runs(300),
    )
    const isPublic = ([a, b]: readonly number[]): boolean =>
      a !== 10 && a !== 127 && a !== 169 && a !== 172 && a !== 192 && !(a === 100 && (b ?? 0) > 63)
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet).filter(isPublic), (octets) => {
        expect(refusal([octets.join('.')])).toMatch(/may be outside/)
      }),
      runs(300),
    )
  })

  it('the list is copied: a host that is added later is not allowed', async () => {
    const hosts = ['idp']
    const verifier = createVerifier({
      issuer: (iss) => ({ issuer: iss, jwksUri: 'http://keycloak/jwks' }),
      audience,
      allowInsecureHosts: hosts,
      fetch: serving({ 'http://keycloak/jwks': keys.jwks }),
    })
    hosts.push('keycloak')
    await expect(verifier.verify(keys.mint({ iss: 'https://login.test' }))).rejects.toMatchObject({
      reason: 'resolver',
    })
  })
})
