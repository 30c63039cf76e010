import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'

/** Every audience that the app under test is known to accept. */
function acceptedAudiences({ issuer, claims }: CaseFixture): readonly unknown[] {
  return [issuer.audience, claims['aud']].flat()
}

/** Another `aud`, made from the good one. No case is built if the app may accept that audience. */
function withAudience(change: (aud: string) => unknown): BuildToken {
  return (fixture) => {
    const aud = change(String([fixture.claims['aud']].flat()[0]))
    return acceptedAudiences(fixture).includes(aud) ? undefined : fixture.signed({ aud })
  }
}

/** Another `iss`, made from the good one. No case is built if the change has no effect. */
function withIssuer(change: (iss: string) => unknown): BuildToken {
  return ({ claims, signed }) => {
    const iss = change(String(claims['iss']))
    return iss === claims['iss'] ? undefined : signed({ iss })
  }
}

/** Cyrillic letters that look like Latin ones. */
const lookalikes: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о' }

/** The text with one letter replaced by a Cyrillic letter that looks the same. */
function withHomoglyph(text: string): string {
  return text.replace(/[aeo]/, (letter) => lookalikes[letter] ?? letter)
}

function without(name: string): BuildToken {
  return ({ signed }) => signed({ [name]: undefined })
}

/** Tokens with a right signature, but a wrong issuer, audience, subject, client or scope. */
export const claimCases: readonly CaseDefinition[] = [
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7519 section 4.1.1', 'CVE-2024-53861', 'CVE-2025-30144'],
    },
    {
      'iss/wrong': ['iss is another issuer', withIssuer(() => 'https://wrong-issuer.test')],
      'iss/array': ['iss is a list that holds the issuer', withIssuer((iss) => [iss])],
      'iss/prefix': ['iss begins with the issuer', withIssuer((iss) => `${iss}.attacker.test`)],
      'iss/substring': ['iss is a part of the issuer', withIssuer((iss) => iss.slice(0, -1))],
      'iss/suffix-slash': [
        'iss is the issuer with a slash at the end',
        withIssuer((iss) => `${iss}/`),
      ],
      'iss/case': ['iss is the issuer in capital letters', withIssuer((iss) => iss.toUpperCase())],
      'iss/null': ['iss is null', withIssuer(() => null)],
      'iss/missing': ['there is no iss', without('iss')],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7519 section 4.1.3', 'CVE-2020-26160', 'CVE-2025-62610'],
    },
    {
      'aud/wrong': ['aud is another API', withAudience(() => 'https://wrong-audience.test')],
      'aud/empty-array': ['aud is an empty list', withAudience(() => [])],
      'aud/empty': ['aud is empty', withAudience(() => '')],
      'aud/null': ['aud is null', withAudience(() => null)],
      'aud/prefix': ['aud begins with the audience', withAudience((aud) => `${aud}.attacker.test`)],
      'aud/substring': ['aud is a part of the audience', withAudience((aud) => aud.slice(0, -1))],
      'aud/suffix-slash': [
        'aud is the audience with a slash at the end',
        withAudience((aud) => `${aud}/`),
      ],
      'aud/case': [
        'aud is the audience in capital letters',
        withAudience((aud) => (/[a-z]/.test(aud) ? aud.toUpperCase() : 'OTHER')),
      ],
      'aud/object': [
        'aud is an object with the audience as a member',
        withAudience((aud) => ({ [aud]: aud })),
      ],
      'aud/nested-array': ['aud is a list that holds a list', withAudience((aud) => [[aud]])],
      'aud/json-string': [
        'aud is the JSON text of a list',
        withAudience((aud) => JSON.stringify([aud])),
      ],
      'aud/missing': ['there is no aud', without('aud')],
    },
  ),
  ...family(
    { level: 'profile', needs: 'issuer-key', refs: ['RFC 9068 section 2.2'] },
    {
      'sub/missing': ['there is no sub', without('sub')],
      'client_id/missing': ['there is no client_id', without('client_id')],
      'jti/missing': ['there is no jti', without('jti')],
    },
  ),
  ...family(
    {
      level: 'hardening',
      needs: 'issuer-key',
      refs: ['RFC 7519 section 4.1', 'CWE-843', 'CWE-943'],
    },
    {
      'aud/mixed-types': [
        'aud holds the audience, a number and null',
        ({ claims, signed }) => signed({ aud: [[claims['aud']].flat()[0], 1, null] }),
      ],
      'sub/number': ['sub is a number', ({ signed }) => signed({ sub: 1 })],
      'sub/object': [
        'sub is an object that a database reads as a query',
        ({ signed }) => signed({ sub: { $ne: null } }),
      ],
      'sub/empty': ['sub is empty', ({ signed }) => signed({ sub: '' })],
      'scope/array': [
        'scope is a list',
        ({ claims, signed }) => signed({ scope: String(claims['scope'] ?? '').split(' ') }),
      ],
      'scope/object': [
        'scope is an object',
        ({ claims, signed }) => signed({ scope: { [String(claims['scope'] ?? '')]: true } }),
      ],
      'json/unicode-homoglyph-iss': [
        'iss has a Cyrillic letter in place of a Latin one',
        withIssuer(withHomoglyph),
      ],
    },
  ),
]
