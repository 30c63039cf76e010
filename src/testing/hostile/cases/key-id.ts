import type { Definition, Make } from './case.ts'
import { family } from './case.ts'

/** Signed by a stranger under such a kid. */
function named(kid: unknown): Make {
  return ({ forged }) => forged({ kid })
}

/** A kid is text from a stranger, on its way into file names, queries, objects, logs and headers. */
export const keyIdCases: readonly Definition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'nothing',
      refs: ['RFC 8725 §3.10', 'jwt_tool playbook', 'CVE-2025-59936'],
    },
    {
      'kid/path': ['a path that leads elsewhere', named('../../../../../../../etc/passwd')],
      'kid/sql': ['a query that names its own secret', named("x' UNION SELECT 'secret' -- ")],
      'kid/command': ['a command', named('x|sleep 5')],
      'kid/nul': ['a NUL', named('key\u0000.pem')],
      'kid/crlf': ['a line break and a header', named('key\r\nX-Injected: 1')],
      'kid/__proto__': ['a name that every object has', named('__proto__')],
      'kid/constructor': ['a name that every object has', named('constructor')],
      'kid/hasOwnProperty': ['a name that every object has', named('hasOwnProperty')],
      'kid/colon': [
        'the kid and issuer of another cache entry',
        ({ forged, header, claims }) => forged({ kid: `${header['kid']}:${claims['iss']}` }),
      ],
      'kid/4000-chars': ['4,000 characters', named('k'.repeat(4000))],
      'kid/empty': ['no character', named('')],
      'kid/lone-surrogate': ['half a character', named('\ud800')],
    },
  ),
  ...family(
    { level: 'forgery', needs: 'nothing', refs: ['RFC 7515 §4.1.4'] },
    {
      'kid/type-number': ['kid is a number', named(1)],
      'kid/type-array': ['kid is a list', named(['a'])],
      'kid/type-object': ['kid is an object', named({ a: 1 })],
      'kid/type-null': ['kid is null', named(null)],
      'kid/type-true': ['kid is true', named(true)],
    },
  ),
]
