import type { AuthError, AuthEvent, IssuerOptions, Profile, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import type { Claims } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'

const issuer = createTestIssuer()
afterEach(() => issuer.clock.reset())

type Kinds = NonNullable<IssuerOptions['kinds']>

const people: Profile = { types: ['JWT'], scopes: ['scp'], roles: ['groups'] }
const machines: Profile = {
  types: ['at+jwt'],
  subject: 'client',
  client: ['appid'],
  scopes: [],
  roles: ['roles'],
}
const kinds: Kinds = [
  { when: { claim: 'scp' }, audience: 'https://people.test', profile: people },
  {
    when: { claim: 'idtyp', is: 'app' },
    audience: ['https://machines.test', 'm'],
    profile: machines,
  },
]

function verifierOf(given: unknown, options: Partial<IssuerOptions & VerifierOptions> = {}) {
  const { onEvent = () => {}, tokenCache = 100, ...ofIssuer } = options
  return createVerifier({
    fetch: issuer.fetch,
    now: issuer.now,
    onEvent,
    tokenCache,
    issuer: { issuer: issuer.url, ...ofIssuer, kinds: given as Kinds } as IssuerOptions,
  })
}

const person: Claims = { aud: 'https://people.test', scp: 'read', groups: ['staff'], roles: ['r'] }
const machine: Claims = {
  aud: 'm',
  idtyp: 'app',
  sub: undefined,
  appid: 'job',
  roles: ['Jobs.Run'],
  groups: ['g'],
}
const personToken = (claims: Claims = {}, typ = 'JWT'): string =>
  issuer.mint({ ...person, ...claims }, { header: { typ } })
const machineToken = (claims: Claims = {}, typ = 'at+jwt'): string =>
  issuer.mint({ ...machine, ...claims }, { header: { typ } })

const outcome = (verified: Promise<unknown>): Promise<string> =>
  verified.then(
    () => 'accepted',
    ({ status, reason }: AuthError) => `${status} ${reason}`,
  )

describe('kinds of tokens', () => {
  it.each([[0], [100]])(
    'each kind is read by its own profile, the first time and again (tokenCache: %j)',
    async (size) => {
      const verifier = verifierOf(kinds, { tokenCache: size || false } as never)
      const [one, other] = [personToken(), machineToken()]
      for (let i = 0; i < 4; i++) {
        expect(await verifier.verify(one)).toMatchObject({
          subject: 'user-1',
          clientId: 'client-1',
          scopes: ['read'],
          roles: ['staff'],
        })
        expect(await verifier.verify(other)).toMatchObject({
          subject: 'job',
          clientId: 'job',
          scopes: [],
          roles: ['Jobs.Run'],
        })
      }
    },
  )

  it.each<[string, string, string]>([
    ['of no kind', issuer.mint({ aud: 'm' }), '401 token-type'],
    ['whose mark has another value', machineToken({ idtyp: 'user' }), '401 token-type'],
    ['whose mark is null', personToken({ scp: null as never }), '401 token-type'],
    ['of a person for the audience of machines', personToken({ aud: 'm' }), '401 audience'],
    [
      'of a machine for the audience of people',
      machineToken({ aud: 'https://people.test' }),
      '401 audience',
    ],
    ['of a person with the type of machines', personToken({}, 'at+jwt'), '401 token-type'],
    ['of a machine with the type of people', machineToken({}, 'JWT'), '401 token-type'],
    ['of a person without sub', personToken({ sub: undefined }), '401 claims'],
    ['of a person with a nonce', personToken({ nonce: 'n' }), '401 token-type'],
    ['of a type that no kind has', personToken({}, 'dpop+jwt'), '401 token-type'],
    ['that has expired', personToken({ exp: 1 }), '401 expired'],
  ])('T5, T6: a token %s is refused', async (_, token, expected) => {
    expect(await outcome(verifierOf(kinds).verify(token))).toBe(expected)
  })

  it('the first kind whose mark a token has decides, even where a later one would accept the token', async () => {
    const verifier = verifierOf(kinds)
    const both = machineToken({ scp: 'read' })
    expect(await outcome(verifier.verify(both))).toBe('401 token-type')
    expect(await outcome(verifierOf([...kinds].reverse()).verify(both))).toBe('accepted')
  })

  it('what a kind leaves out is that of the issuer, else that of the verifier', async () => {
    const verifier = createVerifier({
      ...issuer.trust(),
      profile: 'jwt',
      clockTolerance: 60,
      issuer: {
        issuer: issuer.url,
        audience: 'of-the-issuer',
        permissionsOf: { admin: ['all'] },
        kinds: [
          { when: { claim: 'kind', is: 'a' } },
          { when: { claim: 'kind', is: ['b', 'c'] }, audience: 'of-the-kind' },
        ],
      },
    })
    const token = (claims: Claims): string => issuer.mint(claims, { header: { typ: 'JWT' } })
    const a = { kind: 'a', aud: 'of-the-issuer', roles: ['admin'] }
    expect(await verifier.verify(token(a))).toMatchObject({ permissions: ['all'] })
    expect(await outcome(verifier.verify(token({ kind: 'c', aud: 'of-the-kind' })))).toBe(
      'accepted',
    )
    expect(await outcome(verifier.verify(token({ kind: 'b', aud: 'of-the-issuer' })))).toBe(
      '401 audience',
    )
    const late = token({ ...a, exp: Math.floor(issuer.now() / 1000) - 30 })
    expect(await outcome(verifier.verify(late))).toBe('accepted')
    const inherited = createVerifier({
      ...issuer.trust(),
      issuer: { issuer: issuer.url, kinds: [{ when: { claim: 'sub' } }] },
    })
    expect(await outcome(inherited.verify(issuer.mint()))).toBe('accepted')
    expect(await outcome(inherited.verify(token({})))).toBe('401 token-type')
  })

  it('a kind may be told by a claim that is a prefix and another claim, as Authgear writes it', async () => {
    const verifier = verifierOf([
      {
        when: { claim: 'sub', prefixed: { prefix: 'client_id_', claim: 'client_id' } },
        audience: 'm',
      },
      { when: { claim: 'sub' }, audience: 'p' },
    ])
    const bot = { sub: 'client_id_web', client_id: 'web' }
    expect(await outcome(verifier.verify(issuer.mint({ ...bot, aud: 'm' })))).toBe('accepted')
    expect(await outcome(verifier.verify(issuer.mint({ ...bot, aud: 'p' })))).toBe('401 audience')
    expect(await outcome(verifier.verify(issuer.mint({ aud: 'p' })))).toBe('accepted')
  })

  it('a token of no kind causes no fetch, and the event names the issuer', async () => {
    const events: AuthEvent[] = []
    issuer.reset()
    const verifier = verifierOf(kinds, { onEvent: (event) => void events.push(event) })
    expect(await outcome(verifier.verify(issuer.mint({ aud: 'm' })))).toBe('401 token-type')
    expect(issuer.requests.all).toHaveLength(0)
    expect(events).toMatchObject([
      { type: 'token.refused', issuer: issuer.url, reason: 'token-type' },
    ])
  })

  it('beside an issuer with kinds, the tokens of another issuer are measured as ever', async () => {
    const other = createTestIssuer({ url: 'https://other.test' })
    const verifier = createVerifier({
      ...other.trust(),
      issuer: [{ issuer: issuer.url, fetch: issuer.fetch, kinds }, other.url],
    })
    expect(await outcome(verifier.verify(personToken()))).toBe('accepted')
    expect(await outcome(verifier.verify(other.mint()))).toBe('accepted')
    expect(await outcome(verifier.verify(other.mint({}, { header: { typ: 'JWT' } })))).toBe(
      '401 token-type',
    )
  })

  it('an answer of a resolver may have kinds, and another answer with other kinds counts', async () => {
    let given = kinds
    const verifier = createVerifier({
      fetch: issuer.fetch,
      now: issuer.now,
      issuer: (iss) => ({ issuer: iss, audience: 'of-none', kinds: given }),
    })
    const token = personToken({}, 'JWT')
    expect(await outcome(verifier.verify(token))).toBe('accepted')
    expect(await outcome(verifier.verify(machineToken()))).toBe('accepted')
    expect(await outcome(verifier.verify(issuer.mint({ aud: 'm' })))).toBe('401 token-type')
    given = kinds.slice(1)
    issuer.clock.advance(601)
    expect(await outcome(verifier.verify(personToken()))).toBe('401 token-type')
    expect(await outcome(verifier.verify(machineToken()))).toBe('accepted')
  })

  it('kinds are copied: later changes of them change nothing', async () => {
    const audience = ['a']
    const given = [{ when: { claim: 'sub', is: 'user-1' }, audience }]
    const verifier = verifierOf(given)
    audience[0] = 'b'
    Object.assign(given[0]?.when as object, { is: 'nobody' })
    given.pop()
    expect(await outcome(verifier.verify(issuer.mint({ aud: 'a' })))).toBe('accepted')
    expect(await outcome(verifier.verify(issuer.mint({ aud: 'b' })))).toBe('401 audience')
  })

  it('an iss that is no https URL is accepted where no kind has the profile rfc9068', () => {
    const named = (given: Kinds) => (): unknown =>
      createVerifier({
        issuer: { issuer: 'acme.com', jwksUri: 'https://acme.com/jwks', kinds: given },
      })
    expect(named(kinds)).not.toThrow()
    expect(named([...kinds, { when: { claim: 'sub' }, audience: 'a' }])).toThrow(
      /If that is what its tokens say, state profile: 'jwt'/,
    )
  })
})

describe('T16: wrong kinds', () => {
  const when = { claim: 'a' }
  it.each<[string, unknown, RegExp]>([
    [
      'an empty list',
      [],
      /option 'kinds' must be a non-empty array of \{ when, audience, profile \}, not an empty array/,
    ],
    ['an object', { when }, /option 'kinds' must be a non-empty array/],
    ['a kind that is a mark', [when], /unknown option 'claim' in .*option 'kinds\.0'/],
    [
      'a kind without a mark',
      [{ audience: 'a' }],
      /option 'kinds\.0\.when' must be a plain object, not undefined/,
    ],
    ['an unknown member', [{ when, scope: 'a' }], /unknown option 'scope' in .*option 'kinds\.0'/],
    [
      'a mark with not',
      [{ when: { claim: 'a', not: 'b' }, audience: 'a' }],
      /option 'kinds\.0\.when' must not have 'not'/,
    ],
    [
      'a mark without a claim',
      [{ when: { is: 'b' }, audience: 'a' }],
      /option 'kinds\.0\.when\.claim' must be a non-empty string/,
    ],
    [
      'a profile that is a name',
      [{ when, audience: 'a', profile: 'jwt' }],
      /option 'kinds\.0\.profile' must be a plain object, not a string/,
    ],
    [
      'a wrong profile',
      [{ when, audience: 'a', profile: {} }],
      /option 'kinds\.0\.profile\.types' must be a non-empty array/,
    ],
    ['a wrong audience', [{ when, audience: '*' }], /option 'kinds\.0\.audience' has a wildcard/],
    [
      'an audience that is undefined',
      [{ when, audience: undefined }],
      /kinds\.0.* 'audience' is present but undefined/,
    ],
    [
      'a profile that is undefined',
      [{ when, audience: 'a', profile: undefined }],
      /kinds\.0.* 'profile' is present but undefined/,
    ],
    [
      'a kind without an audience',
      [{ when, audience: 'a' }, { when }],
      /option 'audience' is missing/,
    ],
  ])('%s is refused at construction', (_, given, message) => {
    expect(() => verifierOf(given)).toThrow(message)
    expect(() => verifierOf(given)).toThrow(TypeError)
  })

  it('kinds among the options of the verifier are refused, and told where they belong', () => {
    expect(() => createVerifier({ ...issuer.trust(), kinds } as never)).toThrow(
      /'kinds' in the verifier options: it belongs to one issuer/,
    )
  })
})
