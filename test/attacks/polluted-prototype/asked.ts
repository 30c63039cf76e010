import { createHash } from 'node:crypto'
import type { Auth } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createMemoryStore } from 'tollgate/revocation'
import { audience, forged, good, issuer, mint, scope, second, trusted } from './material.ts'
import { responseOf } from './response.ts'
import type { Trial } from './trial.ts'

// biome-ignore lint/suspicious/noExplicitAny: most of what is tried here would not compile
type Options = any

const jwks = { keys: [trusted.jwk, second.jwk] }
const client = { id: 'orders-api', secret: 'the secret of the API' }
const seconds = Math.floor(Date.now() / 1000)
const metadata = {
  issuer,
  introspection_endpoint: `${issuer}/introspect`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
}

/** A verifier of an issuer that answers so to whatever it is asked. */
function askingVerifier(answer: unknown, options: Options = {}) {
  const fetch = async (url: string) => responseOf(url.includes('.well-known') ? metadata : answer)
  return createVerifier({
    issuer: { issuer, jwks, client, introspection: { cache: false }, ...options },
    audience,
    tokenCache: 10,
    fetch: fetch as never,
    onEvent() {},
  })
}

const active = { active: true, sub: 'alice', aud: audience, exp: seconds + 3_600, scope: 'read' }
const { active: _active, ...unsaid } = active
const { aud: _aud, ...forNobody } = active
const { exp: _exp, ...endless } = active
const { sub: _sub, ...ofNobody } = active

/** What an issuer says of a token: nothing by which it could pass. */
const answers: Readonly<Record<string, unknown>> = {
  nothing: {},
  'that it is not active': { ...active, active: false },
  'that it is active, as a text': { ...active, active: 'true' },
  'all but that it is active': unsaid,
  'that it is for nobody': forNobody,
  'that it is for another API': { ...active, aud: 'https://other.example.com' },
  'that it is of another issuer': { ...active, iss: 'https://other.example.com' },
  'no expiry': endless,
  'that it has expired': { ...active, exp: seconds - 60 },
  'no subject': ofNobody,
  'that it is bound to a key': { ...active, cnf: { jkt: 'x' } },
  'that it is a refresh token': { ...active, token_type: 'refresh_token' },
}

function opaqueTokens(): Trial[] {
  return Object.entries(answers).map(([said, answer]) => ({
    name: `an opaque token of which the issuer says ${said}`,
    long: true,
    run: () => askingVerifier(answer).verify('an-opaque-token'),
  }))
}

/** What works without the pollution: something asks whether a name is there, if it then does not. */
function goodAnswers(): Trial[] {
  return [
    {
      name: 'an opaque token that is good',
      long: true,
      run: async () => (await askingVerifier(active).verify('an-opaque-token')).subject,
    },
    {
      name: 'userinfo() that is good',
      long: true,
      async run() {
        const verifier = askingVerifier({ sub: 'alice' })
        return (await verifier.userinfo(await verifier.verify(good))).sub
      },
    },
    {
      name: 'exchange() that is good',
      long: true,
      async run() {
        const verifier = askingVerifier({ access_token: 'x', token_type: 'Bearer' })
        return (await verifier.exchange(await verifier.verify(good))).tokenType
      },
    },
  ]
}

/** ID tokens that are good but for one thing. */
function idTokens(): Trial[] {
  const claims = { aud: 'app', client_id: undefined, jti: undefined, nonce: 'n-1' }
  const idToken = (more: object = {}, key = trusted): string =>
    mint({ ...claims, ...more }, { typ: 'JWT' }, key)
  const verifier = createVerifier({ issuer: { issuer, jwks }, audience, tokenCache: 10 })
  const hash = createHash('sha256').update('another').digest().subarray(0, 16).toString('base64url')
  const tried: readonly [string, string, Options][] = [
    ['for another client', idToken({ aud: 'other' }), {}],
    ['for two clients without azp', idToken({ aud: ['app', 'other'] }), {}],
    ['whose azp is another client', idToken({ azp: 'other' }), {}],
    ['of another sign-in', idToken(), { nonce: 'n-2' }],
    ['without nonce', idToken({ nonce: undefined }), { nonce: 'n-1' }],
    ['without at_hash', idToken(), { accessToken: 'at' }],
    ['with another at_hash', idToken({ at_hash: hash }), { accessToken: 'at' }],
    ['without auth_time', idToken(), { maxAge: 300 }],
    ['of an old sign-in', idToken({ auth_time: seconds - 3_600 }), { maxAge: 300 }],
    ['without iat', idToken({ iat: undefined }), {}],
    ['without sub', idToken({ sub: undefined }), {}],
    ['that is an access token', mint({ aud: 'app' }), {}],
    ['that is a logout token', idToken({ events: {} }), {}],
    [
      'signed by a foreign key',
      idToken({}, second).replace(/.$/, (one) => (one === 'A' ? 'Q' : 'A')),
      {},
    ],
  ]
  return tried.map(([name, token, options]) => ({
    name: `verifyIdToken() of a token ${name}`,
    long: true,
    run: () => verifier.verifyIdToken(token, { clientId: 'app', ...options }),
  }))
}

const ofUser = askingVerifier({ sub: 'bob' })
const authOfAlice = await ofUser.verify(good)
const copy = { ...authOfAlice, token: forged } as unknown as Auth

/** What an issuer answers to userinfo() and to exchange(), and by which nobody may get anything. */
function answersToCalls(): Trial[] {
  const profiles = { 'another user': { sub: 'bob' }, nobody: { name: 'Alice' }, nothing: {} }
  const tokens = {
    'no token': { token_type: 'Bearer', expires_in: 60 },
    'no type': { access_token: 'x', expires_in: 60 },
    'another type': { access_token: 'x', token_type: 'DPoP', expires_in: 60 },
    'an ID token': {
      access_token: 'x',
      token_type: 'Bearer',
      issued_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    },
    nothing: {},
  }
  return [
    ...Object.entries(profiles).map(([who, answer]) => ({
      name: `userinfo() where the issuer tells of ${who}`,
      long: true,
      async run() {
        const verifier = askingVerifier(answer)
        return verifier.userinfo(await verifier.verify(good))
      },
    })),
    ...Object.entries(tokens).map(([what, answer]) => ({
      name: `exchange() where the issuer gives ${what}`,
      long: true,
      async run() {
        const verifier = askingVerifier(answer)
        return verifier.exchange(await verifier.verify(good), { audience: 'https://next.test' })
      },
    })),
    { name: 'userinfo() of a copy', run: () => ofUser.userinfo(copy) },
    { name: 'userinfo() of nothing', run: () => ofUser.userinfo({} as never) },
    { name: 'exchange() of a copy', run: () => ofUser.exchange(copy) },
    {
      name: 'exchange() without a client',
      long: true,
      async run() {
        const verifier = askingVerifier(
          { access_token: 'x', token_type: 'Bearer' },
          { client: undefined, introspection: undefined },
        )
        return verifier.exchange(await verifier.verify(good))
      },
    },
  ]
}

/** Tokens that were taken back, or of which the store says nothing. */
async function revocations(): Promise<Trial[]> {
  const store = createMemoryStore()
  await store.revoke({ issuer, jti: 'token-1', until: seconds + 86_400 })
  await store.revoke({ issuer, subject: 'carol', before: seconds, until: seconds + 86_400 })
  const verifierWith = (revocation: Options) =>
    createVerifier({ issuer: { issuer, jwks }, audience, revocation, tokenCache: 10 })
  const memory = verifierWith(store)
  const ofCarol = mint({ sub: 'carol', jti: 'token-2', scope })
  return [
    { name: 'a token whose jti was revoked', run: () => memory.verify(good) },
    { name: 'a token whose subject was revoked', run: () => memory.verify(ofCarol) },
    {
      name: 'a token of which a new store says that it is revoked',
      long: true,
      run: () => verifierWith({ isRevoked: () => true, async revoke() {} }).verify(good),
    },
    {
      name: 'a token of which the option revocation says nothing',
      long: true,
      run: () => verifierWith(() => undefined).verify(good),
    },
    {
      name: 'a token of which the option revocation gives an empty object',
      long: true,
      run: () => verifierWith(async () => ({})).verify(good),
    },
    {
      name: 'a revocation that names nothing',
      run: () => store.revoke({ issuer, until: seconds } as Options).then(() => 'revoked'),
    },
  ]
}

const other = { issuer: 'https://other.example.com', jwks, client }
const wrongIssuers: Readonly<Record<string, Options>> = {
  'introspection that nobody asks by': { issuer, introspection: {} },
  'a client without a secret': { issuer, client: { id: 'a' } },
  'a client without an id': { issuer, client: { secret: 'a' } },
  'two issuers with introspection and no prefix': [
    { issuer, client, introspection: {} },
    { ...other, introspection: {} },
  ],
  'decryption without keys': {
    issuer,
    decryption: { algorithms: ['ECDH-ES'], encryption: ['A256GCM'] },
  },
  'decryption without algorithms': { issuer, decryption: { keys: [], encryption: ['A256GCM'] } },
}

function configurations(): Trial[] {
  const trial = (name: string, options: Options): Trial => ({
    name: `createVerifier with ${name}`,
    run() {
      createVerifier(options)
      return 'accepted'
    },
  })
  return [
    ...Object.entries(wrongIssuers).map(([name, one]) => trial(name, { issuer: one, audience })),
    trial('an empty object as revocation', { issuer, audience, revocation: {} }),
    trial('a store without revoke', { issuer, audience, revocation: { isRevoked: () => false } }),
  ]
}

/** What is asked of issuers and stores, and what they answer. */
export const askedTrials: readonly Trial[] = [
  ...opaqueTokens(),
  ...goodAnswers(),
  ...idTokens(),
  ...answersToCalls(),
  ...(await revocations()),
  ...configurations(),
]
