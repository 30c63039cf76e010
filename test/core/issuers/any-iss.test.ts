import type { AuthError, AuthEvent, IssuerOptions, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'

const keys = createTestIssuer()
afterEach(() => keys.clock.reset())
const audience = keys.audience as string
const jwksUri = 'https://keys.test/jwks'
const metadataUrl = 'https://keys.test/metadata'

/** Serves the keys, and metadata with these members. It writes down what was fetched. */
function createServer(metadata: object) {
  const fetched: string[] = []
  const fetch: VerifierOptions['fetch'] = async (url) => {
    fetched.push(url)
    return Response.json(url === jwksUri ? keys.jwks : { ...metadata, jwks_uri: jwksUri })
  }
  return { fetched, fetch }
}

const reasonOf = (verified: Promise<unknown>): Promise<string> =>
  verified.then(
    () => 'accepted',
    ({ status, reason }: AuthError) => `${status} ${reason}`,
  )

/** What the construction of a verifier for this issuer says, or 'created'. */
function construction(
  issuer: string | Partial<IssuerOptions>,
  options: Partial<VerifierOptions> = {},
): string {
  try {
    createVerifier({ issuer: issuer as IssuerOptions, audience, ...options })
    return 'created'
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return (error as TypeError).message
  }
}

const forms: readonly (readonly [string, string])[] = [
  ['the http URL of AD FS', 'http://fs.acme.test/adfs/services/trust'],
  ['the name of a host', 'acme.com'],
  ['the id of a project', 'P2abcDEF0123456789'],
  ['a host and a project', 'stytch.com/project-live-11111111-1111-1111-1111-111111111111'],
  ['a name with a slash', 'forge/invocation-token'],
  ['an e-mail address', 'chat@system.gserviceaccount.com'],
  ['a URN', 'urn:acme:issuer'],
  ['an https URL with a query', 'https://login.acme.test/?policy=one'],
  ['an https URL with a fragment', 'https://login.acme.test/#one'],
  ['every printable character', String.raw`!"#$%&'()*+,-./09:;<=>?@AZ[\]^_\`az|~`],
  ['one character', 'x'],
  ['1024 characters', 'x'.repeat(1024)],
]

describe('an issuer that is no https URL', () => {
  it.each(forms)('%s is accepted where its keys are known otherwise', async (_, issuer) => {
    for (const location of [{ jwksUri }, { metadataUrl }, { jwks: keys.jwks }]) {
      const { fetched, fetch } = createServer({ issuer })
      const verifier = createVerifier({
        issuer: { issuer, ...location } as IssuerOptions,
        audience,
        profile: 'jwt',
        fetch,
      })
      expect(await verifier.verify(keys.mint({ iss: issuer }))).toMatchObject({ issuer })
      expect(await reasonOf(verifier.verify(keys.mint({ iss: `${issuer}x` })))).toBe('401 issuer')
      expect(fetched.every((url) => url === jwksUri || url === metadataUrl)).toBe(true)
    }
  })

  it.each(forms)(
    '%s is refused at construction where its keys would be searched there',
    (_, issuer) => {
      expect(construction({ issuer, profile: 'jwt' })).toMatch(
        /^tollgate: option 'issuer' must .*\. If that is what its tokens say, state 'jwksUri' \(or 'jwks', 'metadataUrl'\) \(it is /,
      )
    },
  )

  it.each(forms)('%s is refused at construction under the profile rfc9068', (_, issuer) => {
    expect(construction({ issuer, jwksUri })).toMatch(
      /^tollgate: option 'issuer' must .*\. If that is what its tokens say, state profile: 'jwt' \(it is /,
    )
    expect(construction(issuer)).toMatch(
      /state 'jwksUri' \(or 'jwks', 'metadataUrl'\) and profile: 'jwt' \(it is /,
    )
    expect(construction({ issuer, jwksUri, profile: 'rfc9068' }, { profile: 'jwt' })).toMatch(
      /state profile: 'jwt' \(it is /,
    )
  })

  it('the profile that counts is the one of the issuer, else the one of the verifier, and may be an object', () => {
    const issuer = 'acme.com'
    expect(construction({ issuer, jwksUri }, { profile: 'jwt' })).toBe('created')
    expect(construction({ issuer, jwksUri, profile: 'jwt' }, { profile: 'rfc9068' })).toBe(
      'created',
    )
    expect(construction({ issuer, jwksUri, profile: { types: ['at+jwt'] } })).toBe('created')
  })

  it.each<[string, string, RegExp]>([
    ['with a line break', 'acme.com\n', /must be an absolute https URL \(it is acme/],
    ['with a space', 'acme com', /must be an absolute https URL \(it is acme com\)/],
    ['with a character that is not ASCII', 'ácme.com', /must be an absolute https URL/],
    ['that is a template', 'https://login.acme.test/{tenantid}', /is a template/],
    ['that is a template and no URL', '{tenantid}', /is a template/],
    ['with a wildcard for its host', 'https://*.acme.test', /is a template/],
    ['that stands for many tenants', 'https://login.acme.test/common', /stands for many tenants/],
    [
      'that stands for many tenants, with http',
      'http://acme.test/organizations/',
      /must be an https/,
    ],
    ['that is a name for many tenants', 'consumers', /must be an absolute https URL/],
    ['with a password', 'https://me:secret@acme.test', /must hold no user name or password/],
    ['with a user name and http', 'http://me@acme.test', /must hold no user name or password/],
    ['that is empty', '', /must be a non-empty string/],
    ['of 1025 characters', 'x'.repeat(1025), /must be an absolute https URL/],
    ['of 1025 characters that is a URL', `https://a.test/${'x'.repeat(1010)}`, /at most 1024/],
  ])('an issuer %s is refused at construction, and nothing makes it possible', (_, issuer, why) => {
    const message = construction({ issuer, jwksUri, profile: 'jwt' })
    expect(message).toMatch(why)
    expect(message).not.toMatch(/If that is what its tokens say|secret/)
  })

  it('keys and metadata stay https', () => {
    const issuer = 'http://fs.acme.test/adfs/services/trust'
    const http = 'http://fs.acme.test/adfs/discovery/keys'
    expect(construction({ issuer, profile: 'jwt', jwksUri: http })).toMatch(
      /option 'jwksUri' must be an https URL/,
    )
    expect(construction({ issuer, profile: 'jwt', metadataUrl: http })).toMatch(
      /option 'metadataUrl' must be an https URL/,
    )
  })

  it('health, events and errors name the issuer as it is', async () => {
    const issuer = 'bot@acme.test'
    const events: AuthEvent[] = []
    let status = 503
    const verifier = createVerifier({
      issuer: { issuer, jwksUri },
      audience,
      profile: 'jwt',
      now: keys.now,
      onEvent: (event) => void events.push(event),
      fetch: async () =>
        status === 200 ? Response.json(keys.jwks) : new Response(null, { status }),
    })
    await expect(verifier.ready()).rejects.toMatchObject({ issuers: [issuer] })
    await expect(verifier.verify(keys.mint({ iss: issuer }))).rejects.toMatchObject({
      status: 503,
      issuers: [issuer],
    })
    expect(verifier.health()).toMatchObject([{ issuer, usable: false }])
    status = 200
    keys.clock.advance(120)
    await verifier.ready()
    await verifier.verify(keys.mint({ iss: issuer }))
    expect(verifier.health()).toMatchObject([{ issuer, usable: true, keys: 1 }])
    expect(new Set(events.map((event) => 'issuer' in event && event.issuer))).toEqual(
      new Set([issuer]),
    )
    verifier.close()
  })
})

describe('T4: metadata of an issuer that names another iss for access tokens, as AD FS does', () => {
  const issuer = 'http://fs.acme.test/adfs/services/trust'
  const metadata = { issuer: 'https://fs.acme.test/adfs', access_token_issuer: issuer }

  function verifierOf(options: IssuerOptions, document: object) {
    return createVerifier({
      issuer: options,
      audience,
      profile: 'jwt',
      fetch: createServer(document).fetch,
    })
  }

  it('access_token_issuer may be the issuer where metadataUrl is given', async () => {
    const verifier = verifierOf({ issuer, metadataUrl }, metadata)
    expect(await reasonOf(verifier.verify(keys.mint({ iss: issuer })))).toBe('accepted')
    const other = verifierOf({ issuer: metadata.issuer, metadataUrl }, metadata)
    expect(await reasonOf(other.verify(keys.mint({ iss: metadata.issuer })))).toBe('accepted')
  })

  it('a document that names neither is refused, and health tells both', async () => {
    const verifier = verifierOf({ issuer: `${issuer}s`, metadataUrl }, metadata)
    expect(await reasonOf(verifier.verify(keys.mint({ iss: `${issuer}s` })))).toBe('503 keys')
    expect(verifier.health()[0]?.lastError).toBe(
      `metadata names another issuer, '${metadata.issuer}' and '${issuer}' at ${metadataUrl}`,
    )
  })

  it('access_token_issuer says nothing where the metadata was searched and not stated', async () => {
    const named = 'https://login.acme.test'
    const verifier = verifierOf({ issuer: named }, { ...metadata, access_token_issuer: named })
    expect(await reasonOf(verifier.verify(keys.mint({ iss: named })))).toBe('503 keys')
    expect(verifier.health()[0]?.lastError).toMatch(/^metadata names another issuer, 'https:\/\/fs/)
  })

  it.each([[[issuer]], [{}], [null], [1]])(
    'an access_token_issuer that is no text (%j) is no name',
    async (value) => {
      const verifier = verifierOf(
        { issuer, metadataUrl },
        { ...metadata, access_token_issuer: value },
      )
      expect(await reasonOf(verifier.verify(keys.mint({ iss: issuer })))).toBe('503 keys')
    },
  )
})

describe('a resolver and an iss that is no https URL', () => {
  it('the answer decides, under the same conditions as an issuer that is listed', async () => {
    const answers: Record<string, IssuerOptions> = {
      'acme.com': { issuer: 'acme.com', jwksUri, profile: 'jwt' },
      'strict.com': { issuer: 'strict.com', jwksUri },
      'http://nowhere.test': { issuer: 'http://nowhere.test', profile: 'jwt' },
    }
    const events: AuthEvent[] = []
    const verifier = createVerifier({
      issuer: (iss) => answers[iss],
      audience,
      fetch: createServer({}).fetch,
      onEvent: (event) => void events.push(event),
    })
    const outcome = (iss: string): Promise<string> => reasonOf(verifier.verify(keys.mint({ iss })))
    expect(await outcome('acme.com')).toBe('accepted')
    expect(await outcome('other.com')).toBe('401 issuer')
    expect(await outcome('strict.com')).toBe('503 resolver')
    expect(await outcome('http://nowhere.test')).toBe('503 resolver')
    const reports = events.filter((event) => event.type === 'resolver.failed')
    expect(reports.map(({ why }) => why)).toEqual([
      "the answer of the resolver: option 'issuer' must be an absolute https URL. If that is what its tokens say, state profile: 'jwt' (it is ...)",
      expect.stringMatching(/state 'jwksUri' \(or 'jwks', 'metadataUrl'\) \(it is \.\.\.\)$/),
    ])
  })
})
