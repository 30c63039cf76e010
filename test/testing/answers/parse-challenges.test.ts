import fc from 'fast-check'
import { createAuth } from 'tollgate/fetch'
import type { Challenge } from 'tollgate/testing'
import { createTestIssuer, parseChallenges } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

const issuer = createTestIssuer()

describe('parseChallenges', () => {
  it.each<[string, string, Challenge[]]>([
    ['an empty text', '', []],
    ['a scheme alone', 'Negotiate', [{ scheme: 'Negotiate', params: {} }]],
    ['token68', 'NTLM TlRM/+==', [{ scheme: 'NTLM', token68: 'TlRM/+==', params: {} }]],
    ['token68 that ends like a parameter', 'A b=', [{ scheme: 'A', token68: 'b=', params: {} }]],
    [
      'names in any case, values as tokens, and white space around =',
      'Basic REALM = api',
      [{ scheme: 'Basic', params: { realm: 'api' } }],
    ],
    [
      'commas, quotes and backslashes in a value',
      String.raw`Bearer realm="a, b=\"c\" \\ d"`,
      [{ scheme: 'Bearer', params: { realm: String.raw`a, b="c" \ d` } }],
    ],
    [
      'several schemes',
      'Negotiate abc==, Basic realm="x", charset=UTF-8, Bearer, DPoP algs="ES256"',
      [
        { scheme: 'Negotiate', token68: 'abc==', params: {} },
        { scheme: 'Basic', params: { realm: 'x', charset: 'UTF-8' } },
        { scheme: 'Bearer', params: {} },
        { scheme: 'DPoP', params: { algs: 'ES256' } },
      ],
    ],
    [
      'empty elements of the list',
      ' , Bearer ,realm=a,, ,scope=b , ,Basic,',
      [
        { scheme: 'Bearer', params: { realm: 'a', scope: 'b' } },
        { scheme: 'Basic', params: {} },
      ],
    ],
    ['an empty value', 'Bearer scope=""', [{ scheme: 'Bearer', params: { scope: '' } }]],
  ])('reads %s', (_, header, expected) => {
    expect(parseChallenges(header)).toEqual(expected)
  })

  it.each([
    ['no scheme', '="x"'],
    ['a parameter without a value', 'Bearer realm=, scope=a'],
    ['a value that has no end', 'Bearer realm="api'],
    ['a backslash at the end', 'Bearer realm="api\\'],
    ['two values side by side', 'Bearer realm="a" scope="b"'],
    ['the same parameter twice, in any case', 'Bearer realm="a", Realm="b"'],
    ['a parameter behind token68', 'Negotiate abc, realm="x"'],
    ['a parameter whose scheme has no space behind it', 'Bearer,realm="x"'],
    ['a line break', 'Bearer realm="a\r\nb"'],
    ['letters that no header has', 'Bearer realm="\u20ac"'],
    ['a tab in the place of the space', 'Bearer\trealm="x"'],
  ])('throws a SyntaxError for %s', (_, header) => {
    expect(() => parseChallenges(header)).toThrow(SyntaxError)
  })

  it('says where the text stops being a list of challenges, and what was expected there', () => {
    expect(() => parseChallenges('Bearer realm="a" scope="b"')).toThrow(
      'tollgate: the header is no list of challenges (RFC 9110 section 11.6.1): expected a comma or the end at character 17 of "Bearer realm=\\"a\\" scope=\\"b\\""',
    )
    expect(() => parseChallenges('Bearer realm="a')).toThrow("expected the value of 'realm' at")
  })

  it('throws a TypeError for what is no text', () => {
    expect(() => parseChallenges(undefined as unknown as string)).toThrow(
      "tollgate: argument 'header' of parseChallenges must be the value of a WWW-Authenticate header, not undefined",
    )
  })

  it('keeps a parameter that is named as a member of every object', () => {
    const [challenge] = parseChallenges('Bearer __proto__="x"')
    expect(Object.entries(challenge?.params ?? {})).toEqual([['__proto__', 'x']])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('reads back what a guard says, for any realm and any scopes', async () => {
    const realms = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map(char), minLength: 1 })
    const scopes = fc.array(
      fc.string({ unit: fc.constantFrom(...'aZ9:/!#[]~'.split('')), minLength: 1 }),
      { minLength: 1, maxLength: 3 },
    )
    await fc.assert(
      fc.asyncProperty(
        realms,
        fc.uniqueArray(scopes.map((list) => list[0] as string)),
        async (realm, scope) => {
          const { guard } = createAuth({ ...issuer.trust(), realm })
          const handler = guard(() => new Response(), scope.length > 0 ? { scope } : {})
          const response = await handler(
            new Request('https://api.test/', { headers: { authorization: 'Bearer x' } }),
          )
          const read = parseChallenges(response.headers.get('www-authenticate') as string)
          expect(read).toEqual([
            {
              scheme: 'Bearer',
              params: {
                realm,
                ...(scope.length > 0 && { scope: scope.join(' ') }),
                error: 'invalid_token',
                error_description: 'The access token is not valid for this resource.',
              },
            },
          ])
        },
      ),
    )
  })

  it('reads back any list of challenges that is written by the grammar', () => {
    const name = fc.string({
      unit: fc.constantFrom(..."aZ0!#$%&'*+-.^_`|~".split('')),
      minLength: 1,
    })
    const text = fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((c) => c !== 0x7f && (c < 0x80 || c > 0x9f))
        .map(char),
    })
    const bare = fc
      .tuple(
        fc.string({ unit: fc.constantFrom(...'aZ0-._~+/'.split('')), minLength: 1 }),
        fc.nat(2),
      )
      .map(([start, count]) => start + '='.repeat(count))
    const challenge = fc.record({
      scheme: name,
      token68: fc.option(bare, { nil: undefined }),
      params: fc.dictionary(
        name.map((each) => each.toLowerCase()),
        text,
      ),
    })
    const comma = fc.constantFrom(',', ', ', ' ,\t', ', , ')
    fc.assert(
      fc.property(fc.array(challenge), comma, (list, separator) => {
        const expected = list.map(({ scheme, token68, params }) =>
          token68 === undefined ? { scheme, params } : { scheme, token68, params: {} },
        )
        const written = expected.map(({ scheme, token68, params }: Challenge) => {
          const said = Object.entries(params).map(
            ([key, value]) => `${key}="${value.replace(/["\\]/g, '\\$&')}"`,
          )
          return [scheme, ...(token68 ? [token68] : []), said.join(separator)].join(' ').trim()
        })
        expect(parseChallenges(written.join(separator))).toEqual(expected)
      }),
    )
  })

  it('reads any other text or throws a SyntaxError, and takes no time that grows faster than the text', () => {
    const pieces = fc.constantFrom('Bearer', ' ', ',', '=', '"', '\\', 'a', '\t', '==', 'é', '\n')
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(Array.isArray(parseChallenges(text))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
    )
    const startedAt = performance.now()
    for (const text of ['a', ' ', ',', 'a,', 'a ', 'a=', '"', '\\', 'a =b,', '==', ', ']) {
      try {
        parseChallenges(`a ${text.repeat(100_000)}b`)
      } catch {}
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})

function char(code: number): string {
  return String.fromCharCode(code)
}
