import fc from 'fast-check'
import type { AuthError } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { isPrivateAddress } from '../../src/core/issuer-url.ts'
import { runs } from '../runs.ts'
import { verdictOf } from './verdict.ts'

const issuer = createTestIssuer()

/** What becomes of a good token when the metadata says that the keys are at this host. */
async function outcomeWithKeysAt(host: string): Promise<string> {
  const jwksUri = `https://${host}/jwks`
  const verifier = createVerifier({
    ...issuer.trust(),
    fetch: async (url) =>
      Response.json(
        String(url) === jwksUri ? issuer.jwks : { issuer: issuer.url, jwks_uri: jwksUri },
      ),
  })
  return verdictOf(verifier.verify(issuer.mint()))
}

/** What becomes of a good token when its keys are at this URL: as an option, and as found. */
async function outcomesWithKeysAt(jwksUri: string): Promise<readonly string[]> {
  const fetch = async (url: unknown) =>
    Response.json(String(url) === jwksUri ? issuer.jwks : { issuer: issuer.url, jwks_uri: jwksUri })
  const ways = [{ issuer: issuer.url, jwksUri }, issuer.url]
  return Promise.all(
    ways.map(async (one) => {
      try {
        const options = { ...issuer.trust(), issuer: one, fetch }
        await createVerifier(options).verify(issuer.mint())
        return 'accepted'
      } catch (error) {
        return error instanceof TypeError ? error.message : (error as AuthError).reason
      }
    }),
  )
}

describe('user names in URLs', () => {
  it.each([
    'https://keys.test/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    'https://keys.test/@',
    'https://keys.test/a//b@c',
    'https://keys.test/jwks?of=me@example.com',
    'https://keys.test?@',
    'https://keys.test/jwks?at=//me@example.com',
  ])('keys at %s are fetched: an @ behind the host is no user name', async (url) => {
    expect(await outcomesWithKeysAt(url)).toEqual(['accepted', 'accepted'])
  })

  it.each([
    'https://me@keys.test/jwks',
    'https://me:secret@keys.test/jwks',
    'https://:secret@keys.test/jwks',
    'https://@keys.test/jwks',
    'https://:@keys.test/jwks',
    'https://a@b@keys.test/jwks',
  ])(
    'keys at %s are not fetched, because there is user information before the host',
    async (url) => {
      const [stated, found] = await outcomesWithKeysAt(url)
      expect(stated).toMatch(/option 'jwksUri' must hold no user name or password/)
      expect(stated).not.toContain('secret')
      expect(found).toBe('keys')
    },
  )

  it('an issuer with an @ in its path is accepted', async () => {
    const named = createTestIssuer({ keys: { seed: 'at' } })
    const iss = 'https://login.test/tenants/a@b'
    const verifier = createVerifier({
      ...named.trust(),
      issuer: { issuer: iss, jwks: named.jwks as never },
    })
    expect((await verifier.verify(named.mint({ iss }))).issuer).toBe(iss)
  })
})

describe('T13: hosts of the keys', () => {
  it.each([
    '10.keys.example.com',
    '0.example.com',
    '127.com',
    '127.0.0.1.example.com',
    '169.254.example.com',
    '172.16.io',
    '192.168.example.com',
    '224.example.com',
    'fd.example.com',
    'fe80.example.com',
    'localhost.example.com',
    '8.8.8.8',
  ])('keys at the public host %s are fetched', async (host) => {
    expect(await outcomeWithKeysAt(host)).toBe('accepted')
  })

  it.each([
    '10.0.0.1',
    '10.1',
    '0xa000001',
    '012.0.0.1',
    '127.0.0.1.',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '[::1]',
    '[::ffff:10.0.0.1]',
    '[fd00::1]',
    '[fe80::1]',
    'localhost',
    'keys.localhost',
  ])('keys at %s, which is inside the own network, are not fetched', async (host) => {
    expect(await outcomeWithKeysAt(host)).toBe('503 keys')
  })

  it('a domain name is not taken for a private address, for any labels of the name', () => {
    const label = fc.oneof(
      fc.constantFrom('0', '10', '127', '169', '254', '172', '16', '192', '168', 'fd', 'fe80'),
      fc.stringMatching(/^[a-z0-9]{1,8}$/),
    )
    const topLabel = fc.constantFrom('com', 'io', 'test', 'x10', '0xyz')
    fc.assert(
      fc.property(fc.array(label, { maxLength: 5 }), topLabel, (labels, top) => {
        const url = `https://${[...labels, top].join('.')}/jwks`
        fc.pre(URL.canParse(url))
        expect(isPrivateAddress(url)).toBe(false)
      }),
      runs(1000),
    )
  })

  it('an IPv4 address is taken for a private address in each of its spellings, for any address of a private network', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const address = fc.oneof(
      fc.tuple(fc.constantFrom(0, 10, 127, 224, 255), octet, octet, octet),
      fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
      fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
    )
    fc.assert(
      fc.property(address, fc.constantFrom('', '.'), (octets, end) => {
        const number = octets.reduce((sum, one) => sum * 256 + one, 0)
        for (const spelling of [
          octets.join('.'),
          octets.map((one) => `0x${one.toString(16)}`).join('.'),
          octets.map((one) => `0${one.toString(8)}`).join('.'),
          `${number}`,
          `0x${number.toString(16)}`,
        ]) {
          expect(isPrivateAddress(`https://${spelling}${end}/jwks`)).toBe(true)
        }
      }),
      runs(300),
    )
  })
})
