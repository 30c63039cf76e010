import type { Carried, Definition, Make } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'

/** The good token in Authorization headers of another form. */
function lines(...values: readonly ((good: Good) => string)[]): Make {
  return (good): Carried => ({
    token: good.token,
    headers: values.map((value) => ['authorization', value(good)]),
  })
}

function scheme(text: string) {
  return ({ token }: Good): string => `${text}${token}`
}

const right = scheme('Bearer ')
function forged(good: Good): string {
  return `Bearer ${good.forged({})}`
}

function elsewhere(carry: (good: Good) => Partial<Carried>): Make {
  return (good): Carried => ({ token: good.token, headers: [], ...carry(good) })
}

const header = { needs: 'a-valid-token', refs: ['RFC 6750 §2.1', 'RFC 9110 §11.6.2'] } as const

/** The good token, sent in a way that is none. */
export const wireCases: readonly Definition[] = [
  ...family(
    { ...header, level: 'transport', expects: 'pass' },
    {
      'wire/two-spaces': ['two spaces behind the scheme', lines(scheme('Bearer  '))],
      'wire/lowercase': ['the scheme in small letters', lines(scheme('bearer '))],
      'wire/uppercase': ['the scheme in capitals', lines(scheme('BEARER '))],
    },
  ),
  ...family(
    { ...header, level: 'transport' },
    {
      'wire/tab': ['a tab behind the scheme', lines(scheme('Bearer\t'))],
      'wire/no-space': ['nothing between scheme and token', lines(scheme('Bearer'))],
      'wire/colon': ['a colon behind the scheme', lines(scheme('Bearer: '))],
      'wire/trailing-word': ['a word behind the token', lines((good) => `${right(good)} x`)],
      'wire/comma': [
        'two credentials in one header',
        lines((good) => `${right(good)}, ${right(good)}`),
      ],
      'wire/comma-basic': [
        'another scheme behind a comma',
        lines((good) => `${right(good)}, Basic eDp5`),
      ],
      'wire/parameter': [
        'a parameter behind the token',
        lines((good) => `${right(good)}, realm="x"`),
      ],
    },
  ),
  ...family(
    { ...header, level: 'transport', refs: ['RFC 9110 §5.3', 'RFC 6750 §3.1'] },
    {
      'wire/dup-header': ['two headers, the same token', lines(right, right)],
      'wire/dup-header-good-first': ['two headers, the second forged', lines(right, forged)],
      'wire/dup-header-good-last': ['two headers, the first forged', lines(forged, right)],
    },
  ),
  ...family(
    { ...header, level: 'transport', refs: ['RFC 9110 §11.1', 'GHSA-f577-qrjj-4474'] },
    {
      'wire/scheme-basic': ['the scheme Basic', lines(scheme('Basic '))],
      'wire/scheme-dpop': ['the scheme DPoP, without a proof', lines(scheme('DPoP '))],
      'wire/scheme-token': ['the scheme Token', lines(scheme('Token '))],
      'wire/scheme-jwt': ['the scheme JWT', lines(scheme('JWT '))],
      'wire/scheme-prefixed': ['a scheme that begins with Bearer', lines(scheme('BearerToken '))],
      'wire/scheme-missing': ['no scheme', lines(scheme(''))],
    },
  ),
  ...family(
    { level: 'transport', needs: 'nothing', refs: ['RFC 6750 §3.1'] },
    {
      'wire/bearer-alone': ['the scheme without a token', lines(() => 'Bearer')],
      'wire/empty-header': ['an empty header', lines(() => '')],
      'wire/undefined': ['what a client without a token sends', lines(() => 'Bearer undefined')],
      'wire/null': ['what a client without a token sends', lines(() => 'Bearer null')],
    },
  ),
  ...family(
    { level: 'transport', needs: 'a-valid-token', refs: ['RFC 6750 §2.3', 'RFC 9700 §4.3.2'] },
    {
      'wire/query-token': [
        'in the query',
        elsewhere(({ token }) => ({ query: `access_token=${token}` })),
      ],
      'wire/forged+query': [
        'in the query, beside a forged one in the header',
        elsewhere((good) => ({
          headers: [['authorization', forged(good)]],
          query: `access_token=${good.token}`,
        })),
      ],
    },
  ),
  ...family(
    { level: 'transport', needs: 'a-valid-token', refs: ['RFC 6750 §2.2'] },
    {
      'wire/body-token': [
        'in a form',
        elsewhere(({ token }) => ({ form: `access_token=${token}` })),
      ],
    },
  ),
  ...family(
    { level: 'transport', needs: 'a-valid-token', refs: ['RFC 6750 §2'] },
    {
      'wire/cookie-token': [
        'in a cookie',
        elsewhere(({ token }) => ({
          headers: [['cookie', `access_token=${token}; token=${token}`]],
        })),
      ],
      'wire/x-header-token': [
        'in headers of other names',
        elsewhere(({ token }) => ({
          headers: [
            ['x-access-token', token],
            ['x-forwarded-authorization', `Bearer ${token}`],
            ['proxy-authorization', `Bearer ${token}`],
          ],
        })),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'a-valid-token', refs: ['RFC 6750 §2', 'RFC 6750 §3.1'] },
    {
      'wire/header+query': [
        'in the header and in the query, which a guard may leave unread',
        elsewhere((good) => ({
          headers: [['authorization', right(good)]],
          query: `access_token=${good.token}`,
        })),
      ],
    },
  ),
]
