import {
  assertRejectsHostileTokens,
  assertSurvivesIssuerFaults,
  createTestIssuer,
  faults,
  hostileTokens,
  serveTestIssuer,
} from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

const issuer = createTestIssuer()
const app = { fetch: () => new Response() }

type Call = (wrong: never) => unknown

/** Calls a function, and gives what it throws or rejects with. */
async function errorOf(call: Call, wrong: unknown): Promise<unknown> {
  try {
    await call(wrong as never)
  } catch (error) {
    return error
  }
  return 'no error'
}

const { garbage: _, ...takingClaims } = issuer.bad
const takesClaims: Readonly<Record<string, Call>> = {
  'issuer.mint': (claims) => issuer.mint(claims),
  'issuer.bearer': (claims) => issuer.bearer(claims),
  'issuer.headers': (claims) => issuer.headers(claims),
  'issuer.as': (claims) => issuer.as(claims),
  'issuer.idToken': (claims) => issuer.idToken(claims),
  ...Object.fromEntries(
    Object.entries(takingClaims).map(([name, make]) => [
      `issuer.bad.${name}`,
      (claims) => make(claims),
    ]),
  ),
}

/** What somebody may give in place of claims, and what the message calls it. */
const noClaims: readonly (readonly [wrong: unknown, kind: string])[] = [
  ['ada', 'a string'],
  ['', 'an empty string'],
  [7, '7'],
  [null, 'null'],
  [['ada'], 'an array'],
  [new Map([['sub', 'ada']]), 'such an object'],
  [() => ({ sub: 'ada' }), 'a function'],
  [Promise.resolve({ sub: 'ada' }), 'a Promise: await it first'],
]

describe('claims', () => {
  test.each(
    Object.keys(takesClaims).flatMap((name) =>
      noClaims.map(([wrong, kind]) => [name, kind, wrong] as const),
    ),
  )('%s refuses %s in place of claims, and says what to write', async (name, kind, wrong) => {
    const error = await errorOf(takesClaims[name] as Call, wrong)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toBe(
      `tollgate: argument 'claims' of ${name} must be a plain object, not ${kind}; write ${name}({ sub: 'ada' })`,
    )
  })

  test('claims may be left out, be undefined, or have no prototype', () => {
    const bare = Object.assign(Object.create(null), { sub: 'ada' })
    for (const call of Object.values(takesClaims)) {
      for (const claims of [undefined, {}, bare]) expect(() => call(claims as never)).not.toThrow()
    }
  })

  test.each<readonly [string, Call]>([
    ['the test issuer', (claims) => createTestIssuer({ claims })],
    ['hostileTokens', (claims) => hostileTokens({ issuer, claims })],
    [
      'assertRejectsHostileTokens',
      (claims) => assertRejectsHostileTokens(app, { issuer, path: '/', claims }),
    ],
    [
      'assertSurvivesIssuerFaults',
      (claims) => assertSurvivesIssuerFaults(() => app, { issuer, path: '/', claims }),
    ],
  ])('the option claims of %s must be a plain object', async (owner, call) => {
    for (const [wrong, kind] of noClaims) {
      const error = await errorOf(call, wrong)
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message).toBe(
        `tollgate: option 'claims' of ${owner} must be a plain object, not ${kind}; write claims: { sub: 'ada' }`,
      )
    }
  })

  test.each<readonly [string, Call, unknown, RegExp]>([
    [
      'claims in place of a function',
      (claims) => issuer.mintMany(2, claims),
      { sub: 'ada' },
      /argument 'claims' of issuer\.mintMany must be a function, not such an object; write issuer\.mintMany\(3, \(i\) => \(\{ sub: `user-\$\{i\}` \}\)\)$/,
    ],
    [
      'a function that returns nothing',
      (claims) => issuer.mintMany(2, claims),
      () => undefined,
      /what argument 'claims' of issuer\.mintMany returns must be a plain object, not undefined; write issuer\.mintMany\(3, /,
    ],
    [
      'a function that returns a text',
      (claims) => issuer.mintMany(2, claims),
      (i: number) => `user-${i}`,
      /what argument 'claims' of issuer\.mintMany returns must be a plain object, not a string; write /,
    ],
    [
      'an async function',
      (claims) => issuer.mintMany(2, claims),
      async () => ({ sub: 'ada' }),
      /what argument 'claims' of issuer\.mintMany returns must be .*, not a Promise: await it first; write /,
    ],
    [
      'claims in place of a number',
      (n) => issuer.mintMany(n),
      { sub: 'ada' },
      /argument 'n' of issuer\.mintMany must be a number from 0 to \d+, not such an object$/,
    ],
    [
      'a fraction',
      (n) => issuer.mintMany(n),
      1.5,
      /argument 'n' of issuer\.mintMany must be a whole number, not 1\.5$/,
    ],
  ])('issuer.mintMany refuses %s', async (_, call, wrong, message) => {
    const error = await errorOf(call, wrong)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
  })
})

describe('values', () => {
  /** What somebody may write in JavaScript, and the option that must not take it. */
  test.each<readonly [option: string, Call, unknown]>([
    ["option 'audience' of the test issuer", (audience) => createTestIssuer({ audience }), ''],
    ["option 'audience' of the test issuer", (audience) => createTestIssuer({ audience }), []],
    ["option 'audience' of the test issuer", (audience) => createTestIssuer({ audience }), 7],
    ["option 'audience' of the test issuer", (audience) => createTestIssuer({ audience }), null],
    [
      "option 'audience' of the test issuer",
      (audience) => createTestIssuer({ audience }),
      ['a', ''],
    ],
    ["option 'metadata' of the test issuer", (metadata) => createTestIssuer({ metadata }), 'x'],
    ["option 'metadata' of the test issuer", (metadata) => createTestIssuer({ metadata }), null],
    ["option 'key' of issuer.mint", (key) => issuer.mint({}, { key }), 'atacker'],
    ["option 'key' of issuer.mint", (key) => issuer.mint({}, { key }), null],
    ["option 'key' of issuer.mint", (key) => issuer.mint({}, { key }), {}],
    ["option 'kid' of issuer.mint", (kid) => issuer.mint({}, { kid }), 7],
    ["option 'header' of issuer.mint", (header) => issuer.mint({}, { header }), 'JWT'],
    ["option 'header' of issuer.mint", (header) => issuer.mint({}, { header }), ['typ']],
    ["option 'raw' of issuer.mint", (raw) => issuer.mint({}, { raw }), { sub: 'ada' }],
    ["option 'publish' of keys.rotate", (publish) => issuer.keys.rotate({ publish }), 'later'],
    ["option 'kid' of keys.rotate", (kid) => issuer.keys.rotate({ kid }), 'mine'],
    ["option 'overlap' of keys.rotate", (overlap) => issuer.keys.rotate({ overlap }), 'no'],
    ["argument 'time' of clock.set", (time) => issuer.clock.set(time), '2030-01-01'],
    ["argument 'time' of clock.set", (time) => issuer.clock.set(time), null],
    ["argument 'time' of clock.freeze", (time) => issuer.clock.freeze(time), '0'],
    ["argument 'token' of issuer.revoke", (token) => issuer.revoke(token), undefined],
    ["argument 'token' of issuer.revoke", (token) => issuer.revoke(token), ''],
    ["option 'port' of serveTestIssuer", (port) => serveTestIssuer({ port }), '8080'],
    ["option 'port' of serveTestIssuer", (port) => serveTestIssuer({ port }), 70_000],
    ["option 'port' of serveTestIssuer", (port) => serveTestIssuer({ port }), Number.NaN],
  ])('%s is refused where it makes no sense', async (option, call, wrong) => {
    const error = await errorOf(call, wrong)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message.startsWith(`tollgate: ${option} must be`)).toBe(true)
  })

  test('a path that is none is refused', async () => {
    const error = await errorOf((path) => serveTestIssuer({ path }), 7)
    expect(String(error)).toBe(
      "TypeError: tollgate: option 'path' of serveTestIssuer must begin with '/'",
    )
  })

  test('a key of another issuer signs, and any kid can be written in the header', () => {
    const foreign = createTestIssuer().keys.current
    expect(issuer.mint({}, { key: foreign })).toMatch(/^ey/)
    expect(issuer.mint({}, { header: { kid: 7 } })).toMatch(/^ey/)
  })
})

describe('options', () => {
  const route = { issuer, path: '/' }
  const fail: Call = (fault) => issuer.fail('*', fault)
  const during: Call = (fault) => issuer.during('*', fault, () => 'ran')
  const noFaults: readonly (readonly [wrong: unknown, kind: string])[] = [
    [503, '503'],
    ['503', 'a string'],
    [undefined, 'undefined'],
    [faults.hang, 'a function'],
    [{}, 'such an object'],
  ]
  function noFault(kind: string): RegExp {
    return new RegExp(
      `'fault' of issuer\\.fail must be made by faults, not ${kind}; write faults\\.status\\(503\\)$`,
    )
  }

  test.each<readonly [what: string, Call, wrong: unknown, kind: string, example: string]>([
    [
      'the options of createTestIssuer',
      (options) => createTestIssuer(options),
      'https://issuer.test',
      'a string',
      "createTestIssuer({ url: 'https://issuer.test' })",
    ],
    [
      'the options of serveTestIssuer',
      (options) => serveTestIssuer(options),
      8080,
      '8080',
      'serveTestIssuer({ port: 8080 })',
    ],
    [
      'the overrides of issuer.trust',
      (overrides) => issuer.trust(overrides),
      'https://api.test',
      'a string',
      "issuer.trust({ audience: 'https://api.test' })",
    ],
    ...(['mint', 'bearer', 'headers'] as const).map(
      (name) =>
        [
          'the options of issuer.mint',
          (options: never) => issuer[name]({}, options),
          60,
          '60',
          'issuer.mint({}, { expiresIn: 60 })',
        ] as const,
    ),
    [
      'the options of issuer.mint',
      (options) => issuer.as({}, options),
      60,
      '60',
      'issuer.mint({}, { expiresIn: 60 })',
    ],
    [
      'the options of issuer.mint',
      (options) => issuer.mintMany(0, undefined, options),
      60,
      '60',
      'issuer.mint({}, { expiresIn: 60 })',
    ],
    [
      'the options of keys.rotate',
      (options) => issuer.keys.rotate(options),
      'RS256',
      'a string',
      "keys.rotate({ alg: 'RS256' })",
    ],
    [
      'the options of issuer.fail',
      (options) => issuer.fail('jwks', faults.hang(), options),
      1,
      '1',
      "issuer.fail('jwks', faults.hang(), { times: 1 })",
    ],
    [
      'the answer of faults.status',
      (answer) => faults.status(503, answer),
      'Try later',
      'a string',
      "faults.status(503, { body: 'Try later' })",
    ],
    [
      'the options of hostileTokens',
      (options) => hostileTokens(options),
      'https://issuer.test',
      'a string',
      'hostileTokens({ issuer })',
    ],
    [
      'the options of hostileTokens',
      (options) => hostileTokens(options),
      undefined,
      'undefined',
      'hostileTokens({ issuer })',
    ],
    [
      'the options of assertRejectsHostileTokens',
      (options) => assertRejectsHostileTokens(app, options),
      '/orders',
      'a string',
      "assertRejectsHostileTokens(app, { issuer, path: '/' })",
    ],
    [
      'the options of assertSurvivesIssuerFaults',
      (options) => assertSurvivesIssuerFaults(() => app, options),
      '/orders',
      'a string',
      "assertSurvivesIssuerFaults(createApp, { issuer, path: '/' })",
    ],
  ])('%s must be a plain object', async (what, call, wrong, kind, example) => {
    const error = await errorOf(call, wrong)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toBe(
      `tollgate: ${what} must be a plain object, not ${kind}; write ${example}`,
    )
  })

  test.each<readonly [string, Call, unknown, RegExp]>([
    [
      'an unknown option of issuer.as before a request is sent',
      (options) => issuer.as({}, options),
      { expiresin: 60 },
      /unknown option 'expiresin' in the options of issuer\.mint: did you mean 'expiresIn'\?$/,
    ],
    [
      'an unknown member of the answer of faults.status',
      (answer) => faults.status(503, answer),
      { header: {} },
      /unknown option 'header' in the answer of faults\.status: did you mean 'headers'\?$/,
    ],
    [
      'hostileTokens without an issuer',
      (options) => hostileTokens(options),
      {},
      /option 'issuer' of hostileTokens must be the test issuer that the app trusts, not undefined$/,
    ],
    ...noFaults.flatMap(
      ([wrong, kind]) =>
        [
          [`${kind} as a fault of issuer.fail`, fail, wrong, noFault(kind)],
          [`${kind} as a fault of issuer.during`, during, wrong, noFault(kind)],
        ] as const,
    ),
    [
      'an app where assertSurvivesIssuerFaults needs a function that builds it',
      (built) => assertSurvivesIssuerFaults(built, route),
      app,
      /argument 'createApp' of assertSurvivesIssuerFaults must be a function that builds an app, not such an object; write assertSurvivesIssuerFaults\(\(trust\) => createApp\(trust\), …\)$/,
    ],
    [
      'an Express app where assertSurvivesIssuerFaults needs a function that builds it',
      (built) => assertSurvivesIssuerFaults(built, route),
      Object.assign(() => {}, { listen() {} }),
      /argument 'createApp' of \w+ must be a function that builds an app, not an app; write /,
    ],
    [
      'a kid where keys.add needs a private JWK',
      (jwk) => issuer.keys.add(jwk),
      undefined,
      /argument 'jwk' of keys\.add must be a private JWK: it has no member "d"$/,
    ],
  ])('a TypeError refuses %s', async (_, call, wrong, message) => {
    const error = await errorOf(call, wrong)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
  })
})
