import fc from 'fast-check'
import type { AuthError, AuthEvent, IssuerResolver } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { runs } from '../../runs.ts'

const issuer = createTestIssuer()
const [jwk] = issuer.jwks.keys
const { audience } = issuer

/** What a token that nobody has verified makes of a verifier with this resolver. */
async function eventsOf(iss: string, resolve: (iss: string) => unknown): Promise<AuthEvent[]> {
  const events: AuthEvent[] = []
  const verifier = createVerifier({
    ...issuer.trust(),
    issuer: resolve as IssuerResolver,
    onEvent: (event) => void events.push(event),
    keys: { timeout: 0.02 },
  })
  const refusal: AuthError = await verifier.verify(issuer.mint({ iss }, { key: 'attacker' })).then(
    () => expect.fail('a forged token was accepted'),
    (error) => error,
  )
  expect(refusal).toMatchObject({ status: 503, reason: 'resolver' })
  return events
}

function whyOf(events: readonly AuthEvent[]): string | undefined {
  return events.find((event) => event.type === 'resolver.failed')?.why
}

type WrongAnswer = (iss: string, text: string) => unknown

/**
 * Wrong answers of every kind, each of which repeats text of the `iss`, as a resolver does that
 * makes its answer of the name of the tenant.
 */
const wrongAnswers: Readonly<Record<string, WrongAnswer>> = {
  'an error': (_, text) => {
    throw new Error(text)
  },
  'a thrown text': (_, text) => {
    throw text
  },
  'a rejection': (_, text) => Promise.reject(new TypeError(`tollgate: option '${text}' is wrong`)),
  'a promise that never settles': () => new Promise(() => {}),
  'a text': (_, text) => text,
  'a number': () => 1,
  null: () => null,
  false: () => false,
  'a list': (iss) => [{ issuer: iss }],
  'a function with the name': (_, text) => ({ [text]: () => {} })[text],
  'an object without an issuer': (_, text) => ({ jwksUri: text }),
  'another issuer': (iss) => ({ issuer: `${iss}x` }),
  'an issuer with a query': (iss) => ({ issuer: `${iss}?x` }),
  'an issuer with http': (iss) => ({ issuer: iss.replace('https', 'http') }),
  'an issuer that is no URL': (_, text) => ({ issuer: `no ${text}` }),
  'an unknown option': (iss, text) => ({ issuer: iss, [text]: 1 }),
  'an unknown option that is nearly a known one': (iss, text) => ({ issuer: iss, audienc: text }),
  'an audience with a wildcard': (iss, text) => ({ issuer: iss, audience: `${text}*` }),
  'an audience twice': (iss, text) => ({ issuer: iss, audience: [text, text] }),
  'an audience that is no text': (iss, text) => ({ issuer: iss, audience: [{ text }] }),
  'no audience': (iss) => ({ issuer: iss, audience: undefined }),
  'an empty list of audiences': (iss) => ({ issuer: iss, audience: [] }),
  'an unknown algorithm': (iss, text) => ({ issuer: iss, algorithms: [text] }),
  'an algorithm with a shared secret': (iss, text) => ({ issuer: iss, algorithms: [`HS${text}`] }),
  'an algorithm that is no text': (iss, text) => ({ issuer: iss, algorithms: [{ text }] }),
  'algorithms that are no list': (iss, text) => ({ issuer: iss, algorithms: text }),
  'an algorithm twice': (iss) => ({ issuer: iss, algorithms: ['ES256', 'ES256'] }),
  'an unknown profile': (iss, text) => ({ issuer: iss, profile: text }),
  'a clock tolerance that is no number': (iss, text) => ({ issuer: iss, clockTolerance: text }),
  'a jwksUri that is no URL': (iss, text) => ({ issuer: iss, jwksUri: `no ${text}` }),
  'a metadataUrl with http': (iss, text) => ({ issuer: iss, metadataUrl: `http://x.test/${text}` }),
  'two places of keys': (iss) => ({ issuer: iss, jwksUri: iss, metadataUrl: iss }),
  'jwks that are text': (iss, text) => ({ issuer: iss, jwks: text }),
  'jwks that are a broken PEM': (iss, text) => ({
    issuer: iss,
    jwks: `-----BEGIN PUBLIC KEY-----\n${text.replaceAll('-', '')}\n-----END PUBLIC KEY-----`,
  }),
  'jwks without keys': (iss, text) => ({ issuer: iss, jwks: { [text]: [] } }),
  'a weak key': (iss, text) => ({ issuer: iss, jwks: { keys: [{ ...jwk, kid: text, x: 'AA' }] } }),
  'a private key': (iss, text) => ({
    issuer: iss,
    jwks: { keys: [{ ...jwk, kid: text, d: text }] },
  }),
  'a key of an unknown type': (iss, text) => ({
    issuer: iss,
    jwks: { keys: [{ kty: text, kid: text }] },
  }),
  'a key for another purpose': (iss, text) => ({
    issuer: iss,
    jwks: { keys: [{ ...jwk, use: text, kid: text }] },
  }),
  'a key twice': (iss, text) => ({
    issuer: iss,
    jwks: { keys: [1, 2].map(() => ({ ...jwk, kid: text })) },
  }),
  'a getter that throws': (iss, text) => ({
    issuer: iss,
    get audience() {
      throw new TypeError(`tollgate: ${text}`)
    },
  }),
  'a proxy that throws': (_, text) =>
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error(text)
        },
      },
    ),
  'an instance of a class with the name': (_, text) =>
    Reflect.construct({ [text]: class {} }[text] as new () => object, []),
}

/** What is recognised in an event, whatever else of the `iss` is in it. */
const mark = fc.stringMatching(/^[a-z]{10}$/).map((letters) => `q${letters}q`)

/** Issuers that attackers may name: characters that have a meaning in messages and in patterns. */
const anyIssuer = fc
  .tuple(
    mark,
    fc.constantFrom('tenants.test', 'localhost', '10.0.0.1'),
    fc.stringMatching(/^[a-z0-9'"%$&()*,;:=!~_./-]{0,20}$/),
    fc.constantFrom('', '%s', "'", '$&', '%25s', "')"),
  )
  .map(([mark, host, path, special]) => ({
    mark,
    iss: `https://${host}/${path}/${mark}${special}`,
  }))

describe('T15: the iss of a token that nobody has verified', () => {
  it('no event contains text of the iss, for any iss and any wrong answer of the resolver', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(wrongAnswers)),
        anyIssuer,
        fc.boolean(),
        async (kind, { mark, iss }, whole) => {
          const answer = wrongAnswers[kind] as WrongAnswer
          const events = await eventsOf(iss, () => answer(iss, whole ? iss : mark))
          expect(whyOf(events)).toMatch(/./)
          expect(JSON.stringify(events)).not.toContain(mark)
        },
      ),
      runs(160),
    )
  })

  const iss = 'https://tenants.test/1'
  it.each([
    [
      'an audience with a wildcard',
      "option 'audience' has a wildcard ('...'): name each audience in full",
    ],
    ['an audience twice', "option 'audience' names '...' twice"],
    [
      'an issuer with a query',
      "option 'issuer' must have no query. If that is what its tokens say, state 'jwksUri' (or 'jwks', 'metadataUrl') and profile: 'jwt' (it is ...)",
    ],
    ['an issuer that is no URL', "option 'issuer' must be an absolute https URL (it is ...)"],
    [
      'a weak key',
      "option 'jwks' has a key '...' that cannot be used: a point off the curve. Remove or replace it",
    ],
    [
      'a key for another purpose',
      "option 'jwks' holds no key that can be used (not for signatures (use)): add a key for signatures",
    ],
    [
      'a clock tolerance that is no number',
      "option 'clockTolerance' must be a number from 0 to 300, not a string",
    ],
    [
      'an unknown option that is nearly a known one',
      "unknown option '...' in option 'issuer': did you mean 'audience'?",
    ],
    ['another issuer', 'the answer of the resolver is for another issuer'],
    ['a text', 'the answer of the resolver must be an object'],
    ['an error', 'it threw'],
    ['a promise that never settles', 'it gave no answer in time'],
    ['a getter that throws', 'the answer of the resolver cannot be read'],
    ['a proxy that throws', 'the answer of the resolver cannot be read'],
  ])(
    'the event about %s says what is wrong with the answer of the resolver, without a value of the answer',
    async (name, what) => {
      const answer = wrongAnswers[name] as WrongAnswer
      const events = await eventsOf(iss, () => answer(iss, iss))
      const isOption = /^(unknown )?option/.test(what)
      expect(whyOf(events)).toBe(isOption ? `the answer of the resolver: ${what}` : what)
    },
  )

  it('the event about an answer without an audience says how to state one', async () => {
    const events: AuthEvent[] = []
    const verifier = createVerifier({
      issuer: (iss) => ({ issuer: iss }),
      onEvent: (event) => void events.push(event),
    })
    await verifier.verify(issuer.mint({ iss, aud: audience as string })).catch(() => {})
    expect(whyOf(events)).toBe(
      "the answer of the resolver: option 'audience' is missing: name this API as issuer ... names it in 'aud', e.g. https://api.example.com",
    )
  })
})
