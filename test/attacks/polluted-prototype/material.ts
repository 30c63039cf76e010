import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createTestIssuer } from 'tollgate/testing'

export const issuer = 'https://login.example.com'
export const audience = 'https://api.example.com'
export const scope = 'admin'

export interface SigningKey {
  readonly jwk: Readonly<Record<string, unknown>>
  readonly privateKey: KeyObject
}

function createKey(kid: string): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' }, privateKey }
}

/** The keys of the issuer, and the key of somebody who wants to get in. */
export const trusted = createKey('trusted')
export const second = createKey('second')
export const foreign = createKey('foreign')

/** A public RSA key. Nothing is signed with it. */
export const rsaJwk: object = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
  format: 'jwk',
})

type Members = Readonly<Record<string, unknown>>

const seconds = Math.floor(Date.now() / 1000)

const goodHeader: Members = { alg: 'ES256', typ: 'at+jwt', kid: 'trusted' }

const goodClaims: Members = {
  iss: issuer,
  aud: audience,
  exp: seconds + 86_400,
  iat: seconds - 10,
  sub: 'alice',
  client_id: 'client-1',
  jti: 'token-1',
}

/** Members that are undefined are left out. */
function encode(value: Members): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token that is good but for the members that are stated here. */
export function mint(claims: Members = {}, header: Members = {}, key = trusted): string {
  const head = encode({ ...goodHeader, ...header })
  const signed = `${head}.${encode({ ...goodClaims, ...claims })}`
  const signature = sign('sha256', Buffer.from(signed), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  })
  return `${signed}.${signature.toString('base64url')}`
}

export const good = mint()
export const withScope = mint({ scope })
/** A token with which somebody acts for its subject. */
export const delegated = mint({ act: { sub: 'agent-1' } })
/** A token of somebody else, who signs with a key of his own. */
export const forged = mint({ scope }, { kid: 'foreign' }, foreign)

/** Tokens that lack something, or state something wrong, each with the name of what it is. */
export const badTokens: Readonly<Record<string, string>> = {
  'signed by a foreign key': forged,
  'signed by a foreign key under the kid of the issuer': mint({}, {}, foreign),
  'signed by a foreign key, without kid': mint({}, { kid: undefined }, foreign),
  'without kid, where the issuer has two keys': mint({}, { kid: undefined }),
  'without alg': mint({}, { alg: undefined }),
  'without typ': mint({}, { typ: undefined }),
  'without any header member': mint({}, { alg: undefined, typ: undefined, kid: undefined }),
  'of type JWT': mint({}, { typ: 'JWT' }),
  'with a critical extension': mint({}, { crit: ['b64'], b64: true }),
  'with alg none': `${encode({ ...goodHeader, alg: 'none' })}.${encode(goodClaims)}.AA`,
  'with alg HS256': mint({}, { alg: 'HS256' }),
  'of another issuer': mint({ iss: 'https://other.example.com' }),
  'for another audience': mint({ aud: 'https://other.example.com' }),
  'for no audience': mint({ aud: [] }),
  expired: mint({ exp: seconds - 60 }),
  'expired, without iat': mint({ exp: seconds - 60, iat: undefined }),
  'not yet valid': mint({ nbf: seconds + 3_600 }),
  'issued in the future': mint({ iat: seconds + 3_600 }),
  'of a person, an ID token': mint({ nonce: 'n' }, { typ: 'JWT' }),
  'named an ID token': mint({ token_use: 'id' }, { typ: 'JWT' }),
  'that tells of events, a logout token': mint({ events: {} }, { typ: 'JWT' }),
  'bound to a key': mint({ cnf: { jkt: 'x' } }),
  'with no claim at all': mint(
    Object.fromEntries(Object.keys(goodClaims).map((name) => [name, undefined])),
  ),
  ...Object.fromEntries(
    Object.keys(goodClaims).map((name) => [`without ${name}`, mint({ [name]: undefined })]),
  ),
}

/** A key of the API, and tokens that are encrypted to it. Anybody can encrypt. */
const api = createTestIssuer()
export const { decryption } = api
const unsigned = `${encode({ ...goodHeader, alg: 'none' })}.${encode({ ...goodClaims, scope })}.`

export const badEncryptedTokens: Readonly<Record<string, string>> = {
  'that is forged': api.encrypt(forged),
  'that is not signed': api.encrypt(unsigned),
  'that is claims alone': api.encrypt(JSON.stringify({ ...goodClaims, scope })),
  'of another issuer': api.encrypt(mint({ iss: 'https://other.example.com' })),
  'for another audience': api.encrypt(mint({ aud: 'https://other.example.com' })),
  'without kid': api.encrypt(good, { header: { kid: undefined } }),
  'without alg': api.encrypt(good, { header: { alg: undefined } }),
  'without enc': api.encrypt(good, { header: { enc: undefined } }),
  'that is compressed': api.encrypt(good, { header: { zip: 'DEF' } }),
  'with a critical extension': api.encrypt(good, { header: { crit: ['x'], x: 1 } }),
}

/** A shared secret of an issuer, and a token by another one. */
export const secret = Uint8Array.from({ length: 32 }, (_, i) => i)
const hmacInput = `${encode({ ...goodHeader, alg: 'HS256' })}.${encode({ ...goodClaims, scope })}`
export const wrongHmac = `${hmacInput}.${createHmac('sha256', Buffer.alloc(32)).update(hmacInput).digest('base64url')}`
