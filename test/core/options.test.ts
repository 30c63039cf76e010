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
const pemOf = (curve: 'x25519' | 'P-521'): unknown => {
  const { publicKey } =
    curve === 'x25519'
      ? generateKeyPairSync(curve)
      : generateKeyPairSync('ec', { namedCurve: curve })
  return publicKey.export({ type: 'spki', format: 'pem' })
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** RSA keys of this size have a text of whole lines. */
const fullLines = pem('spki', 2368)
const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' }
const ec = {
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }),
  kid: 'e',
}
const withKeys = (...keys: unknown[]) => ({ audience, issuer: { issuer, jwks: { keys } } })

const nobody = (): undefined => undefined

/** The words for a value in the title of a test. */
const shown = (value: unknown): string =>
  typeof value === 'string' ? `the text '${value}'` : String(value)

/** Wrong options, and what the TypeError must name: the option and how to fix it. */
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['no options at all', undefined, /must be a plain object/],
  ['a string as options', issuer, /must be a plain object/],
  ['a Promise of options', Promise.resolve(good), /plain object, not a Promise: await it first/],
  ['a Map as options', new Map(Object.entries(good)), /plain object, not such an object/],
  ['options that are inherited', Object.create(good), /plain object/],
  [
    'options that are inherited from an object without a prototype',
    Object.create(Object.assign(Object.create(null), good)),
    /must be a plain object.*inherits would be ignored: write \{ name: value \}/,
  ],
  [
    'an audience that is not enumerable beside the audience of the issuer',
    Object.defineProperty({ issuer: { issuer, audience: 'a' } }, 'audience', { value: 'b' }),
    /'audience' in the(?: verifier)? options.* is not enumerable.*write \{ audience: … \}/,
  ],
  ['an option under a symbol', { ...good, [Symbol.for('keys')]: {} }, /Symbol\(keys\).*remove it/],
  [
    'options of the keys that are inherited from an object without a prototype',
    { ...good, keys: Object.create(Object.assign(Object.create(null), { maxAge: 1 })) },
    /'keys' must be a plain object/,
  ],
  [
    'an option of the keys that is not enumerable',
    { ...good, keys: Object.defineProperty({}, 'maxAge', { value: 1 }) },
    /'maxAge' in option 'keys' is not enumerable/,
  ],
  [
    'an option of the keys under a symbol',
    { ...good, keys: { [Symbol('maxAge')]: 1 } },
    /'keys'.*Symbol\(maxAge\)/,
  ],
  [
    'options of an issuer that are inherited from an object without a prototype',
    { audience, issuer: Object.create(Object.assign(Object.create(null), { issuer })) },
    /'issuer' must be a plain object/,
  ],
  [
    'an option of an issuer that is not enumerable',
    { audience, issuer: Object.defineProperty({ issuer }, 'algorithms', { value: ['ES256'] }) },
    /'algorithms' in option 'issuer' is not enumerable/,
  ],
  [
    'an option of an issuer under a symbol',
    { audience, issuer: { issuer, [Symbol('algorithms')]: ['ES256'] } },
    /'issuer'.*Symbol\(algorithms\)/,
  ],
  [
    'a Promise as the option keys',
    { ...good, keys: Promise.resolve({}) },
    /'keys' must be a plain object, not a Promise/,
  ],
  [
    'an audience of white space',
    { issuer, audience: ['a', ' '] },
    /option 'audience' must be a non-empty string, or several, not white space$/,
  ],
  [
    'an option with a typo in its name',
    { ...good, audiance: 'x' },
    /unknown option 'audiance'.*did you mean 'audience'\?/,
  ],
  [
    'an option that does not exist',
    { ...good, requiredScope: 'x' },
    /unknown option 'requiredScope'.*known are issuer,/,
  ],
  ['an option of a later version', { ...good, dpop: {} }, /unknown option 'dpop'/],
  [
    'a claims option that is no schema',
    { ...good, claims: {} },
    /'claims' must be a Standard Schema/,
  ],
  [
    'a claims schema of another version of Standard Schema',
    { ...good, claims: { '~standard': { version: 2, validate() {} } } },
    /'claims' must be a Standard Schema/,
  ],
  [
    'an option of an issuer among the options of the verifier',
    { ...good, jwksUri: 'https://x.test' },
    /'jwksUri'.*issuer: \{ issuer:/,
  ],
  ['an own option named __proto__', { ...good, ['__proto__']: {} }, /unknown option '__proto__'/],

  ['options without an issuer', { audience }, /'issuer' is missing/],
  [
    'an issuer that is undefined',
    { ...good, issuer: undefined },
    /'issuer' is present but undefined: give it a value\. Is an environment variable missing\?$/,
  ],
  [
    'an issuer that is null',
    { ...good, issuer: null },
    /'issuer' must be an issuer URL or its options, not null/,
  ],
  ['an empty list of issuers', { ...good, issuer: [] }, /'issuer' is missing/],
  ['an empty issuer', { ...good, issuer: '' }, /'issuer' must be a non-empty string/],
  [
    'an issuer that is no URL',
    { ...good, issuer: 'login.example.com' },
    /must be an absolute https URL/,
  ],
  ['an issuer with http', { ...good, issuer: 'http://login.example.com' }, /must be an https URL/],
  [
    'a loopback issuer with http when allowInsecureLoopback is off',
    { ...good, issuer: 'http://127.0.0.1' },
    /allowInsecureLoopback: true/,
  ],
  [
    'an issuer with http elsewhere when allowInsecureLoopback is on',
    { ...good, issuer: 'http://10.0.0.1', allowInsecureLoopback: true },
    /must be an https URL/,
  ],
  [
    'an issuer with http on a host that begins like a loopback address',
    { ...good, issuer: 'http://127.0.0.1.evil.test', allowInsecureLoopback: true },
    /must be an https URL/,
  ],
  [
    'an issuer without slashes after its scheme',
    { ...good, issuer: 'https:login.example.com' },
    /must be an absolute https URL/,
  ],
  [
    'an issuer with one slash after its scheme',
    { ...good, issuer: 'https:/login.example.com' },
    /must be an absolute https URL/,
  ],
  [
    'an issuer with three slashes after its scheme',
    { ...good, issuer: 'https:///login.example.com' },
    /must be an absolute https URL/,
  ],
  [
    'an issuer with a scheme that is not https',
    { ...good, issuer: 'ftp://login.example.com' },
    /must be an https URL/,
  ],
  ['an issuer with a query', { ...good, issuer: `${issuer}?a` }, /must have no query/],
  ['an issuer with an empty query', { ...good, issuer: `${issuer}/?` }, /must have no query/],
  ['an issuer with a fragment', { ...good, issuer: `${issuer}#a` }, /must have no fragment/],
  ['an issuer with an empty fragment', { ...good, issuer: `${issuer}#` }, /must have no fragment/],
  [
    'an issuer with a user name',
    { ...good, issuer: 'https://me@login.example.com' },
    /no user name or password/,
  ],
  [
    'an issuer with a password',
    { ...good, issuer: 'https://:p@login.example.com' },
    /no user name or password/,
  ],
  [
    'an issuer with whitespace before it',
    { ...good, issuer: ` ${issuer}` },
    /must be an absolute https URL/,
  ],
  ['an issuer with a newline after it', { ...good, issuer: `${issuer}\n` }, /no whitespace/],
  [
    'an issuer with a wildcard',
    { ...good, issuer: 'https://*.example.com' },
    /is a template.*Name yours, or give a function/,
  ],
  [
    'an issuer that is a template',
    { ...good, issuer: 'https://login.example.com/{tenantid}/v2.0' },
    /is a template.*Name yours, or give a function/,
  ],
  [
    'an issuer with the path /common, which stands for many tenants',
    { ...good, issuer: 'https://login.example.com/common/v2.0' },
    /many tenants.*Name yours, or give a function/,
  ],
  ...[
    'https://a.test,https://b.test',
    'https://a.test, https://b.test',
    'https://a.test https://b.test',
    'https://a.test;https://b.test',
  ].map(
    (several) =>
      [
        `several issuers in the string '${several}'`,
        { ...good, issuer: several },
        /'issuer' is several issuers in one string: write a list/,
      ] as const,
  ),
  [
    'the address of the OpenID Connect metadata as the issuer',
    { ...good, issuer: `${issuer}/tenant/.well-known/openid-configuration` },
    /'issuer' is the address of a metadata document: leave out '\/\.well-known\/openid-configuration'.*metadataUrl/,
  ],
  [
    'the address of the OpenID Connect metadata as an issuer of whatever form',
    {
      audience,
      issuer: {
        issuer: `${issuer}/.well-known/openid-configuration`,
        jwksUri: 'https://x.test',
        profile: 'jwt',
      },
    },
    /'issuer' is the address of a metadata document/,
  ],
  [
    'the address of the OAuth metadata as the issuer',
    { ...good, issuer: `${issuer}/.well-known/oauth-authorization-server/tenant` },
    /'issuer' is the address of a metadata document: leave out '\/\.well-known\/oauth-authorization-server'/,
  ],
  [
    'an issuer with the path /organizations, which stands for many tenants',
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
    'options of an issuer without its name',
    { ...good, issuer: { jwksUri: 'https://x.test' } },
    /'issuer' must be a non-empty string/,
  ],
  ['a number as the issuer', { ...good, issuer: 1 }, /'issuer' must be an issuer URL/],
  ['a regular expression as the issuer', { ...good, issuer: /./ }, /'issuer'/],

  ['options without an audience', { issuer }, /'audience' is missing/],
  [
    'an audience that is undefined',
    { issuer, audience: undefined },
    /'audience' is present but undefined: give it a value\. Is an environment variable missing\?$/,
  ],
  [
    'an audience that is undefined, beside issuers of which one states none',
    { issuer: [{ issuer, audience: 'a' }, 'https://b.test'], audience: undefined },
    /'audience' is present but undefined: give it a value\. Is an environment variable missing\?$/,
  ],
  [
    'an audience that is undefined, beside an issuer that states its own',
    { issuer: { issuer, audience: 'a' }, audience: undefined },
    /'audience' is present but undefined: give it a value, or leave it out$/,
  ],
  [
    'an audience that is undefined, beside a resolver',
    { issuer: nobody, audience: undefined },
    /'audience' is present but undefined: give it a value, or leave it out$/,
  ],
  [
    'an audience of one issuer that is undefined',
    { ...good, issuer: { issuer, audience: undefined } },
    /'audience' is present but/,
  ],
  ['an empty audience', { issuer, audience: '' }, /'audience' must be a non-empty string/],
  ['a blank audience', { issuer, audience: ' ' }, /'audience' must be a non-empty string/],
  ['an empty list of audiences', { issuer, audience: [] }, /'audience' must name at least one/],
  [
    'a list of audiences with an empty one',
    { issuer, audience: ['a', ''] },
    /'audience' must be a non-empty string/,
  ],
  ['a wildcard as the audience', { issuer, audience: '*' }, /'audience' has a wildcard/],
  [
    'an audience with a wildcard in it',
    { issuer, audience: 'https://*.example.com' },
    /'audience' has a wildcard/,
  ],
  [
    'a regular expression as the audience',
    { issuer, audience: /api/ },
    /'audience'.*a regular expression/,
  ],
  ['false as the audience', { issuer, audience: false }, /'audience'/],
  ['the same audience twice', { issuer, audience: ['a', 'a'] }, /'audience' names 'a' twice/],

  [
    'an empty list of algorithms',
    { ...good, algorithms: [] },
    /'algorithms' must be a non-empty array/,
  ],
  [
    'a list of algorithms that is undefined',
    { ...good, algorithms: undefined },
    /'algorithms' is present but undefined/,
  ],
  [
    'a single algorithm that is not in a list',
    { ...good, algorithms: 'RS256' },
    /'algorithms' must be a non-empty array/,
  ],
  [
    'the algorithm none',
    { ...good, algorithms: ['none'] },
    /'algorithms' holds 'none', which is no signature/,
  ],
  [
    'the algorithm NONE',
    { ...good, algorithms: ['NONE'] },
    /'algorithms' holds 'none', which is no signature/,
  ],
  [
    'the algorithm HS256',
    { ...good, algorithms: ['HS256'] },
    /'HS256', which needs a shared secret/,
  ],
  [
    'an algorithm in the wrong case',
    { ...good, algorithms: ['rs256'] },
    /'algorithms' holds 'rs256': allowed are RS256/,
  ],
  ['an algorithm that is a wildcard', { ...good, algorithms: ['*'] }, /'algorithms' holds '\*'/],
  [
    'an algorithm with the name of an inherited member',
    { ...good, algorithms: ['constructor'] },
    /'algorithms' holds 'constructor'/,
  ],
  [
    'the same algorithm twice',
    { ...good, algorithms: ['RS256', 'RS256'] },
    /'algorithms' names 'RS256' twice/,
  ],
  ['null in the list of algorithms', { ...good, algorithms: [null] }, /'algorithms' holds null/],

  ['an unknown profile', { ...good, profile: 'lax' }, /'profile' must be 'rfc9068' or 'jwt'/],
  [
    'a profile that is undefined',
    { ...good, profile: undefined },
    /'profile' is present but undefined/,
  ],
  [
    'a profile with the name of an inherited member',
    { ...good, profile: 'toString' },
    /'profile' must be/,
  ],

  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 301, '10', null].map(
    (value) =>
      [
        `a clockTolerance of ${shown(value)}`,
        { ...good, clockTolerance: value },
        /'clockTolerance' must be a number from 0 to 300/,
      ] as const,
  ),
  ...(['maxAge', 'staleIfError', 'cooldown', 'timeout', 'maxBytes', 'maxKeys'] as const).flatMap(
    (name) =>
      [Number.NaN, Number.POSITIVE_INFINITY, -1, '10'].map(
        (value) =>
          [
            `a keys.${name} of ${shown(value)}`,
            { ...good, keys: { [name]: value } },
            new RegExp(`'keys.${name}' must be a number from`),
          ] as const,
      ),
  ),
  [
    'a cooldown of zero',
    { ...good, keys: { cooldown: 0 } },
    /'keys.cooldown' must be a number from 1/,
  ],
  [
    'a number of keys that is not whole',
    { ...good, keys: { maxKeys: 1.5 } },
    /'keys.maxKeys' must be a whole number/,
  ],
  [
    'an option of keys with a typo in its name',
    { ...good, keys: { maxage: 1 } },
    /'maxage'.*did you mean 'maxAge'/,
  ],
  ['a list as the option keys', { ...good, keys: [] }, /'keys' must be a plain object/],
  ...[0, 1.5, 1_000_001, Number.NaN, Number.POSITIVE_INFINITY, '10', null].map(
    (value) =>
      [
        `a maxIssuers of ${shown(value)}`,
        { ...good, issuer: nobody, maxIssuers: value },
        /'maxIssuers' must be a (whole )?number/,
      ] as const,
  ),
  ...[issuer, [issuer], { issuer }].map(
    (listed) =>
      [
        `a maxIssuers beside ${typeof listed === 'string' ? 'one issuer' : Array.isArray(listed) ? 'a list of issuers' : 'the options of one issuer'}`,
        { ...good, issuer: listed, maxIssuers: 10 },
        /'maxIssuers' is for an issuer resolver.*leave it out/,
      ] as const,
  ),
  ['a tokenCache of 0', { ...good, tokenCache: 0 }, /'tokenCache' must be a number from 1/],
  [
    'true as tokenCache',
    { ...good, tokenCache: true },
    /'tokenCache' must be a number of tokens or false/,
  ],
  [
    'a tokenCache of Infinity',
    { ...good, tokenCache: Number.POSITIVE_INFINITY },
    /'tokenCache' must be a number from 1/,
  ],
  [
    'the number 1 as allowInsecureLoopback',
    { ...good, allowInsecureLoopback: 1 },
    /'allowInsecureLoopback' must be true or false/,
  ],
  ['a fetch that is no function', { ...good, fetch: {} }, /'fetch' must be a function/],
  ['a now that is no function', { ...good, now: 1 }, /'now' must be a function/],
  ['an onEvent that is null', { ...good, onEvent: null }, /'onEvent' must be a function/],

  [
    'an issuer with both jwks and jwksUri',
    { ...good, issuer: { issuer, jwks: { keys: [jwk] }, jwksUri: 'https://x.test' } },
    /keep one of/,
  ],
  [
    'an issuer with both jwksUri and metadataUrl',
    { ...good, issuer: { issuer, jwksUri: 'https://x.test', metadataUrl: 'https://x.test' } },
    /keep one of/,
  ],
  [
    'a jwksUri with http',
    { ...good, issuer: { issuer, jwksUri: 'http://x.test' } },
    /'jwksUri' must be an https URL/,
  ],
  [
    'a jwksUri with a password',
    { ...good, issuer: { issuer, jwksUri: 'https://a:b@x.test' } },
    /'jwksUri' must hold no user/,
  ],
  [
    'a metadataUrl with http',
    { ...good, issuer: { issuer, metadataUrl: 'http://x.test' } },
    /'metadataUrl' must be an https URL/,
  ],

  ['jwks that are null', { ...good, issuer: { issuer, jwks: null } }, /'jwks' must be \{ keys/],
  ['jwks without a key', withKeys(), /'jwks' holds no key/],
  ['jwks with an entry that is no object', withKeys('x'), /key 0.*not a JSON object/],
  [
    'jwks with a private key',
    withKeys({ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'a' }),
    /key 'a'.*private/,
  ],
  ['jwks with a private member', withKeys({ ...jwk, p: 'x' }), /private/],
  [
    'jwks with a shared secret',
    withKeys({ kty: 'oct', k: 'c2VjcmV0', kid: 's' }),
    /key 's'.*private or symmetric/,
  ],
  ['jwks with an encryption key', withKeys({ ...jwk, use: 'enc' }), /not for signatures/],
  [
    'jwks with a key that is for signing only',
    withKeys({ ...jwk, key_ops: ['sign'] }),
    /not for verification/,
  ],
  ['an RSA key with exponent 1', withKeys({ ...jwk, e: 'AQ' }), /exponent is not odd, 3 to 2\^32/],
  ['an RSA key with an even exponent', withKeys({ ...jwk, e: 'AQAA' }), /exponent is not odd/],
  [
    'an RSA key with an exponent above 2^32',
    withKeys({ ...jwk, e: 'AQAAAAE' }),
    /exponent is not odd/,
  ],
  [
    'an RSA key with a short modulus',
    withKeys({ ...jwk, n: `${(jwk as { n: string }).n.slice(0, 170)}A` }),
    /shorter than 2048/,
  ],
  [
    'an RSA key with a long modulus',
    withKeys({ ...jwk, n: Buffer.alloc(1025, 255).toString('base64url') }),
    /longer than 8192/,
  ],
  ['an RSA key without a modulus', withKeys({ ...jwk, n: null }), /n is missing/],
  [
    'an RSA key with a badly padded modulus',
    withKeys({ ...jwk, n: `${(jwk as { n: string }).n}=` }),
    /n is not base64url/,
  ],
  [
    'an EC key with an unsupported curve',
    withKeys({ kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }),
    /unsupported curve/,
  ],
  [
    'an OKP key with the curve Ed448',
    withKeys({ kty: 'OKP', crv: 'Ed448', x: 'AA' }),
    /unsupported curve/,
  ],
  ['an EC key with another x', withKeys({ ...ec, x: 'AAAA' }), /a point off the curve/],
  [
    'a key that serves no allowed algorithm',
    withKeys({ ...jwk, alg: 'RS512' }),
    /serves no allowed algorithm/,
  ],
  [
    'a key that states an algorithm of another key type',
    withKeys({ ...ec, alg: 'RS256' }),
    /serves no allowed algorithm/,
  ],
  [
    'two keys with the same kid and algorithm',
    withKeys(jwk, { ...jwk }),
    /pair of kid and algorithm names 'a \(RS256\)' twice/,
  ],
  [
    'a private key in PEM',
    { ...good, issuer: { issuer, jwks: pem('private') } },
    /must be one block from -----BEGIN PUBLIC KEY/,
  ],
  ...(['x25519', 'P-521'] as const).map(
    (curve) =>
      [
        `a PEM key of the curve ${curve}, which no allowed algorithm uses`,
        { ...good, issuer: { issuer, jwks: pemOf(curve) } },
        /'jwks' holds no key that can be used/,
      ] as const,
  ),
  [
    'a weak key in PEM',
    { ...good, issuer: { issuer, jwks: pem('spki', 1024) } },
    /shorter than 2048/,
  ],
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
  ['createAuth of Express', createExpressAuth],
  ['createAuth of Koa', createKoaAuth],
] as const)('T16: wrong options of %s', (creator, create) => {
  it.each(wrong)(`${creator} refuses %s`, (_name, options, message) => {
    const construct = (): unknown => create(options as never)
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(message)
  })
})

it('T15: the message about an issuer with a password does not contain the password', () => {
  const construct = (): unknown =>
    createVerifier({ ...good, issuer: 'https://me:secret@login.example.com' })
  expect(construct).toThrow(/no user name or password/)
  expect(construct).not.toThrow(/secret/)
})

describe('right options of createVerifier', () => {
  it.each([
    ['one issuer and one audience', good],
    [
      'several issuers, each with its own audience',
      {
        issuer: [
          { issuer, audience: 'a' },
          { issuer: 'https://b.test', audience: 'b' },
        ],
      },
    ],
    [
      'options that are undefined, where undefined means the default',
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
      'loopback issuers with http when allowInsecureLoopback is on',
      {
        audience,
        issuer: ['http://localhost:1', 'http://127.0.0.1:1/x', 'http://[::1]:1'],
        allowInsecureLoopback: true,
      },
    ],
    ['an issuer with a trailing slash', { audience, issuer: `${issuer}/` }],
    ['static keys as a JWK Set', withKeys(jwk, ec)],
    ['a static key as a PEM', { audience, issuer: { issuer, jwks: pem('spki') } }],
    ...Object.entries({
      'whose lines are indented': (text: string) => text.replace(/^/gm, '    '),
      'in one line': (text: string) => text.replace(/\n/g, ''),
      'with spaces in the place of line breaks': (text: string) => text.replace(/\n/g, ' '),
    }).map(
      ([what, change]) =>
        [
          `a static key as a PEM ${what}`,
          { audience, issuer: { issuer, jwks: change(String(pem('spki'))) } },
        ] as const,
    ),
    [
      'a static key as a PEM whose last line is full',
      { audience, issuer: { issuer, jwks: fullLines } },
    ],
    [
      'a profile that requires no further claim and names no other audience',
      { ...good, profile: { types: ['at+jwt'], required: [], otherAudiences: [] } },
    ],
    ['an issuer resolver', { audience, issuer: nobody }],
    ['an issuer resolver without an audience', { issuer: nobody }],
    ['an issuer resolver with the least maxIssuers', { issuer: nobody, maxIssuers: 1 }],
    ['an issuer resolver with the largest maxIssuers', { issuer: nobody, maxIssuers: 1_000_000 }],
    ['a maxIssuers that is undefined beside one issuer', { ...good, maxIssuers: undefined }],
  ] as const)('createVerifier accepts %s', (_, options) => {
    expect(() => createVerifier(options as never)).not.toThrow()
  })

  it.each([
    ...['allowInsecureHosts', 'allowInsecureLoopback', 'claims', 'clockTolerance', 'fetch', 'keys'],
    ...['maxIssuers', 'now', 'onEvent', 'revocation', 'tokenCache'],
    ...['onRefuse', 'onRefused', 'realm', 'tokenHeader', 'verifier'],
  ])('the option %s with the value undefined counts as left out', (name) => {
    expect(() => createExpressAuth({ ...good, [name]: undefined })).not.toThrow()
  })

  it.each([
    ...['client', 'clockTolerance', 'decryption', 'fetch', 'introspection', 'jwks', 'jwksUri'],
    ...['kinds', 'metadataUrl', 'permissionsOf', 'secret', 'statusList'],
  ])('the option %s of an issuer with the value undefined counts as left out', (name) => {
    const options = { ...good, issuer: { issuer, [name]: undefined } }
    expect(() => createVerifier(options)).not.toThrow()
  })

  it.each(['cooldown', 'maxAge', 'maxBytes', 'maxKeys', 'staleIfError', 'timeout'])(
    'the option keys.%s with the value undefined counts as left out',
    (name) => {
      expect(() => createVerifier({ ...good, keys: { [name]: undefined } })).not.toThrow()
    },
  )

  it('construction does no input or output, starts no timer and uses no randomness', () => {
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
