import type { AuthError, IssuerOptions, Profile } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Claims } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const acme = createTestIssuer({ url: 'https://acme.test' })
const other = createTestIssuer({ url: 'https://other.test' })
const audience = 'https://api.test'

function profileOf(subjectPrefix: string): Profile {
  return { types: ['JWT', 'JOSE'], untyped: true, subjectPrefix }
}

/** The keys of an issuer as a SPIFFE bundle has them, and a key for certificates beside them. */
function bundleOf({ jwks }: typeof acme) {
  const keys = jwks.keys.map((jwk) => ({ ...jwk, use: 'jwt-svid' }))
  const certificates = { ...other.jwks.keys[0], kid: 'x', use: 'x509-svid' }
  return { keys: [...keys, certificates], spiffe_sequence: 1 }
}

const domain: IssuerOptions = {
  issuer: 'spiffe://acme.test',
  jwks: bundleOf(acme) as never,
  profile: profileOf('spiffe://acme.test/'),
}
const otherDomain: IssuerOptions = {
  issuer: 'spiffe://other.test',
  jwks: bundleOf(other) as never,
  profile: profileOf('spiffe://other.test/'),
}

/** A JWT-SVID: without `iss`, and in this of `typ`, `iat`, `jti` and `client_id` as well. */
function svid(claims: Claims, by = acme): string {
  const none = { iss: undefined, client_id: undefined, jti: undefined, iat: undefined }
  return by.mint({ ...none, ...claims }, { header: { typ: undefined } })
}

const sub = 'spiffe://acme.test/billing'
const verifierOf = (...issuer: IssuerOptions[]) => createVerifier({ issuer, audience })
const outcome = (issuers: IssuerOptions[], token: string): Promise<string> =>
  verifierOf(...issuers)
    .verify(token)
    .then(
      ({ issuer }) => issuer,
      ({ status, reason }: AuthError) => `${status} ${reason}`,
    )

describe('T4: tokens without iss', () => {
  it('a token without iss belongs to the issuer that is listed with the prefix of its sub, fresh and cached', async () => {
    const verifier = verifierOf(otherDomain, domain)
    const token = svid({ sub })
    for (let i = 0; i < 3; i++) {
      const auth = await verifier.verify(token)
      expect(auth).toMatchObject({ issuer: 'spiffe://acme.test', subject: sub })
      expect(auth.claims).not.toHaveProperty('iss')
    }
    expect(
      await outcome([otherDomain, domain], svid({ sub: 'spiffe://other.test/a/b' }, other)),
    ).toBe('spiffe://other.test')
  })

  it.each<[string, Claims, string]>([
    ['of another trust domain', { sub: 'spiffe://evil.test/billing' }, '401 issuer'],
    [
      'of a trust domain whose name only begins alike',
      { sub: 'spiffe://acme.test.evil/x' },
      '401 issuer',
    ],
    ['of the trust domain without a path', { sub: 'spiffe://acme.test' }, '401 issuer'],
    ['whose sub holds the prefix elsewhere', { sub: 'x/spiffe://acme.test/billing' }, '401 issuer'],
    ['whose sub is written in capitals', { sub: 'SPIFFE://acme.test/billing' }, '401 issuer'],
    ['without sub', { sub: undefined }, '401 issuer'],
    ['whose sub is a list', { sub: [sub] as never }, '401 issuer'],
    ['whose sub is thousands of slashes', { sub: '/'.repeat(5000) }, '401 issuer'],
    ['whose iss is null', { sub, iss: null as never }, '401 issuer'],
    ['whose iss is empty', { sub, iss: '' }, '401 issuer'],
    ['for another API', { sub, aud: 'https://elsewhere.test' }, '401 audience'],
    ['that has expired', { sub, exp: 1 }, '401 expired'],
    ['with a nonce', { sub, nonce: 'n' }, '401 token-type'],
  ])('a token without iss %s is refused', async (_, claims, expected) => {
    expect(await outcome([domain, otherDomain], svid(claims))).toBe(expected)
  })

  it('a key of one trust domain never verifies a token of another', async () => {
    expect(await outcome([domain, otherDomain], svid({ sub }, other))).toBe('401 unknown-key')
    const [key] = acme.jwks.keys
    const kid = key?.kid as string
    const forged = other.mint(
      { iss: undefined, sub },
      { kid, key: other.keys.current, header: { typ: 'JWT' } },
    )
    expect(await outcome([domain, otherDomain], forged)).toBe('401 signature')
  })

  it('where no issuer has a prefix, a token without iss is refused', async () => {
    const plain: IssuerOptions = { issuer: acme.url, jwks: acme.jwks as never, profile: 'jwt' }
    expect(await outcome([plain], svid({ sub }))).toBe('401 issuer')
    const verifier = createVerifier({ issuer: () => ({ ...domain, issuer: 'x' }), audience })
    await expect(verifier.verify(svid({ sub }))).rejects.toMatchObject({ reason: 'issuer' })
  })

  it('the prefix is required of a token with iss, too', async () => {
    expect(await outcome([domain], svid({ sub, iss: 'spiffe://acme.test' }))).toBe(
      'spiffe://acme.test',
    )
    for (const wrong of ['spiffe://other.test/billing', 'spiffe://acme.test', undefined, '']) {
      const token = svid({ sub: wrong, iss: 'spiffe://acme.test' })
      expect(await outcome([domain], token)).toBe('401 claims')
    }
  })

  it('the prefix stands above a subject that would be the client', async () => {
    const profile: Profile = { types: ['at+jwt'], subject: 'client', subjectPrefix: 'a/' }
    const issuer: IssuerOptions = { issuer: acme.url, jwks: acme.jwks as never, profile }
    const token = acme.mint({ sub: undefined, client_id: 'a/b' })
    expect(await outcome([issuer], token)).toBe('401 claims')
  })

  it('a kind without a prefix takes no token without iss', async () => {
    const issuer: IssuerOptions = {
      issuer: acme.url,
      jwks: acme.jwks as never,
      profile: 'jwt',
      kinds: [{ when: { claim: 'scope' } }, { when: { claim: 'sub' }, profile: profileOf('a/') }],
    }
    expect(await outcome([issuer], svid({ sub: 'a/b' }))).toBe(acme.url)
    expect(await outcome([issuer], svid({ sub: 'a/b', scope: 'all' }))).toBe('401 issuer')
    expect(await outcome([issuer], svid({ sub: 'a/b', scope: 'all', iss: acme.url }))).toBe(
      acme.url,
    )
  })
})

describe('the keys of a SPIFFE bundle', () => {
  it("use: 'jwt-svid' counts as 'sig' for such an issuer, fetched or given, and for no other", async () => {
    const jwksUri = 'https://bundle.test/keys'
    const bundle = bundleOf(acme)
    const fetch = async () => Response.json(bundle)
    const fetched = createVerifier({
      issuer: { ...domain, jwks: undefined, jwksUri },
      audience,
      fetch,
    })
    await expect(fetched.verify(svid({ sub }))).resolves.toMatchObject({ subject: sub })
    expect(fetched.health()).toMatchObject([{ keys: 1 }])

    const plain = createVerifier({
      issuer: { issuer: acme.url, jwksUri, profile: 'jwt' },
      audience,
      fetch,
    })
    await expect(plain.verify(acme.mint())).rejects.toMatchObject({ status: 503 })
    expect(() =>
      createVerifier({
        issuer: { issuer: acme.url, jwks: bundle as never, profile: 'jwt' },
        audience,
      }),
    ).toThrow(/holds no key that can be used \(not for signatures \(use\)\)/)
  })

  it("use: 'x509-svid' is for certificates, and never counts", async () => {
    const token = other.mint(
      { iss: undefined, sub },
      { kid: 'x', key: other.keys.current, header: { typ: 'JWT' } },
    )
    expect(await outcome([domain], token)).toMatch(/^401 (unknown-key|signature)$/)
  })
})

describe('T16: wrong subject prefixes', () => {
  const withPrefix = (issuer: string, ...prefixes: string[]): IssuerOptions => ({
    issuer,
    jwks: acme.jwks as never,
    kinds: prefixes.map((prefix) => ({ when: { claim: 'sub' }, profile: profileOf(prefix) })),
  })
  it.each<[string, IssuerOptions[]]>([
    ['two issuers have the same one', [withPrefix('a', 'x/'), withPrefix('b', 'x/')]],
    ['one is the beginning of another', [withPrefix('a', 'x/y/'), withPrefix('b', 'x/')]],
    [
      'one is the beginning of another, with others in between',
      [
        withPrefix('a', 'x/', 'x!/'),
        withPrefix('b', 'a/'),
        withPrefix('c', 'x/z/'),
        withPrefix('d', 'z/'),
      ],
    ],
    ['two kinds of one issuer have nested ones', [withPrefix('a', 'x/', 'x/y/')]],
  ])('the options are refused where %s', (_, issuers) => {
    expect(() => verifierOf(...issuers)).toThrow(
      /^tollgate: option 'issuer': the subjectPrefix 'x\/' is the beginning of 'x\/.*'/,
    )
  })

  it('two kinds of one issuer may have the same one', () => {
    expect(() => verifierOf(withPrefix('a', 'x/', 'x/'), withPrefix('b', 'y/'))).not.toThrow()
  })

  it.each<[unknown, RegExp]>([
    ['spiffe://acme.test', /subjectPrefix' must end in a slash: write 'spiffe:\/\/acme\.test\/'/],
    ['', /subjectPrefix' must be a non-empty string/],
    [/x/, /subjectPrefix' must be a non-empty string, not a regular expression/],
    [['a/'], /subjectPrefix' must be a non-empty string, not an array/],
  ])('the prefix %j is refused', (prefix, message) => {
    const profile = profileOf(prefix as string)
    expect(() => verifierOf({ ...domain, profile })).toThrow(message)
  })
})
