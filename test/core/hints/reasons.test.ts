import { readFileSync } from 'node:fs'
import type { DecryptionOptions, IssuerOptions, Reason, VerifierOptions } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Refusal } from './refusals.ts'
import { createStage, encode, issuer, mint, now, personal, refusalOf } from './refusals.ts'

/** How a reason is provoked, and what the hint says: found, expected, and how to fix it. */
type Provocation = readonly [what: string, provoke: () => Promise<Refusal>, hint: RegExp]

const [header = '', payload = '', signature = ''] = mint().split('.')
const lax = { profile: 'jwt' } as const
const jwt = { typ: 'JWT' }
const secondKey = createTestIssuer().decryption
const encrypting = (decryption: DecryptionOptions): IssuerOptions => ({
  issuer: issuer.url,
  decryption,
})
const withLists = { issuer: issuer.url, statusList: true }

/** Every reason there is. Those of requests and of ID tokens are not given by `verify()`. */
const provocations: Readonly<Record<Reason, readonly Provocation[] | 'not by verify()'>> = {
  'no-credentials': 'not by verify()',
  'malformed-credentials': 'not by verify()',
  'multiple-credentials': 'not by verify()',
  scope: 'not by verify()',
  role: 'not by verify()',
  permission: 'not by verify()',
  claim: 'not by verify()',
  actor: 'not by verify()',
  check: 'not by verify()',
  // test/core/identity/ has these.
  exchange: 'not by verify()',
  nonce: 'not by verify()',
  userinfo: 'not by verify()',

  'too-large': [
    [
      'a token of 16,386 characters',
      () => refusalOf(`${header}.${'A'.repeat(16_385 - header.length)}`),
      /the token has 16386 characters, and at most 16384 .*fewer groups/,
    ],
    [
      'a header of 4,098 characters',
      () => refusalOf(`${'A'.repeat(4098)}.AA.AA`),
      /its header, has 4098 characters, and at most 4096 .*x5c/,
    ],
  ],
  malformed: [
    ['an empty text', () => refusalOf(''), /it is an empty string/],
    ['undefined', () => refusalOf(undefined as never), /it is no string but undefined/],
    ['null', () => refusalOf(null as never), /it is no string but null/],
    [
      'a token of two parts',
      () => refusalOf(`${header}.${payload}`),
      /it has 2 parts instead of three/,
    ],
    ['a token of one part', () => refusalOf(header), /it has 1 part instead of three/],
    ['a token with an empty payload', () => refusalOf(`${header}..AA`), /its payload is empty/],
    [
      'a token without a signature',
      () => refusalOf(`${header}.${payload}.`),
      /it has no signature/,
    ],
    [
      'a token with a line break in it',
      () => refusalOf(`${header}.${payload}\n.${signature}`),
      /there is whitespace in it/,
    ],
    [
      'a padded payload',
      () => refusalOf(`${header}.${payload}=.${signature}`),
      /the token is not base64url.*no padding.*cut, or re-encoded/,
    ],
    [
      'a payload that was cut',
      () => refusalOf(`${header}.${payload.slice(0, 41)}.${signature}`),
      /the payload is not base64url/,
    ],
    [
      'a signature that was cut',
      () => refusalOf(`${header}.${payload}.${signature.slice(0, 41)}`),
      /the signature is not base64url/,
    ],
    [
      'a payload that is no JSON',
      () => refusalOf(`${header}.AAAA.${signature}`),
      /its payload is no JSON object/,
    ],
    ['a kid that is a number', () => refusalOf(mint({}, { kid: 1 })), /kid must be a string/],
  ],
  opaque: [
    [
      'an opaque token that no issuer has the prefix of',
      () => refusalOf(issuer.opaque(personal), withIntrospection({ prefix: 'acme_' })),
      /does not begin with what any issuer states in the option 'introspection\.prefix'/,
    ],
    [
      'an opaque token',
      () => refusalOf('ory_at_Jb2mXq7Yc4.ZrWv8Kd-Lq'),
      /opaque: its first part is no JSON object.*refresh token.*JWT access tokens.*Issue JWT as access token/,
    ],
    ...['null', 'undefined'].map(
      (word) =>
        [
          `the word ${word}`,
          () => refusalOf(word),
          /only the word that JavaScript writes for a value .*calls before it has a token/,
        ] as const,
    ),
    ['a quoted JWT', () => refusalOf(`"${mint()}"`), /no JWT, .*: it is in quotation marks/],
    ['a JWT after a scheme', () => refusalOf(`Bearer ${mint()}`), /a word stands before the token/],
    ['a JWT before a line break', () => refusalOf(` ${mint()}\n`), /there is whitespace around it/],
    [
      'a JWS in JSON',
      () => refusalOf(JSON.stringify({ payload })),
      /it is JSON, and expected is the compact/,
    ],
  ],
  encrypted: [
    [
      'a JWE',
      () => refusalOf(`${encode({ alg: 'dir', enc: 'A256GCM' })}..AA.AA.AA`),
      /encrypted \(JWE, five parts\): expected is a signed JWT.*refresh token \(Cognito\).*Auth0.*audience/,
    ],
  ],
  decryption: [
    [
      'a JWE for an unknown key',
      () => refusalOf(issuer.encrypt(mint()), { issuer: encrypting(secondKey) }),
      /encrypted, and its kid is 'test-encryption-.*': expected is the kid of a key in the option 'decryption'/,
    ],
    [
      'a JWE that was changed',
      () =>
        refusalOf(issuer.encrypt(mint()).replace(/.{4}$/, 'AAAA'), {
          issuer: encrypting(issuer.decryption),
        }),
      /cannot be decrypted with the key 'test-encryption-.*': expected is what was encrypted/,
    ],
  ],
  'not-encrypted': [
    [
      'a signed JWT',
      () => refusalOf(mint(), { issuer: encrypting({ ...issuer.decryption, required: true }) }),
      /only signed, and expected of its issuer .* are tokens that are encrypted as well.*required/,
    ],
  ],
  algorithm: [
    [
      'no alg',
      () => refusalOf(mint({}, { alg: undefined })),
      /alg is missing, and allowed is 'RS256'/,
    ],
    ['none', () => refusalOf(mint({}, { alg: 'none' })), /alg is 'none',.*not signed/],
    [
      'HS256',
      () => refusalOf(mint({}, { alg: 'HS256' })),
      /alg is 'HS256',.*shared secret.*key pair.*the 'secret' that it shares with this API/,
    ],
    [
      'an algorithm that is not allowed',
      () => refusalOf(mint({}, { alg: 'RS512' }), { algorithms: ['ES256', 'ES384'] }),
      /alg is 'RS512', and allowed is 'ES256' or 'ES384'.*option 'algorithms'/,
    ],
    [
      'more than three allowed algorithms',
      () => refusalOf(mint({}, { alg: 'RS512' })),
      /allowed is 'RS256', 'PS256', 'ES256' \(and 3 more\)/,
    ],
    [
      'an unknown algorithm',
      () => refusalOf(mint({}, { alg: 'ES256K' })),
      /'ES256K',.*not supported/,
    ],
  ],
  'critical-header': [
    ['crit', () => refusalOf(mint({}, { crit: ['x'] })), /header has crit, .*leave it out/],
    ['b64', () => refusalOf(mint({}, { b64: false })), /header has b64, .*leave it out/],
  ],
  'token-type': [
    [
      'typ JWT',
      () => refusalOf(mint({}, jwt)),
      /typ is 'JWT', and expected is 'at\+jwt': send the access token, not the ID token.*set profile: 'jwt'/,
    ],
    [
      'no typ',
      () => refusalOf(mint({}, { typ: undefined })),
      /typ is missing, and expected is 'at\+jwt'.*set profile: 'jwt'/,
    ],
    [
      'typ JOSE',
      () => refusalOf(mint({}, { typ: 'JOSE' }), lax),
      /typ is 'JOSE', and expected is 'jwt' or 'at\+jwt' or none.*name its typ in types of a profile/,
    ],
    [
      'typ logout+jwt',
      () => refusalOf(mint({}, { typ: 'logout+jwt' }), lax),
      /typ is 'logout\+jwt',.*another kind of token/,
    ],
    [
      'a claim that names another kind',
      () => refusalOf(mint({ token_use: 'id-secret' }, jwt), lax),
      /the claim 'token_use' says that this is another kind.*send the access token$/,
    ],
    [
      'a nonce',
      () => refusalOf(mint({ nonce: 'secret-nonce' }, jwt), lax),
      /the claim 'nonce' often marks ID tokens, and nothing says that this is an access token.*accessToken:/,
    ],
    [
      'a mark that is missing',
      () =>
        refusalOf(mint({}, jwt), {
          profile: { types: ['jwt'], accessToken: { claim: 'scp' } },
        }),
      /the claim 'scp', by which .*accessToken.* is missing or has another value/,
    ],
    [
      'a token of no kind',
      () =>
        refusalOf(mint({ scope: undefined }), {
          issuer: {
            issuer: issuer.url,
            kinds: [{ when: { claim: 'scp' } }, { when: { claim: 'sub', is: 'secret-sub' } }],
          },
        }),
      /none of the marks .*option 'kinds' .*\(in 'scp' or 'sub'\): send the access token\. If it is .*, or add its kind/,
    ],
    [
      'the typ of one kind',
      async () => {
        const kinds = [
          { when: { claim: 'scp' }, profile: { types: ['x+jwt'] } },
          { when: { claim: 'sub' } },
        ]
        const options = { issuer: { issuer: issuer.url, kinds } }
        await createStage(options).verifier.verify(mint())
        return refusalOf(mint({ scp: 'secret-scope' }), options)
      },
      /typ is 'at\+jwt', and expected is 'x\+jwt'/,
    ],
    [
      'a mark that is refused',
      () => refusalOf(mint({ bot: true }), { profile: { types: ['at+jwt'], refused: ['bot'] } }),
      /the claim 'bot' marks a kind of token that the profile refuses/,
    ],
  ],
  issuer: [
    [
      'another issuer',
      () => refusalOf(mint({ iss: 'https://other.test' })),
      /iss is 'https:\/\/other\.test', and expected is 'https:\/\/issuer\.test': .*option 'issuer'/,
    ],
    ['no iss', () => refusalOf(mint({ iss: undefined })), /iss is missing, and expected is/],
    [
      'an issuer that the resolver does not know',
      () => refusalOf(mint({ iss: 'https://other.test' }), { issuer: () => undefined }),
      /iss is 'https:\/\/other\.test', and the issuer resolver does not know it/,
    ],
    [
      'more than three configured issuers',
      () =>
        refusalOf(mint({ iss: 'https://other.test' }), {
          issuer: [1, 2, 3, 4, 5].map((n) => `https://issuer-${n}.test`),
        }),
      /expected is 'https:\/\/issuer-1\.test', .*issuer-3\.test' \(and 2 more\)/,
    ],
  ],
  audience: [
    [
      'another audience',
      () => refusalOf(mint({ aud: ['https://a.test', 'https://b.test'] })),
      /aud is 'https:\/\/a\.test' and 'https:\/\/b\.test', and expected is 'https:\/\/api\.test'/,
    ],
    ['no aud', () => refusalOf(mint({ aud: undefined })), /aud is missing, and expected is/],
    ['an empty aud', () => refusalOf(mint({ aud: [] })), /aud is an empty list, and expected is/],
    [
      'an audience in another claim',
      () =>
        refusalOf(mint({ aud: undefined, client_id: 'secret-client' }), {
          profile: { types: ['at+jwt'], audience: 'client_id' },
        }),
      /the claim 'client_id', which names the audience where aud does not, has another value, and expected/,
    ],
  ],
  expired: [
    [
      'a token that expired 90 seconds ago',
      () => refusalOf(mint({ exp: now - 90 })),
      /expired 90 s ago by this API's clock, and clockTolerance is 10 s/,
    ],
    [
      'a cached token that expires',
      async () => {
        const { verifier, refusalOf } = createStage({ clockTolerance: 20 })
        const token = mint()
        const { expiresAt } = await verifier.verify(token)
        issuer.clock.advance(expiresAt - now + 30)
        return refusalOf(token)
      },
      /expired 30 s ago by this API's clock, and clockTolerance is 20 s/,
    ],
    [
      'a clock that gives no time',
      () => refusalOf(mint(), { now: () => Number.NaN }),
      /clock gives no time: see the option 'now'/,
    ],
  ],
  'not-yet-valid': [
    [
      'a token that is valid in 90 seconds',
      () => refusalOf(mint({ nbf: now + 90 })),
      /nbf is 90 s ahead of this API's clock, and clockTolerance is 10 s.*at most 300 s/,
    ],
  ],
  'issued-in-future': [
    [
      'a token that is issued in 90 seconds',
      () => refusalOf(mint({ iat: now + 90 })),
      /iat is 90 s ahead of this API's clock, and clockTolerance is 10 s/,
    ],
  ],
  claims: [
    [
      'a missing claim that RFC 9068 demands',
      () => refusalOf(mint({ client_id: undefined })),
      /the claim 'client_id' is missing, and expected is a string that is not empty: .*profile: 'jwt'/,
    ],
    [
      'a list of scopes',
      () => refusalOf(issuer.mint({}, { raw: JSON.stringify({ ...claims(), scope: ['a'] }) })),
      /the claim 'scope' is a list, and expected is a string of scopes separated by spaces: .*profile: 'jwt'/,
    ],
    [
      'no sub',
      () => refusalOf(mint({ sub: undefined })),
      /the claim 'sub' is missing, .*Keycloak.*'basic'.*subject: 'client'/,
    ],
    [
      'a time in milliseconds',
      () => refusalOf(mint({ exp: now * 1000 })),
      /the claim 'exp' is a number over 1e12, and expected is a number of seconds .*milliseconds/,
    ],
    [
      'a jti of 300 characters',
      () => refusalOf(mint({ jti: 'j'.repeat(300) })),
      /the claim 'jti' is a string of 300 characters, and expected is a string of at most 256/,
    ],
    [
      'a client of the wrong type',
      () => refusalOf(mint({ client_id: undefined, azp: 1 }, jwt), lax),
      /the claim 'azp' is a number, and expected is a string that is not empty: have the issuer correct/,
    ],
    [
      'a subject without its prefix',
      () =>
        refusalOf(mint(), { profile: { types: ['at+jwt'], subjectPrefix: 'spiffe://acme.test/' } }),
      /the claim 'sub' is a string of 10 characters, and expected is a string that begins with 'spiffe:\/\/acme\.test\/'/,
    ],
    [
      'an actor without a subject',
      () => refusalOf(mint({ act: { sub: 'secret-actor', act: { sub: 1 } } })),
      /the claim 'act\.act\.sub' is a number, and expected is a string that is not empty/,
    ],
    [
      'an actor that is no object',
      () => refusalOf(mint({ act: 'secret-actor' })),
      /the claim 'act' is a string of 12 characters, and expected is an object with a sub/,
    ],
    [
      'too many actors',
      () =>
        refusalOf(
          mint({
            act: Array(11)
              .fill(0)
              .reduce((act) => ({ sub: 'secret-actor', act }), undefined),
          }),
        ),
      /the claim 'act' is an object, and expected is at most 10 levels deep/,
    ],
    [
      'a person without a subject',
      () =>
        refusalOf(mint({ sub: undefined }), { profile: { types: ['at+jwt'], subject: 'client' } }),
      /the claim 'sub' is missing, .*because the claim 'email' shows that this is a person's token/,
    ],
    [
      'what the schema does not allow',
      () => refusalOf(mint({ tenant: { id: 'secret-id' } }), { claims: schema } as never),
      /do not meet the schema of the option 'claims' at 'tenant\.id' and 'roles': .*schema/,
    ],
  ],
  'sender-constraint': [
    [
      'a DPoP key',
      () => refusalOf(mint({ cnf: { jkt: 'x'.repeat(43) } })),
      /bound to a DPoP key \(cnf\.jkt\), .*expected is a token without cnf/,
    ],
    [
      'a certificate',
      () => refusalOf(mint({ cnf: { 'x5t#S256': 'x'.repeat(43) } })),
      /bound to a client certificate \(cnf\.x5t#S256\)/,
    ],
    ['something else', () => refusalOf(mint({ cnf: null })), /bound to a key \(cnf\)/],
  ],
  'unknown-key': [
    [
      'an unknown kid',
      () => refusalOf(mint({}, { kid: 'other' })),
      /kid is 'other', and no key of the issuer has it \(1 key loaded\)\. .*the next such token after 30 s \(option keys\.cooldown\) has them fetched again/,
    ],
    [
      'an unknown kid after a part of the cooldown',
      async () => {
        const { refusalOf } = createStage()
        await refusalOf(mint({}, { kid: 'other' }))
        issuer.clock.advance(12)
        return refusalOf(mint({}, { kid: 'another' }))
      },
      /kid is 'another', .* after 18 s \(option/,
    ],
    [
      'an unknown kid where keys are given',
      () => refusalOf(mint({}, { kid: 'other' }), { issuer: withKeys() }),
      /kid is 'other', .*option 'jwks'/,
    ],
    [
      'no kid, where two keys fit',
      async () => {
        issuer.keys.rotate({ overlap: true })
        return refusalOf(issuer.mint({}, { kid: null }))
      },
      /names no key \(kid\), and 2 of the issuer's 2 keys fit ES256, where exactly one must/,
    ],
    [
      'a key for another algorithm',
      () => refusalOf(mint({}, { alg: 'RS256' })),
      /the issuer has a key '[^']+' \(1 key loaded\), but not for RS256/,
    ],
  ],
  signature: [
    [
      'a token that was tampered with',
      () => refusalOf(issuer.bad.tampered()),
      /not signed by the issuer's key '[^']+', as expected: it was changed or cut on the way/,
    ],
    [
      'a token for Microsoft Graph',
      () => refusalOf(`${encode({ ...head(), nonce: 'secret-nonce' })}.${payload}.${signature}`),
      /header has a nonce, .*Microsoft Graph/,
    ],
    [
      'a token without a kid',
      () => refusalOf(issuer.mint({}, { key: 'attacker', kid: null })),
      /not signed by the only key of the issuer that fits/,
    ],
  ],
  keys: [
    [
      'an issuer that is down',
      () => {
        issuer.fail('jwks', faults.status(500))
        return refusalOf(mint())
      },
      /keys of the issuer cannot be fetched \('https:\/\/issuer\.test'\): status 500 at https:\/\/issuer\.test\/.*next request after \d+ s tries again: check that address/,
    ],
    [
      'an issuer that is down when keys are replaced',
      async () => {
        const { verifier, refusalOf } = createStage()
        await verifier.verify(mint())
        issuer.fail('jwks', faults.status(404))
        return refusalOf(mint({}, { kid: 'other' }))
      },
      /none of the issuer's loaded keys is the token's, and newer ones cannot be fetched .*: status 404 at/,
    ],
  ],
  inactive: [
    [
      'an opaque token that was revoked',
      async () => {
        const token = issuer.opaque(personal)
        issuer.revoke(token)
        return refusalOf(token, withIntrospection())
      },
      /the issuer \('https:\/\/issuer\.test'\) says that the token is not active.*Have the client get a new one/,
    ],
  ],
  introspection: [
    [
      'an opaque token whose issuer is down',
      () => {
        issuer.fail('introspection', faults.status(502))
        return refusalOf(issuer.opaque(personal), withIntrospection())
      },
      /could not be asked about the token: status 502 at https:\/\/issuer\.test\/introspect\. The answer is 503, and a request after 1 s asks again/,
    ],
    [
      'an opaque token whose issuer refuses the client',
      () => {
        const body = '{"error":"invalid_client"}'
        issuer.fail('introspection', faults.status(401, { body }))
        return refusalOf(issuer.opaque(personal), withIntrospection())
      },
      /status 401 \(invalid_client\) at .*check the endpoint, the option 'introspection' or 'client'/,
    ],
  ],
  resolver: [
    [
      'a resolver that throws',
      () =>
        refusalOf(mint(), {
          issuer: () => {
            throw new Error('alice-4711')
          },
        }),
      /the issuer resolver failed: it threw\. Expected is/,
    ],
    [
      'a wrong answer of the resolver',
      () => refusalOf(mint(), { issuer: (iss) => ({ issuer: iss, audience: '*' }) }),
      /the issuer resolver failed: the answer of the resolver: option 'audience' has a wildcard/,
    ],
  ],
  status: [
    [
      'a token that its status list suspends',
      () => {
        const list = issuer.statusList({ bits: 2 })
        list.set(0, 2)
        return refusalOf(mint(list.claim()), { issuer: withLists })
      },
      /its status list says that it is suspended \(status 0x02\)/,
    ],
    [
      'a status of which nothing is known',
      () => {
        const list = issuer.statusList({ bits: 8 })
        list.set(0, 200)
        return refusalOf(mint(list.claim()), { issuer: withLists })
      },
      /gives it status 0xc8, of which nothing is known here/,
    ],
    [
      'a status list that ends before the index of the token',
      () => refusalOf(mint(issuer.statusList({ size: 8 }).claim(8)), { issuer: withLists }),
      /its status list has no status at its idx/,
    ],
    [
      'a status list at another origin',
      () => {
        const status = { status_list: { idx: 0, uri: 'https://status.test/4711' } }
        return refusalOf(mint({ status }), { issuer: withLists })
      },
      /another origin than https:\/\/issuer\.test: if it is right, list its origin in 'statusList'/,
    ],
    [
      'a status that names no index',
      () => refusalOf(mint({ status: { status_list: { uri: 1 } } }), { issuer: withLists }),
      /status_list\.idx must be a whole number, at least 0/,
    ],
  ],
  revoked: [
    [
      'a token that its status list revokes',
      () => {
        const list = issuer.statusList()
        list.revoke()
        return refusalOf(mint(list.claim()), { issuer: withLists })
      },
      /the status list of its issuer says that it is revoked \(status 0x01\)\. Have the caller log in/,
    ],
    [
      'a token that the option revocation says is revoked',
      () => refusalOf(mint(), { revocation: () => true }),
      /the option 'revocation' says that it is revoked, where exactly false was expected\. Have the caller log in/,
    ],
  ],
  revocation: [
    [
      'a status list that cannot be had',
      () => {
        const list = issuer.statusList()
        issuer.fail('status-list', faults.status(404))
        return refusalOf(mint(list.claim()), { issuer: withLists })
      },
      /the status list that the token names cannot be had \(status 404 at .*look at the issuer/,
    ],
    [
      'a store that does not answer',
      () => refusalOf(mint(), { revocation: failing({ code: 'ECONNREFUSED' }) }),
      /threw or rejected \(ECONNREFUSED\), where true or false was expected.*look at the store and its network/,
    ],
    [
      'a store that was not initialized',
      () =>
        refusalOf(mint(), { revocation: failing({ code: 'REVOCATION_STORE_NOT_INITIALIZED' }) }),
      /new or has lost its data: .*call initialize\(\)/,
    ],
    [
      'an error without a code',
      () => refusalOf(mint(), { revocation: failing({ name: 'ClientClosedError' }) }),
      /threw or rejected \(ClientClosedError\)/,
    ],
    [
      'an error whose code is no code',
      () => refusalOf(mint(), { revocation: failing({ code: 'alice 4711', name: '' }) }),
      /threw or rejected \(without a code\)/,
    ],
  ],
}

const schema = z.object({ tenant: z.object({ id: z.number() }), roles: z.array(z.string()) })

function failing(members: object): () => boolean {
  return () => {
    throw Object.assign(new Error('alice-4711'), members)
  }
}

function head(): object {
  return JSON.parse(Buffer.from(header, 'base64url').toString())
}

function claims(): object {
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

function withIntrospection(members: object = {}): Partial<VerifierOptions> {
  const introspection = { clientId: 'api', clientSecret: 'secret-of-the-api', ...members }
  return { issuer: { issuer: issuer.url, introspection } }
}

function withKeys() {
  return { issuer: issuer.url, jwks: issuer.jwks as never }
}

afterEach(() => {
  issuer.reset()
  issuer.clock.freeze()
  issuer.clock.set(now * 1000)
})

describe('hints', () => {
  it('every reason of the closed list is provoked here, or is found in a request or an ID token and not in an access token', () => {
    const source = readFileSync(new URL('../../../src/core/errors.ts', import.meta.url), 'utf8')
    const [, list = ''] = /export type Reason =([^\n]*(?:\n {2}\|[^\n]*)+)/.exec(source) ?? []
    const reasons = Array.from(list.matchAll(/'([a-z-]+)'/g), ([, name]) => name)
    expect(reasons.length).toBeGreaterThan(20)
    expect(Object.keys(provocations).sort()).toEqual(reasons.sort())
    for (const list of Object.values(provocations)) expect(list.length).toBeGreaterThan(0)
  })

  for (const [reason, provoked] of Object.entries(provocations)) {
    if (provoked === 'not by verify()') continue
    it.each(provoked)(
      `the hint of the reason ${reason} says what was found, what was expected and how to fix it (%s)`,
      async (_, provoke, hint) => {
        const refusal = await provoke()
        expect(refusal.reason).toBe(reason)
        expect(refusal.hint).toMatch(hint)
        expect(refusal.hint).not.toMatch(/secret-/)
      },
    )
  }
})
