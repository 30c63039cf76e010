import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'

/** The good claims with one claim as JSON text that JSON.stringify never writes. */
function withRawClaim(name: string, json: string) {
  return ({ claims, sign, header }: CaseFixture): string => {
    const { [name]: _, ...others } = claims
    return sign(header, `${JSON.stringify(others).slice(0, -1)},"${name}":${json}}`)
  }
}

/** Tokens whose dates are in the past, in the future, or not dates. */
export const timeCases: readonly CaseDefinition[] = [
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7519 section 4.1.4', 'CVE-2026-44459'] },
    {
      'exp/past': ['expired an hour ago', ({ now, signed }) => signed({ exp: now - 3600 })],
      'exp/zero': ['expired in 1970', ({ signed }) => signed({ exp: 0 })],
      'exp/negative': ['expired before 1970', ({ signed }) => signed({ exp: -1 })],
      'exp/null': ['exp is null', ({ signed }) => signed({ exp: null })],
      'exp/array': ['exp is a list', ({ now, signed }) => signed({ exp: [now + 3600] })],
      'exp/bool': ['exp is true', ({ signed }) => signed({ exp: true })],
      'exp/string': ['exp is a string', ({ now, signed }) => signed({ exp: String(now + 3600) })],
      'exp/string-past': [
        'exp is a string in the past',
        ({ now, signed }) => signed({ exp: String(now - 3600) }),
      ],
      'exp/word': [
        'exp is a word: comparing it with a number is always false',
        ({ signed }) => signed({ exp: 'never' }),
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7519 section 4.1.5'] },
    {
      'nbf/future': [
        'not valid before an hour from now',
        ({ now, signed }) => signed({ nbf: now + 3600 }),
      ],
      'nbf/string': ['nbf is a string', ({ now, signed }) => signed({ nbf: String(now) })],
      'nbf/object': ['nbf is an object', ({ signed }) => signed({ nbf: {} })],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7519 section 4.1.6'] },
    {
      'iat/string': ['iat is a string', ({ now, signed }) => signed({ iat: String(now) })],
    },
  ),
  ...family(
    { level: 'profile', needs: 'issuer-key', refs: ['RFC 9068 section 2.2'] },
    {
      'exp/missing': ['there is no exp', ({ signed }) => signed({ exp: undefined })],
      'iat/missing': ['there is no iat', ({ signed }) => signed({ iat: undefined })],
    },
  ),
  ...family(
    {
      level: 'hardening',
      needs: 'issuer-key',
      refs: ['RFC 7519 section 2 NumericDate', 'CVE-2026-44459'],
    },
    {
      'exp/1e400': ['exp becomes Infinity when it is parsed', withRawClaim('exp', '1e400')],
      'exp/milliseconds': [
        'exp is in milliseconds',
        ({ now, signed }) => signed({ exp: (now + 3600) * 1000 }),
      ],
      'iat/future': [
        'issued an hour from now',
        ({ now, signed }) => signed({ iat: now + 3600, exp: now + 7200 }),
      ],
    },
  ),
]
