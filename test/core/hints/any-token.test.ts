import fc from 'fast-check'
import type { AuthError, AuthEvent, StandardSchema, VerifierOptions } from 'tollgate'
import { createVerifier } from 'tollgate'
import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../../leaks.ts'
import { runs } from '../../runs.ts'
import { issuer } from './refusals.ts'

/** In every text, and in every number, that a hint must not show. */
const secret = 'S3CRET'
const secretNumber = 918_273_645

const control = fc.string({
  unit: fc.constantFrom('\r', '\n', '\u001b', '\u2028', '\0', "'", '\\'),
})
const long = fc.constantFrom('L'.repeat(300), '\n'.repeat(300), '\u{1f600}'.repeat(100))
const anyText = fc.oneof(fc.string({ unit: 'binary' }), control, long)
const good = [issuer.url, issuer.audience as string, 'at+jwt', 'JWT', 'ES256', 'none', '', null]

/** Values that may be shown: cut, escaped, and never more than three of a list. */
const visible = fc.oneof(
  fc.constantFrom(...good),
  anyText,
  fc.array(anyText, { maxLength: 10 }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Values of which nothing may be shown. */
const hidden: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText.map((text) => `${secret}${text}${secret}`),
    fc.nat(999).map((n) => secretNumber * 1000 + n),
    fc.constantFrom(null, true, false, '', 0, [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      anyText.map((name) => `${secret}${name}`),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value

const checked = ['sub', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'azp', 'scope', 'scp', 'cnf']
const other = ['nonce', 'token_use', 'tokenType', 'events', 'roles', 'email', '__proto__', 'crit']

/** Members of which a hint may show those with these names. */
function membersOf(
  maxLength: number,
  ...shown: readonly string[]
): fc.Arbitrary<[string, unknown][]> {
  const hiddenNames = [...checked, ...other, 'iss', 'aud', 'typ', 'alg', 'kid'].filter(
    (name) => !shown.includes(name),
  )
  const name = fc.oneof(
    { arbitrary: fc.constantFrom(...hiddenNames), weight: 5 },
    anyText.map((name) => `${secret}${name}`),
  )
  const member = fc.oneof(
    { arbitrary: fc.tuple(fc.constantFrom(...shown), visible), weight: 1 },
    { arbitrary: fc.tuple(name, hidden), weight: 3 },
    {
      arbitrary: fc.tuple(fc.constantFrom(...shown, ...hiddenNames), fc.constant(undefined)),
      weight: 1,
    },
  )
  return fc.array(member, { maxLength })
}

const schema: StandardSchema<object> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (claims) => ({
      issues: [
        {
          message: `${secret} ${JSON.stringify(claims)}`,
          path: ['\u001b'.repeat(200), { key: 'x' }, Symbol('y')],
        },
        { message: `${secret} ${JSON.stringify(claims)}` },
        `${secret} ${JSON.stringify(claims)}`,
      ],
    }),
  },
}

const configurations: readonly Partial<VerifierOptions>[] = [
  {},
  { profile: 'jwt' },
  {
    profile: {
      types: ['at+jwt', 'jwt'],
      accessToken: { claim: 'token_use' },
      audience: 'client_id',
      otherAudiences: [issuer.audience as string],
      subject: 'client',
    },
  },
  { issuer: (iss) => (iss === issuer.url ? { issuer: iss, profile: 'jwt' } : undefined) },
  { issuer: ['A', 'B', 'C', 'D'].map((name) => `https://${name.repeat(200)}.test`) },
  { claims: schema as never },
]

const events: AuthEvent[] = []
const verifiers = configurations.map((options) =>
  createVerifier({
    ...issuer.trust(),
    ...options,
    onEvent: (event) => void events.push(event),
  } as VerifierOptions),
)

/** The token with these members in place of its own; undefined takes a member away. */
function minted(header: readonly Member[], claims: readonly Member[], broken: boolean): string {
  const [, payload = ''] = issuer.mint().split('.')
  const raw = withMembers(JSON.parse(Buffer.from(payload, 'base64url').toString()), claims)
  const token = issuer.mint({}, { raw, header: Object.fromEntries(header) })
  return broken ? `${token.slice(0, -4)}AAAA` : token
}

type Member = readonly [string, unknown]

function withMembers(object: object, changed: readonly Member[]): string {
  const kept = Object.entries(object).filter(([name]) => !changed.some(([other]) => other === name))
  const all = [...kept, ...changed].filter(([, value]) => value !== undefined)
  return `{${all.map((member) => member.map((one) => JSON.stringify(one)).join(':')).join()}}`
}

describe('T15: hints', () => {
  it('a hint is at most 500 characters of printable ASCII and shows nothing that it may not, for any header and any claims', async () => {
    await fc.assert(
      fc.asyncProperty(
        membersOf(2, 'typ', 'alg', 'kid'),
        membersOf(4, 'iss', 'aud'),
        fc.nat(3).map((n) => n === 0),
        fc.constantFrom(...verifiers),
        async (header, claims, broken, verifier) => {
          const token = minted(header, claims, broken)
          events.length = 0
          const error = await verifier.verify(token).then(
            () => undefined,
            (error: AuthError) => error,
          )
          if (error === undefined) return
          const event = events.find((event) => event.type === 'token.refused')
          const hint = (event as { hint?: string } | undefined)?.hint
          expect(hint).toMatch(/^[\x20-\x7e]{40,500}$/)
          expect(hint).not.toContain(secret)
          expect(hint).not.toContain(String(secretNumber))
          expect(hint).not.toMatch(/L{101}|\?{101}/)
          expectNoLeak([event, error], token)
        },
      ),
      runs(500),
    )
  }, 120_000)

  it('a hint is made only when somebody listens, and only for a token that is refused', async () => {
    let read = 0
    const counting: StandardSchema<object> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (claims) =>
          (claims as { sub: string }).sub === 'good'
            ? { value: {} }
            : {
                issues: [
                  {
                    get path() {
                      read++
                      return ['x']
                    },
                  },
                ],
              },
      },
    }
    const options = { ...issuer.trust(), claims: counting }
    const listening = createVerifier({ ...options, onEvent() {} })
    await expect(createVerifier(options).verify(issuer.mint())).rejects.toThrow()
    await listening.verify(issuer.mint({ sub: 'good' }))
    expect(read).toBe(0)
    await expect(listening.verify(issuer.mint())).rejects.toThrow()
    expect(read).toBeGreaterThan(0)
  })

  it('a hint that cannot be made changes nothing in the answer', async () => {
    const events: AuthEvent[] = []
    const throwing: StandardSchema<object> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({
          issues: [
            {
              get path(): never {
                throw new Error('issues')
              },
            },
          ],
        }),
      },
    }
    const verifier = createVerifier({
      ...issuer.trust(),
      claims: throwing,
      onEvent: (event) => void events.push(event),
    })
    await expect(verifier.verify(issuer.mint())).rejects.toMatchObject({
      status: 401,
      reason: 'claims',
    })
    expect(events.at(-1)).toEqual({ type: 'token.refused', issuer: issuer.url, reason: 'claims' })
  })
})
