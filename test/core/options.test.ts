import { generateKeyPairSync } from 'node:crypto'
import { createVerifier } from 'tollgate'
import { createAuth as createExpressAuth } from 'tollgate/express'
import { createAuth as createKoaAuth } from 'tollgate/koa'
import { describe, expect, it } from 'vitest'

const issuer = 'https://login.example.com'
const audience = 'https://api.example.com'
const good = { issuer, audience }
const pem = (type: 'spki' | 'private', bits = 2048): string => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return type === 'spki'
    ? (publicKey.export({ type: 'spki', format: 'pem' }) as string)
    : (privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' }
const ec = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid: 'e',
}
const withKeys = (...keys: unknown[]) => ({ audience, issuer: { issuer, jwks: { keys } } })

/** Wrong options, and what the TypeError must name: the option and the mend. */
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['nothing', undefined, /must be a plain object/],
  ['a string', issuer, /must be a plain object/],
  ['a Promise of options', Promise.resolve(good), /plain object, not a Promise: await it first/],
  ['a Map', new Map(Object.entries(good)), /plain object, not such an object/],
  ['options that are inherited', Object.create(good), /plain object/],
  [
    'a Promise of keys',
    { ...good, keys: Promise.resolve({}) },
    /'keys' must be a plain object, not a Promise/,
  ],
  ['a typo', { ...good, audiance: 'x' }, /unknown option 'audiance'.*did you mean 'audience'\?/],
  [
    'a stranger',
    { ...good, requiredScope: 'x' },
    /unknown option 'requiredScope'.*known are issuer,/,
  ],
  ['a later option', { ...good, dpop: {} }, /unknown option 'dpop'/],
  ['no schema for the claims', { ...good, claims: {} }, /'claims' must be a Standard Schema/],
  [
    'a schema of another version',
    { ...good, claims: { '~standard': { version: 2, validate() {} } } },
    /'claims' must be a Standard Schema/,
  ],
  [
    'an option of an issuer',
    { ...good, jwksUri: 'https://x.test' },
    /'jwksUri'.*issuer: \{ issuer:/,
  ],
  ['__proto__ as own key', { ...good, ['__proto__']: {} }, /unknown option '__proto__'/],

  ['no issuer', { audience }, /'issuer' is missing/],
  ['issuer undefined', { ...good, issuer: undefined }, /'issuer' is present but undefined/],
  [
    'issuer null',
    { ...good, issuer: null },
    /'issuer' must be an issuer URL or its options, not null/,
  ],
  ['no issuer in the list', { ...good, issuer: [] }, /'issuer' is missing/],
  ['an empty issuer', { ...good, issuer: '' }, /'issuer' must be a non-empty string/],
  ['no URL', { ...good, issuer: 'login.example.com' }, /must be an absolute https URL/],
  ['http', { ...good, issuer: 'http://login.example.com' }, /must be an https URL/],
  ['http on loopback', { ...good, issuer: 'http://127.0.0.1' }, /allowInsecureLoopback: true/],
  [
    'http elsewhere, with allowInsecureLoopback',
    { ...good, issuer: 'http://10.0.0.1', allowInsecureLoopback: true },
    /must be an https URL/,
  ],
  [
    'http on a host that begins like loopback',
    { ...good, issuer: 'http://127.0.0.1.evil.test', allowInsecureLoopback: true },
    /must be an https URL/,
  ],
  ['no slashes', { ...good, issuer: 'https:login.example.com' }, /must be an absolute https URL/],
  ['one slash', { ...good, issuer: 'https:/login.example.com' }, /must be an absolute https URL/],
  [
    'three slashes',
    { ...good, issuer: 'https:///login.example.com' },
    /must be an absolute https URL/,
  ],
  ['another scheme', { ...good, issuer: 'ftp://login.example.com' }, /must be an https URL/],
  ['a query', { ...good, issuer: `${issuer}?a` }, /must have no query/],
  ['an empty query', { ...good, issuer: `${issuer}/?` }, /must have no query/],
  ['a fragment', { ...good, issuer: `${issuer}#a` }, /must have no fragment/],
  ['an empty fragment', { ...good, issuer: `${issuer}#` }, /must have no fragment/],
  ['a user name', { ...good, issuer: 'https://me@login.example.com' }, /no user name or password/],
  ['a password', { ...good, issuer: 'https://:p@login.example.com' }, /no user name or password/],
  ['whitespace', { ...good, issuer: ` ${issuer}` }, /must be an absolute https URL/],
  ['a newline', { ...good, issuer: `${issuer}\n` }, /no whitespace/],
  ['a template', { ...good, issuer: 'https://login.example.com/{tenantid}/v2.0' }, /is a template/],
  ['/common', { ...good, issuer: 'https://login.example.com/common/v2.0' }, /many tenants/],
  [
    '/organizations',
    { ...good, issuer: 'https://login.example.com/organizations' },
    /many tenants/,
  ],
  ['the same issuer twice', { ...good, issuer: [issuer, { issuer }] }, /names 'https:.*' twice/],
  [
    'an unknown option of an issuer',
    { ...good, issuer: { issuer, jwksUrl: 'x' } },
    /'jwksUrl'.*did you mean 'jwksUri'/,
  ],
  [
    'issuer without name',
    { ...good, issuer: { jwksUri: 'https://x.test' } },
    /'issuer' must be a non-empty string/,
  ],
  ['a number', { ...good, issuer: 1 }, /'issuer' must be an issuer URL/],
  ['a regular expression', { ...good, issuer: /./ }, /'issuer'/],

  ['no audience', { issuer }, /'audience' is missing/],
  ['audience undefined', { issuer, audience: undefined }, /'audience' is present but undefined/],
  [
    'audience undefined at an issuer',
    { ...good, issuer: { issuer, audience: undefined } },
    /'audience' is present but/,
  ],
  ['an empty audience', { issuer, audience: '' }, /'audience' must be a non-empty string/],
  ['a blank audience', { issuer, audience: ' ' }, /'audience' must be a non-empty string/],
  ['no audience in the list', { issuer, audience: [] }, /'audience' must name at least one/],
  [
    'an empty audience in the list',
    { issuer, audience: ['a', ''] },
    /'audience' must be a non-empty string/,
  ],
  ['a wildcard', { issuer, audience: '*' }, /'audience' has a wildcard/],
  ['a wildcard inside', { issuer, audience: 'https://*.example.com' }, /'audience' has a wildcard/],
  ['a regular expression', { issuer, audience: /api/ }, /'audience'.*a regular expression/],
  ['false', { issuer, audience: false }, /'audience'/],
  ['the same audience twice', { issuer, audience: ['a', 'a'] }, /'audience' names 'a' twice/],

  ['no algorithms', { ...good, algorithms: [] }, /'algorithms' must be a non-empty array/],
  [
    'algorithms undefined',
    { ...good, algorithms: undefined },
    /'algorithms' is present but undefined/,
  ],
  [
    'a single algorithm',
    { ...good, algorithms: 'RS256' },
    /'algorithms' must be a non-empty array/,
  ],
  ['none', { ...good, algorithms: ['none'] }, /'algorithms' holds 'none', which is no signature/],
  ['NONE', { ...good, algorithms: ['NONE'] }, /'algorithms' holds 'none', which is no signature/],
  ['HS256', { ...good, algorithms: ['HS256'] }, /'HS256', which needs a shared secret/],
  [
    'wrong case',
    { ...good, algorithms: ['rs256'] },
    /'algorithms' holds 'rs256': allowed are RS256/,
  ],
  ['any', { ...good, algorithms: ['*'] }, /'algorithms' holds '\*'/],
  [
    'an inherited name',
    { ...good, algorithms: ['constructor'] },
    /'algorithms' holds 'constructor'/,
  ],
  ['RS256 twice', { ...good, algorithms: ['RS256', 'RS256'] }, /'algorithms' names 'RS256' twice/],
  ['null among algorithms', { ...good, algorithms: [null] }, /'algorithms' holds null/],

  ['an unknown profile', { ...good, profile: 'lax' }, /'profile' must be 'rfc9068' or 'jwt'/],
  ['profile undefined', { ...good, profile: undefined }, /'profile' is present but undefined/],
  ['an inherited profile', { ...good, profile: 'toString' }, /'profile' must be/],

  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 301, '10', null].map(
    (value) =>
      [
        'clockTolerance',
        { ...good, clockTolerance: value },
        /'clockTolerance' must be a number from 0 to 300/,
      ] as const,
  ),
  ...(['maxAge', 'staleIfError', 'cooldown', 'timeout', 'maxBytes', 'maxKeys'] as const).flatMap(
    (name) =>
      [Number.NaN, Number.POSITIVE_INFINITY, -1, '10'].map(
        (value) =>
          [
            `keys.${name}`,
            { ...good, keys: { [name]: value } },
            new RegExp(`'keys.${name}' must be a number from`),
          ] as const,
      ),
  ),
  ['no cooldown', { ...good, keys: { cooldown: 0 } }, /'keys.cooldown' must be a number from 1/],
  ['half a key', { ...good, keys: { maxKeys: 1.5 } }, /'keys.maxKeys' must be a whole number/],
  ['a typo in keys', { ...good, keys: { maxage: 1 } }, /'maxage'.*did you mean 'maxAge'/],
  ['keys as a list', { ...good, keys: [] }, /'keys' must be a plain object/],
  ['tokenCache: 0', { ...good, tokenCache: 0 }, /'tokenCache' must be a number from 1/],
  [
    'tokenCache: true',
    { ...good, tokenCache: true },
    /'tokenCache' must be a number of tokens or false/,
  ],
  [
    'tokenCache: Infinity',
    { ...good, tokenCache: Number.POSITIVE_INFINITY },
    /'tokenCache' must be a number from 1/,
  ],
  [
    'allowInsecureLoopback: 1',
    { ...good, allowInsecureLoopback: 1 },
    /'allowInsecureLoopback' must be true or false/,
  ],
  ['fetch', { ...good, fetch: {} }, /'fetch' must be a function/],
  ['now', { ...good, now: 1 }, /'now' must be a function/],
  ['onEvent', { ...good, onEvent: null }, /'onEvent' must be a function/],

  [
    'jwks and jwksUri',
    { ...good, issuer: { issuer, jwks: { keys: [jwk] }, jwksUri: 'https://x.test' } },
    /keep one of/,
  ],
  [
    'jwksUri and metadataUrl',
    { ...good, issuer: { issuer, jwksUri: 'https://x.test', metadataUrl: 'https://x.test' } },
    /keep one of/,
  ],
  [
    'an http jwksUri',
    { ...good, issuer: { issuer, jwksUri: 'http://x.test' } },
    /'jwksUri' must be an https URL/,
  ],
  [
    'a jwksUri with a password',
    { ...good, issuer: { issuer, jwksUri: 'https://a:b@x.test' } },
    /'jwksUri' must hold no user/,
  ],
  [
    'an http metadataUrl',
    { ...good, issuer: { issuer, metadataUrl: 'http://x.test' } },
    /'metadataUrl' must be an https URL/,
  ],

  ['jwks null', { ...good, issuer: { issuer, jwks: null } }, /'jwks' must be \{ keys/],
  ['no keys', withKeys(), /'jwks' holds no key/],
  ['junk', withKeys('x'), /key 0.*not a JSON object/],
  [
    'a private key',
    withKeys({ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'a' }),
    /key 'a'.*private/,
  ],
  ['a private member', withKeys({ ...jwk, p: 'x' }), /private/],
  [
    'a shared secret',
    withKeys({ kty: 'oct', k: 'c2VjcmV0', kid: 's' }),
    /key 's'.*private or symmetric/,
  ],
  ['an encryption key', withKeys({ ...jwk, use: 'enc' }), /not for signatures/],
  ['a key for signing', withKeys({ ...jwk, key_ops: ['sign'] }), /not for verification/],
  ['exponent 1', withKeys({ ...jwk, e: 'AQ' }), /exponent is not odd, 3 to 2\^32/],
  ['an even exponent', withKeys({ ...jwk, e: 'AQAA' }), /exponent is not odd/],
  ['a huge exponent', withKeys({ ...jwk, e: 'AQAAAAE' }), /exponent is not odd/],
  [
    'a short modulus',
    withKeys({ ...jwk, n: `${(jwk as { n: string }).n.slice(0, 170)}A` }),
    /shorter than 2048/,
  ],
  [
    'a long modulus',
    withKeys({ ...jwk, n: Buffer.alloc(1025, 255).toString('base64url') }),
    /longer than 8192/,
  ],
  [
    'a padded modulus',
    withKeys({ ...jwk, n: `${(jwk as { n: string }).n}=` }),
    /modulus is not base64url/,
  ],
  [
    'a modulus with a leading zero',
    withKeys({
      ...jwk,
      n: Buffer.concat([
        Buffer.alloc(1),
        Buffer.from((jwk as { n: string }).n, 'base64url'),
      ]).toString('base64url'),
    }),
    /leading zero/,
  ],
  [
    'an unsupported curve',
    withKeys({ kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }),
    /unsupported curve/,
  ],
  ['Ed448', withKeys({ kty: 'OKP', crv: 'Ed448', x: 'AA' }), /unsupported curve/],
  ['short coordinates', withKeys({ ...ec, x: 'AAAA' }), /malformed coordinates/],
  [
    'a key for no allowed algorithm',
    withKeys({ ...jwk, alg: 'RS512' }),
    /serves no allowed algorithm/,
  ],
  [
    'an algorithm of another key type',
    withKeys({ ...ec, alg: 'RS256' }),
    /serves no allowed algorithm/,
  ],
  [
    'the same kid and algorithm twice',
    withKeys(jwk, { ...jwk }),
    /pair of kid and algorithm names 'a \(RS256\)' twice/,
  ],
  [
    'a private PEM',
    { ...good, issuer: { issuer, jwks: pem('private') } },
    /must be one block from -----BEGIN PUBLIC KEY/,
  ],
  ['a weak PEM', { ...good, issuer: { issuer, jwks: pem('spki', 1024) } }, /shorter than 2048/],
  [
    'a broken PEM',
    {
      ...good,
      issuer: { issuer, jwks: '-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----' },
    },
    /not a PEM public key/,
  ],
  [
    'a secret as jwks',
    { ...good, issuer: { issuer, jwks: 'secret' } },
    /must be one block from -----BEGIN PUBLIC KEY/,
  ],
]

describe.each([
  ['createVerifier', createVerifier],
  ['express createAuth', createExpressAuth],
  ['koa createAuth', createKoaAuth],
] as const)('%s refuses', (_, create) => {
  it.each(wrong)('%s', (_name, options, message) => {
    const construct = (): unknown => create(options as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})

const nobody = (): undefined => undefined

it('a message never shows a password', () => {
  const construct = (): unknown =>
    createVerifier({ ...good, issuer: 'https://me:secret@login.example.com' })
  expect(construct).toThrow(/no user name or password/)
  expect(construct).not.toThrow(/secret/)
})

describe('what is accepted', () => {
  it.each([
    ['one issuer', good],
    [
      'several, each with its own audience',
      {
        issuer: [
          { issuer, audience: 'a' },
          { issuer: 'https://b.test', audience: 'b' },
        ],
      },
    ],
    [
      'options given as undefined that do not decide',
      {
        ...good,
        keys: undefined,
        tokenCache: undefined,
        fetch: undefined,
        now: undefined,
        onEvent: undefined,
        clockTolerance: undefined,
      },
    ],
    [
      'a loopback issuer',
      {
        audience,
        issuer: ['http://localhost:1', 'http://127.0.0.1:1/x', 'http://[::1]:1'],
        allowInsecureLoopback: true,
      },
    ],
    ['a trailing slash', { audience, issuer: `${issuer}/` }],
    ['static keys', withKeys(jwk, ec)],
    ['a PEM', { audience, issuer: { issuer, jwks: pem('spki') } }],
    ['a resolver', { audience, issuer: nobody }],
    ['a resolver without an audience', { issuer: nobody }],
  ] as const)('%s', (_, options) => {
    expect(() => createVerifier(options as never)).not.toThrow()
  })

  it('does no I/O, starts no timer and uses no randomness', () => {
    const touched = (): never => {
      throw new Error('touched')
    }
    const before = { random: Math.random, setTimeout: globalThis.setTimeout }
    Math.random = touched
    globalThis.setTimeout = touched as never
    try {
      createExpressAuth({ ...good, fetch: touched, now: touched }).requireAuth()
    } finally {
      Math.random = before.random
      globalThis.setTimeout = before.setTimeout
    }
  })
})
