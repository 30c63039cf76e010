import type { Definition, Make } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'

/** Every audience that the guard is known to accept. */
function accepted({ issuer, claims }: Good): readonly unknown[] {
  return [issuer.audience, claims['aud']].flat()
}

/** Another `aud`, made from the good one; none if the guard may accept it. */
function audience(change: (aud: string) => unknown): Make {
  return (good) => {
    const aud = change(String([good.claims['aud']].flat()[0]))
    return accepted(good).includes(aud) ? undefined : good.signed({ aud })
  }
}

function issuedBy(change: (iss: string) => unknown): Make {
  return ({ claims, signed }) => {
    const iss = change(String(claims['iss']))
    return iss === claims['iss'] ? undefined : signed({ iss })
  }
}

/** The first letter that has a twin in another alphabet. */
function homoglyph(text: string): string {
  return text.replace(/[aeo]/, (letter) => twins[letter] ?? letter)
}
const twins: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о' }

function removed(name: string): Make {
  return ({ signed }) => signed({ [name]: undefined })
}

/** Right signatures over the wrong issuer, audience, subject, client or scope. */
export const claimCases: readonly Definition[] = [
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7519 §4.1.1', 'CVE-2024-53861', 'CVE-2025-30144'],
    },
    {
      'iss/wrong': ['another issuer', issuedBy(() => 'https://wrong-issuer.test')],
      'iss/array': ['iss is a list that holds the issuer', issuedBy((iss) => [iss])],
      'iss/prefix': ['iss begins with the issuer', issuedBy((iss) => `${iss}.attacker.test`)],
      'iss/substring': ['iss is a part of the issuer', issuedBy((iss) => iss.slice(0, -1))],
      'iss/suffix-slash': ['a slash behind the issuer', issuedBy((iss) => `${iss}/`)],
      'iss/case': ['the issuer in capitals', issuedBy((iss) => iss.toUpperCase())],
      'iss/null': ['iss is null', issuedBy(() => null)],
      'iss/missing': ['there is no iss', removed('iss')],
    },
  ),
  ...family(
    {
      level: 'spec',
      needs: 'issuer-key',
      refs: ['RFC 7519 §4.1.3', 'CVE-2020-26160', 'CVE-2025-62610'],
    },
    {
      'aud/wrong': ['for another API', audience(() => 'https://wrong-audience.test')],
      'aud/empty-array': ['aud is an empty list', audience(() => [])],
      'aud/empty': ['aud is empty', audience(() => '')],
      'aud/null': ['aud is null', audience(() => null)],
      'aud/prefix': ['aud begins with the audience', audience((aud) => `${aud}.attacker.test`)],
      'aud/substring': ['aud is a part of the audience', audience((aud) => aud.slice(0, -1))],
      'aud/suffix-slash': ['a slash behind the audience', audience((aud) => `${aud}/`)],
      'aud/case': [
        'the audience in capitals',
        audience((aud) => (/[a-z]/.test(aud) ? aud.toUpperCase() : 'OTHER')),
      ],
      'aud/object': [
        'aud is an object with the audience as a member',
        audience((aud) => ({ [aud]: aud })),
      ],
      'aud/nested-array': ['aud is a list in a list', audience((aud) => [[aud]])],
      'aud/json-string': [
        'aud is the JSON text of a list',
        audience((aud) => JSON.stringify([aud])),
      ],
      'aud/missing': ['there is no aud', removed('aud')],
    },
  ),
  ...family(
    { level: 'profile', needs: 'issuer-key', refs: ['RFC 9068 §2.2'] },
    {
      'sub/missing': ['there is no sub', removed('sub')],
      'client_id/missing': ['there is no client_id', removed('client_id')],
      'jti/missing': ['there is no jti', removed('jti')],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'issuer-key', refs: ['RFC 7519 §4.1', 'CWE-843', 'CWE-943'] },
    {
      'aud/mixed-types': [
        'aud holds the audience among what are no strings',
        ({ claims, signed }) => signed({ aud: [[claims['aud']].flat()[0], 1, null] }),
      ],
      'sub/number': ['sub is a number', ({ signed }) => signed({ sub: 1 })],
      'sub/object': [
        'sub is a query of a database',
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
      'json/unicode-homoglyph-iss': ['a letter of iss is a Cyrillic one', issuedBy(homoglyph)],
    },
  ),
]
