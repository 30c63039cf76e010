import fc from 'fast-check'
import type { AuthEvent } from 'tollgate'
import { createAuth } from 'tollgate/node'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../leaks.ts'
import { runs } from '../runs.ts'

const issuer = createTestIssuer()
const good = issuer.mint({ scope: 'orders:read' })
type Requirements = Parameters<ReturnType<typeof createAuth>['requireAuth']>[0]
type Refused = Extract<AuthEvent, { type: 'request.refused' }>

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, unknown>>
}

/** Sends a request through a guard, and gives the events of its refusal. */
async function refusals(
  { method = 'GET', headers = {} }: Sent,
  requirements: Requirements = {},
  options: { tokenHeader?: string } = {},
): Promise<readonly Refused[]> {
  const told: Refused[] = []
  const onEvent = (event: AuthEvent): void => {
    if (event.type === 'request.refused') told.push(event)
  }
  const { requireAuth } = createAuth({ ...issuer.trust({ onEvent }), ...options })
  const response = { statusCode: 200, setHeader() {}, end() {} }
  await requireAuth(requirements)({ method, url: '/', headers: headers as never }, response)
  return told
}

async function refusal(...request: Parameters<typeof refusals>): Promise<Refused> {
  const told = await refusals(...request)
  expect(told).toHaveLength(1)
  return told[0] as Refused
}

const sent = (authorization: unknown): Sent => ({ headers: { authorization } })
const preflight = { origin: 'https://app.test', 'access-control-request-method': 'GET' }

const credentials: readonly (readonly [string, Refused['reason'], Sent, RegExp])[] = [
  ['no header', 'no-credentials', {}, /^the request has no Authorization header .*: expected is/],
  ['an empty header', 'no-credentials', sent(''), /^the Authorization header is empty: expected/],
  [
    'the scheme Basic',
    'no-credentials',
    sent('basic YWRhOnNlY3JldA=='),
    /^the Authorization header has the scheme Basic: expected is 'Authorization: Bearer'/,
  ],
  ['the scheme Basic alone', 'no-credentials', sent('Basic'), /has the scheme Basic: expected is/],
  ['a DPoP token', 'no-credentials', sent(`DPoP ${good}`), /by the scheme DPoP, which is not sup/],
  [
    'a scheme that is not registered',
    'no-credentials',
    sent(`Token ${good}`),
    /begins with a word that is no registered scheme \(not shown/,
  ],
  [
    'a token and a word behind it',
    'no-credentials',
    sent(`${good} x`),
    /begins with a word that is no registered scheme \(not shown/,
  ],
  [
    'a token without Bearer',
    'no-credentials',
    sent(good),
    /holds a single word, perhaps a token without 'Bearer' before it: expected is/,
  ],
  [
    'a CORS preflight',
    'no-credentials',
    { method: 'OPTIONS', headers: preflight },
    /^this is a CORS preflight .*: put cors\(\) before the guard/,
  ],
  [
    'OPTIONS that is no preflight',
    'no-credentials',
    { method: 'OPTIONS', headers: { origin: 'https://app.test' } },
    /^the request has no Authorization header/,
  ],
  [
    'another method with the headers of a preflight',
    'no-credentials',
    { method: 'GET', headers: preflight },
    /^the request has no Authorization header/,
  ],

  ['the word Bearer alone', 'malformed-credentials', sent('Bearer'), /no token behind the word/],
  ['Bearer and spaces', 'malformed-credentials', sent('Bearer  '), /a space stands before or/],
  ['Bearer twice', 'malformed-credentials', sent(`Bearer Bearer ${good}`), /is there twice: the/],
  ['a sign behind Bearer', 'malformed-credentials', sent(`Bearer: ${good}`), /in place of a space/],
  ['a tab behind Bearer', 'malformed-credentials', sent(`Bearer\t${good}`), /other than spaces/],
  ['a space behind the token', 'malformed-credentials', sent(`Bearer ${good} `), /a space stands/],
  ['a space in the token', 'malformed-credentials', sent(`Bearer ${good} x`), /there is a space/],
  ['a token in quotes', 'malformed-credentials', sent(`Bearer "${good}"`), /in quotes: remove/],
  ['an encoded token', 'malformed-credentials', sent(`Bearer ${good}%3D`), /holds a percent sign/],
  ['an object', 'malformed-credentials', sent('Bearer [object Object]'), /looks like a placeho/],
  ['a placeholder', 'malformed-credentials', sent('Bearer <token>'), /looks like a placeholder/],
  ['a variable', 'malformed-credentials', sent('Bearer $TOKEN'), /looks like a placeholder/],
  ['a character', 'malformed-credentials', sent('Bearer a§b'), /a character that no token has/],
  ['a number', 'malformed-credentials', sent(5), /holds something other than text/],
  ['null', 'malformed-credentials', sent(null), /holds something other than text/],

  [
    'two Bearer tokens',
    'multiple-credentials',
    sent(`Bearer ${good}, Bearer ${good}`),
    /several Authorization headers, or a comma in one \(registered schemes in it: Bearer, Bearer\)/,
  ],
  [
    'two schemes',
    'multiple-credentials',
    sent(['Basic YWRhOnNlY3JldA==', `Bearer ${good}`]),
    /\(registered schemes in it: Basic, Bearer\): send one header with one token/,
  ],
  [
    'an unregistered scheme beside Bearer',
    'multiple-credentials',
    sent(`Token ${good}, Bearer ${good}`),
    /\(registered schemes in it: Bearer\)/,
  ],
  ['a comma', 'multiple-credentials', sent(`Bearer ${good},`), /a comma stands beside the token/],
]

describe('hints about credentials', () => {
  it.each(credentials)(
    'the hint about a request with %s (%s) says what was found and what was expected',
    async (_what, reason, request, hint) => {
      const told = await refusal(request)
      expect(told).toMatchObject({ type: 'request.refused', reason })
      expect(told.hint).toMatch(hint)
      expectNoLeak(told, good, 'YWRhOnNlY3JldA==', 'https://app.test')
    },
  )

  const byHeader: readonly (readonly [string, Refused['reason'], Sent, RegExp])[] = [
    [
      'no header',
      'no-credentials',
      {},
      /^the request lacks the header x-assertion \(option 'tokenHeader'\): see whether it came/,
    ],
    [
      'a token in Authorization alone',
      'no-credentials',
      sent(`Bearer ${good}`),
      /^the request lacks the header x-assertion .*; Authorization is not read: see whether it came/,
    ],
    [
      'an empty header',
      'no-credentials',
      { headers: { 'x-assertion': '' } },
      /x-assertion .* is em/,
    ],
    [
      'a CORS preflight',
      'no-credentials',
      { method: 'OPTIONS', headers: preflight },
      /put cors\(\) before the guard/,
    ],
    [
      'the scheme Bearer',
      'malformed-credentials',
      { headers: { 'x-assertion': `bearer ${good}` } },
      /x-assertion .* names the scheme Bearer: it must hold the bare token/,
    ],
    [
      'a word before the token',
      'malformed-credentials',
      { headers: { 'x-assertion': `zqx ${good}` } },
      /x-assertion .* holds no bare token: there is a space/,
    ],
    [
      'quotes',
      'malformed-credentials',
      { headers: { 'x-assertion': `"${good}"` } },
      /x-assertion .* holds no bare token: it is in quotes/,
    ],
    [
      'a number',
      'malformed-credentials',
      { headers: { 'x-assertion': 5 } },
      /x-assertion .* holds something other than text/,
    ],
    [
      'two tokens',
      'multiple-credentials',
      { headers: { 'x-assertion': [good, good] } },
      /x-assertion .* is there more than once, or holds a comma/,
    ],
  ]

  it.each(byHeader)(
    'the hint about a request with %s (%s) where tokenHeader is set names that header',
    async (_what, reason, request, hint) => {
      const told = await refusal(request, {}, { tokenHeader: 'X-Assertion' })
      expect(told).toMatchObject({ type: 'request.refused', reason })
      expect(told.hint).toMatch(hint)
      expectNoLeak(told, good, 'zqx')
    },
  )

  it('for any header, a hint is printable ASCII of at most 500 characters and shows nothing of the header', async () => {
    const words = fc.constantFrom(
      'Bearer',
      'Basic',
      'DPoP',
      ' ',
      ', ',
      '"',
      '\\',
      '=',
      '\t',
      '%',
      '<',
    )
    const part = fc.oneof(
      words,
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constant('zqx.zqx.zqx'),
    )
    const value = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(value, fc.boolean(), async (before, named) => {
        const header = named ? 'x-assertion' : 'authorization'
        const request = { headers: { [header]: `${before}zqx` } }
        const options = named ? { tokenHeader: header } : {}
        for (const { hint, reason } of await refusals(request, {}, options)) {
          expect([reason, hint]).toEqual([reason, expect.stringMatching(/^[\x20-\x7e]{20,500}$/)])
          expect(hint).not.toContain('zqx')
        }
      }),
      runs(200),
    )
  })
})

describe('hints about scopes', () => {
  const hintOf = async (scope: string | undefined, requirements: Requirements) => {
    const { reason, hint } = await refusal(
      sent(`Bearer ${issuer.mint({ sub: 'alice', scope })}`),
      requirements,
    )
    expect(reason).toBe('scope')
    expect(hint).toMatch(/^[\x20-\x7e]{1,500}$/)
    expectNoLeak(hint, good, 'alice')
    return hint
  }

  it('the hint about a missing scope names what is missing, what the route needs and what the token has', async () => {
    expect(await hintOf('orders:read', { scope: 'orders:read orders:write' })).toBe(
      "the token lacks 'orders:write': the route needs 'orders:read' and 'orders:write' (option 'scope'), and the token has 'orders:read': have the client ask the issuer for the scope, and the issuer grant it",
    )
    expect(await hintOf('z', { anyScope: ['x', 'y'] })).toMatch(
      /^the route needs one of 'x' or 'y' \(option 'anyScope'\), and the token has 'z': have/,
    )
  })

  it('the hint about a missing scope says where a token has no scopes at all', async () => {
    expect(await hintOf(undefined, { scope: 'a' })).toMatch(
      /^the token lacks 'a': the route needs 'a' \(option 'scope'\), and the token has no scopes: .* in the profile/,
    )
  })

  it('the hint about a missing scope names at most three scopes of each kind', async () => {
    const hint = await hintOf('a b c d e', { scope: 'f g h i' })
    expect(hint).toContain("lacks 'f', 'g', 'h' (and 1 more): the route")
    expect(hint).toContain("needs 'f', 'g', 'h' (and 1 more) (option")
    expect(hint).toContain("has 'a', 'b', 'c' (and 2 more): have")
  })

  it('the hint about a missing scope cuts long names, and escapes what is not printable ASCII', async () => {
    expect(await hintOf('x'.repeat(300), { scope: 'a' })).toContain(
      `has '${'x'.repeat(100)}': have`,
    )
    expect(await hintOf('é\n\u202e', { scope: 'a' })).toContain("has '\\u00e9\\u000a\\u202e'")
    const long = ['x', 'y', 'z'].map((letter) => letter.repeat(300))
    expect(await hintOf(undefined, { scope: long })).toHaveLength(500)
  })
})

describe('hints about check', () => {
  const request = sent(`Bearer ${good}`)
  const secret = 'ada@example.com'
  const later = Promise.resolve(true)

  it.each<[string, unknown, RegExp]>([
    ['false', false, /^check of the route returned false$/],
    [
      'undefined',
      undefined,
      /returned undefined \(is there a return\?\): it must return exactly tr/,
    ],
    ['null', null, /returned null: it must return exactly true/],
    ['a text', secret, /returned a string: it must return exactly true/],
    ['an empty text', '', /returned an empty string: it must/],
    ['a number', 4711, /returned a number: it must/],
    ['a function', () => true, /returned a function: it must/],
    ['an object', { [secret]: secret }, /returned an object: it must/],
    ['an array', [secret], /returned an array: it must/],
    [
      'an object with a Promise',
      { allowed: later },
      /returned an object that holds a Promise, which/,
    ],
    ['an array with a Promise', [later], /returned an array that holds a Promise, which nobody/],
  ])('the hint about a check that gives %s names its kind', async (_what, given, hint) => {
    for (const check of [() => given, async () => given]) {
      const told = await refusal(request, { check: check as never })
      expect(told).toMatchObject({ status: 403, reason: 'check' })
      expect(told.hint).toMatch(hint)
      expectNoLeak(told, good, secret, '4711')
    }
  })

  it('a hint that cannot be made is left out, and changes nothing else', async () => {
    const check = () => ({
      get broken() {
        throw new Error('from a getter')
      },
    })
    expect(await refusal(request, { check: check as never })).toEqual({
      type: 'request.refused',
      status: 403,
      reason: 'check',
    })
  })

  it('a hint is made only where somebody listens', async () => {
    let read = 0
    const check = () => ({
      get counted() {
        return read++
      },
    })
    const { requireAuth } = createAuth(issuer.trust())
    const response = { statusCode: 200, setHeader() {}, end() {} }
    await requireAuth({ check: check as never })(
      { method: 'GET', headers: { authorization: `Bearer ${good}` } },
      response,
    )
    expect([response.statusCode, read]).toEqual([403, 0])
    await refusal(request, { check: check as never })
    expect(read).toBe(1)
  })
})

/** Every reason that http gives, and not verify(). */
const reasons = [
  'no-credentials',
  'malformed-credentials',
  'multiple-credentials',
  'scope',
  'role',
  'permission',
  'claim',
  'actor',
  'check',
] as const satisfies readonly Refused['reason'][]

it.each(reasons)('the reason %s has a hint', async (reason) => {
  const requests: Record<(typeof reasons)[number], Parameters<typeof refusals>> = {
    'no-credentials': [{}],
    'malformed-credentials': [sent('Bearer a b')],
    'multiple-credentials': [sent('Bearer a, Bearer b')],
    scope: [sent(`Bearer ${good}`), { scope: 'a' }],
    role: [sent(`Bearer ${good}`), { role: 'a' }],
    permission: [sent(`Bearer ${good}`), { permission: 'a' }],
    claim: [sent(`Bearer ${good}`), { claims: { a: 'b' } }],
    actor: [sent(`Bearer ${good}`), { actor: true }],
    check: [sent(`Bearer ${good}`), { check: () => false }],
  }
  const told = await refusal(...requests[reason])
  expect(told.reason).toBe(reason)
  expect(told.hint).toMatch(/\w/)
})
