import type { BuildToken, CaseDefinition, TokenRequest } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'

/** The good token, presented in Authorization headers with these values. */
function authorization(...values: readonly ((fixture: CaseFixture) => string)[]): BuildToken {
  return (fixture): TokenRequest => ({
    token: fixture.token,
    headers: values.map((value) => ['authorization', value(fixture)]),
  })
}

/** This text, and the good token directly after it. */
function after(text: string) {
  return ({ token }: CaseFixture): string => `${text}${token}`
}

const bearer = after('Bearer ')

function forgedBearer(fixture: CaseFixture): string {
  return `Bearer ${fixture.forged({})}`
}

/** The good token, presented in other parts of the request. */
function inParts(choose: (fixture: CaseFixture) => Partial<TokenRequest>): BuildToken {
  return (fixture): TokenRequest => ({ token: fixture.token, headers: [], ...choose(fixture) })
}

const inHeader = {
  needs: 'a-valid-token',
  refs: ['RFC 6750 section 2.1', 'RFC 9110 section 11.6.2'],
} as const

/**
 * Requests that present the good token in a wrong form or in a wrong place (RFC 6750 section 2). A
 * guard that reads it all the same may read another token than a proxy in front of it. Only the
 * first three forms are valid.
 */
export const wireCases: readonly CaseDefinition[] = [
  ...family(
    { ...inHeader, level: 'transport', expects: 'pass' },
    {
      'wire/two-spaces': [
        'there are two spaces after the scheme',
        authorization(after('Bearer  ')),
      ],
      'wire/lowercase': ['the scheme is in small letters', authorization(after('bearer '))],
      'wire/uppercase': ['the scheme is in capital letters', authorization(after('BEARER '))],
    },
  ),
  ...family(
    { ...inHeader, level: 'transport' },
    {
      'wire/tab': ['there is a tab after the scheme', authorization(after('Bearer\t'))],
      'wire/no-space': [
        'there is nothing between the scheme and the token',
        authorization(after('Bearer')),
      ],
      'wire/colon': ['there is a colon after the scheme', authorization(after('Bearer: '))],
      'wire/trailing-word': [
        'there is a word after the token',
        authorization((fixture) => `${bearer(fixture)} x`),
      ],
      'wire/comma': [
        'there are two credentials in one header',
        authorization((fixture) => `${bearer(fixture)}, ${bearer(fixture)}`),
      ],
      'wire/comma-basic': [
        'there are credentials of another scheme after a comma',
        authorization((fixture) => `${bearer(fixture)}, Basic eDp5`),
      ],
      'wire/parameter': [
        'there is a parameter after the token',
        authorization((fixture) => `${bearer(fixture)}, realm="x"`),
      ],
    },
  ),
  ...family(
    { ...inHeader, level: 'transport', refs: ['RFC 9110 section 5.3', 'RFC 6750 section 3.1'] },
    {
      'wire/dup-header': [
        'there are two headers with the same token',
        authorization(bearer, bearer),
      ],
      'wire/dup-header-good-first': [
        'there are two headers, and the second holds a forged token',
        authorization(bearer, forgedBearer),
      ],
      'wire/dup-header-good-last': [
        'there are two headers, and the first holds a forged token',
        authorization(forgedBearer, bearer),
      ],
    },
  ),
  ...family(
    { ...inHeader, level: 'transport', refs: ['RFC 9110 section 11.1', 'GHSA-f577-qrjj-4474'] },
    {
      'wire/scheme-basic': ['the scheme is Basic', authorization(after('Basic '))],
      'wire/scheme-dpop': [
        'the scheme is DPoP, and there is no proof',
        authorization(after('DPoP ')),
      ],
      'wire/scheme-token': ['the scheme is Token', authorization(after('Token '))],
      'wire/scheme-jwt': ['the scheme is JWT', authorization(after('JWT '))],
      'wire/scheme-prefixed': [
        'the scheme is another one that begins with Bearer',
        authorization(after('BearerToken ')),
      ],
      'wire/scheme-missing': ['there is no scheme', authorization(after(''))],
    },
  ),
  ...family(
    { level: 'transport', needs: 'nothing', refs: ['RFC 6750 section 3.1'] },
    {
      'wire/bearer-alone': ['there is a scheme without a token', authorization(() => 'Bearer')],
      'wire/empty-header': ['the header is empty', authorization(() => '')],
      'wire/undefined': [
        'the token is undefined, as a faulty client writes it',
        authorization(() => 'Bearer undefined'),
      ],
      'wire/null': [
        'the token is null, as a faulty client writes it',
        authorization(() => 'Bearer null'),
      ],
    },
  ),
  ...family(
    {
      level: 'transport',
      needs: 'a-valid-token',
      refs: ['RFC 6750 section 2.3', 'RFC 9700 section 4.3.2'],
    },
    {
      'wire/query-token': [
        'the token is in the query',
        inParts(({ token }) => ({ query: `access_token=${token}` })),
      ],
      'wire/forged+query': [
        'the token is in the query, and a forged one is in the header',
        inParts((fixture) => ({
          headers: [['authorization', forgedBearer(fixture)]],
          query: `access_token=${fixture.token}`,
        })),
      ],
    },
  ),
  ...family(
    { level: 'transport', needs: 'a-valid-token', refs: ['RFC 6750 section 2.2'] },
    {
      'wire/body-token': [
        'the token is in a form',
        inParts(({ token }) => ({ form: `access_token=${token}` })),
      ],
    },
  ),
  ...family(
    { level: 'transport', needs: 'a-valid-token', refs: ['RFC 6750 section 2'] },
    {
      'wire/cookie-token': [
        'the token is in a cookie',
        inParts(({ token }) => ({
          headers: [['cookie', `access_token=${token}; token=${token}`]],
        })),
      ],
      'wire/x-header-token': [
        'the token is in headers with other names',
        inParts(({ token }) => ({
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
    { level: 'info', needs: 'a-valid-token', refs: ['RFC 6750 section 2', 'RFC 6750 section 3.1'] },
    {
      'wire/header+query': [
        'the token is in the header and in the query, and a guard may ignore the query',
        inParts((fixture) => ({
          headers: [['authorization', bearer(fixture)]],
          query: `access_token=${fixture.token}`,
        })),
      ],
    },
  ),
]
