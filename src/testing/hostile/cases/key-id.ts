import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'

/** A token that the attacker signed, with this `kid`. */
function withKid(kid: unknown): BuildToken {
  return ({ forged }) => forged({ kid })
}

/**
 * Tokens whose `kid` is an attack itself. An attacker chooses it freely, and apps have used it in
 * file names, database queries, object lookups, log lines and headers.
 */
export const keyIdCases: readonly CaseDefinition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'nothing',
      refs: ['RFC 8725 section 3.10', 'jwt_tool playbook', 'CVE-2025-59936'],
    },
    {
      'kid/path': [
        'kid is a path to a file that the app does not own',
        withKid('../../../../../../../etc/passwd'),
      ],
      'kid/sql': [
        'kid is a query that returns a chosen secret',
        withKid("x' UNION SELECT 'secret' -- "),
      ],
      'kid/command': ['kid holds a shell command', withKid('x|sleep 5')],
      'kid/nul': ['kid holds a NUL character', withKid('key\u0000.pem')],
      'kid/crlf': ['kid holds a line break and a header line', withKid('key\r\nX-Injected: 1')],
      'kid/__proto__': ['kid is __proto__, a name that every object has', withKid('__proto__')],
      'kid/constructor': [
        'kid is constructor, a name that every object has',
        withKid('constructor'),
      ],
      'kid/hasOwnProperty': [
        'kid is hasOwnProperty, a name that every object has',
        withKid('hasOwnProperty'),
      ],
      'kid/colon': [
        'kid is a kid and an issuer, joined as in the key of a cache',
        ({ forged, header, claims }) => forged({ kid: `${header['kid']}:${claims['iss']}` }),
      ],
      'kid/4000-chars': ['kid has 4,000 characters', withKid('k'.repeat(4000))],
      'kid/empty': ['kid is an empty string', withKid('')],
      'kid/lone-surrogate': [
        'kid is one half of a surrogate pair, which is no character',
        withKid('\ud800'),
      ],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'nothing', refs: ['RFC 7515 section 4.1.4'] },
    {
      'kid/type-number': ['kid is a number', withKid(1)],
      'kid/type-array': ['kid is a list', withKid(['a'])],
      'kid/type-object': ['kid is an object', withKid({ a: 1 })],
      'kid/type-null': ['kid is null', withKid(null)],
      'kid/type-true': ['kid is true', withKid(true)],
    },
  ),
]
