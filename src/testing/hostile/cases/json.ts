import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'
import type { CaseFixture } from './fixture.ts'
import { encode } from './fixture.ts'

/** The good header and another payload, signed by the issuer. */
function payload(write: (fixture: CaseFixture, json: string) => string | Uint8Array): BuildToken {
  return (fixture) => fixture.sign(fixture.header, write(fixture, JSON.stringify(fixture.claims)))
}

/** The good claims with more members, written as JSON text after the last one. */
function appended(more: (fixture: CaseFixture) => string): BuildToken {
  return payload((fixture, json) => `${json.slice(0, -1)},${more(fixture)}}`)
}

/** The good token in one of the JSON serializations (RFC 7515 section 7.2). */
function serialized(write: (fixture: CaseFixture) => unknown): BuildToken {
  return (fixture) => {
    const token = JSON.stringify(write(fixture))
    return { token, headers: [['authorization', `Bearer ${token}`]] }
  }
}

/**
 * Tokens whose JSON is not one object, or is an object that two parsers may read differently. Where
 * a gateway and an app read different claims in one token, the check of one protects nothing.
 */
export const jsonCases: readonly CaseDefinition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'a-valid-token',
      refs: ['RFC 7519 section 7.2', 'CVE-2022-39227', 'Wycheproof json_web_signature tcId 14–17'],
    },
    {
      'json/general-serialization': [
        'the token is in the general JSON serialization',
        serialized(({ parts }) => ({
          payload: parts[1],
          signatures: [{ protected: parts[0], signature: parts[2] }],
        })),
      ],
      'json/flattened': [
        'the token is in the flattened JSON serialization',
        serialized(({ parts }) => ({
          payload: parts[1],
          protected: parts[0],
          signature: parts[2],
        })),
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7519 section 7.2', 'fast-jwt #638'] },
    {
      'json/payload-array': ['the payload is a list', payload((_, json) => `[${json}]`)],
      'json/payload-string': [
        'the payload is a string',
        payload((_, json) => JSON.stringify(json)),
      ],
      'json/payload-number': ['the payload is a number', payload(() => '1')],
      'json/payload-null': ['the payload is null', payload(() => 'null')],
      'json/payload-empty': ['the payload is empty', payload(() => '')],
      'json/trailing-garbage': [
        'there is text after the payload',
        payload((_, json) => `${json}x`),
      ],
      'json/two-objects': ['there are two payloads', payload((_, json) => `${json}${json}`)],
      'json/nested-jwt-cty': [
        'the payload is a token',
        ({ sign, header, token }) => sign({ ...header, cty: 'JWT' }, token),
      ],
    },
  ),
  ...family(
    {
      level: 'hardening',
      needs: 'issuer-key',
      refs: ['RFC 7519 section 7.2', 'RFC 3629 section 3'],
    },
    {
      'json/invalid-utf8': [
        'the payload has a byte that is not UTF-8',
        payload(({ claims }) => {
          const json = JSON.stringify({ ...claims, name: 'NAME' })
          return Buffer.from(json.replace('NAME', '\u00ff'), 'latin1')
        }),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'issuer-key', refs: ['RFC 7519 section 4', 'RFC 8259 section 4'] },
    {
      'json/duplicate-sub': ['sub comes twice', appended(() => '"sub":"admin"')],
      'json/duplicate-exp': ['exp comes twice', appended(({ now }) => `"exp":${now + 600}`)],
      'json/duplicate-header-alg': [
        'alg comes twice in the header',
        ({ claims, sign, header }) =>
          sign(`{"alg":"none",${JSON.stringify(header).slice(1)}`, claims),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'issuer-key', refs: ['CWE-1321', 'CVE-2024-34273'] },
    {
      'json/__proto__': [
        'the claims have a member __proto__',
        appended(() => '"__proto__":{"admin":true}'),
      ],
      'json/constructor': [
        'the claims have a member constructor',
        appended(() => '"constructor":{"prototype":{"admin":true}}'),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'issuer-key', refs: ['RFC 8259 section 8.1', 'RFC 8259 section 9'] },
    {
      'json/bom': [
        'the payload begins with a byte order mark',
        payload((_, json) => `\ufeff${json}`),
      ],
      'json/depth-2000': [
        'a claim holds 2,000 nested lists',
        appended(() => `"deep":${'['.repeat(2000)}${']'.repeat(2000)}`),
      ],
    },
  ),
]

/** The same JSON in ASCII characters alone, because other characters cannot be sent in a header. */
function ascii(json: string): string {
  return json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Texts that are no token in compact serialization (RFC 7515 section 7.1). */
export const formatCases: readonly CaseDefinition[] = family(
  {
    level: 'forgery',
    needs: 'a-valid-token',
    refs: ['RFC 7515 section 7.1', 'RFC 6750 section 2.1'],
  },
  {
    'wire/trailing-part': ['the token has a fourth part', ({ token }) => `${token}.x`],
    'wire/trailing-dot': ['there is a dot after the token', ({ token }) => `${token}.`],
    'wire/leading-dot': ['there is a dot before the token', ({ token }) => `.${token}`],
    'wire/brackets': ['the token is in brackets', ({ token }) => `[${token}]`],
    'wire/quotes': ['the token is in quotes', ({ token }) => `"${token}"`],
    'wire/non-ascii': [
      'the token ends with a byte that is not ASCII',
      ({ token }) => `${token}\u00e9`,
    ],
    'wire/unencoded': [
      'the header is JSON that is not encoded',
      ({ header, parts }) => `${ascii(JSON.stringify(header))}.${parts[1]}.${parts[2]}`,
    ],
    'wire/encoded-twice': [
      'the whole token is encoded once more in base64url',
      ({ token }) => encode(token),
    ],
  },
)
