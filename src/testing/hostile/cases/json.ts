import type { Definition, Make } from './case.ts'
import { family } from './case.ts'
import type { Good } from './fixture.ts'
import { encode } from './fixture.ts'

/** The good header over a payload of these bytes, signed by the issuer. */
function payload(write: (good: Good, json: string) => string | Uint8Array): Make {
  return (good) => good.compose(good.header, write(good, JSON.stringify(good.claims)))
}

/** The good claims with more JSON behind the last member. */
function appended(more: (good: Good) => string): Make {
  return payload((good, json) => `${json.slice(0, -1)},${more(good)}}`)
}

function serialized(write: (good: Good) => unknown): Make {
  return (good) => {
    const token = JSON.stringify(write(good))
    return { token, headers: [['authorization', `Bearer ${token}`]] }
  }
}

/** What is no JSON object, is two of them, or is one that parsers disagree about. */
export const jsonCases: readonly Definition[] = [
  ...family(
    {
      level: 'forgery',
      needs: 'a-valid-token',
      refs: ['RFC 7519 §7.2', 'CVE-2022-39227', 'Wycheproof json_web_signature tcId 14–17'],
    },
    {
      'json/general-serialization': [
        'the general JSON serialization',
        serialized(({ parts }) => ({
          payload: parts[1],
          signatures: [{ protected: parts[0], signature: parts[2] }],
        })),
      ],
      'json/flattened': [
        'the flattened JSON serialization',
        serialized(({ parts }) => ({
          payload: parts[1],
          protected: parts[0],
          signature: parts[2],
        })),
      ],
    },
  ),
  ...family(
    { level: 'spec', needs: 'issuer-key', refs: ['RFC 7519 §7.2', 'fast-jwt #638'] },
    {
      'json/payload-array': ['the payload is a list', payload((_, json) => `[${json}]`)],
      'json/payload-string': [
        'the payload is a string',
        payload((_, json) => JSON.stringify(json)),
      ],
      'json/payload-number': ['the payload is a number', payload(() => '1')],
      'json/payload-null': ['the payload is null', payload(() => 'null')],
      'json/payload-empty': ['the payload is empty', payload(() => '')],
      'json/trailing-garbage': ['text behind the payload', payload((_, json) => `${json}x`)],
      'json/two-objects': ['two payloads', payload((_, json) => `${json}${json}`)],
      'json/nested-jwt-cty': [
        'the payload is a token',
        ({ compose, header, token }) => compose({ ...header, cty: 'JWT' }, token),
      ],
    },
  ),
  ...family(
    { level: 'hardening', needs: 'issuer-key', refs: ['RFC 7519 §7.2', 'RFC 3629 §3'] },
    {
      'json/invalid-utf8': [
        'bytes that are no UTF-8',
        payload(({ claims }) => {
          const json = JSON.stringify({ ...claims, name: 'NAME' })
          return Buffer.from(json.replace('NAME', '\u00ff'), 'latin1')
        }),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'issuer-key', refs: ['RFC 7519 §4', 'RFC 8259 §4'] },
    {
      'json/duplicate-sub': ['sub comes twice', appended(() => '"sub":"admin"')],
      'json/duplicate-exp': ['exp comes twice', appended(({ now }) => `"exp":${now + 600}`)],
      'json/duplicate-header-alg': [
        'alg comes twice in the header',
        ({ claims, compose, header }) =>
          compose(`{"alg":"none",${JSON.stringify(header).slice(1)}`, claims),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'issuer-key', refs: ['CWE-1321', 'CVE-2024-34273'] },
    {
      'json/__proto__': ['a member __proto__', appended(() => '"__proto__":{"admin":true}')],
      'json/constructor': [
        'a member constructor',
        appended(() => '"constructor":{"prototype":{"admin":true}}'),
      ],
    },
  ),
  ...family(
    { level: 'info', needs: 'issuer-key', refs: ['RFC 8259 §8.1', 'RFC 8259 §9'] },
    {
      'json/bom': ['a byte order mark', payload((_, json) => `\ufeff${json}`)],
      'json/depth-2000': [
        '2,000 lists in each other',
        appended(() => `"deep":${'['.repeat(2000)}${']'.repeat(2000)}`),
      ],
    },
  ),
]

/** JSON with nothing in it that a header line cannot carry. */
function ascii(json: string): string {
  return json.replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Strings that are no token. */
export const formatCases: readonly Definition[] = family(
  { level: 'forgery', needs: 'a-valid-token', refs: ['RFC 7515 §7.1', 'RFC 6750 §2.1'] },
  {
    'wire/trailing-part': ['a fourth part', ({ token }) => `${token}.x`],
    'wire/trailing-dot': ['a dot behind the token', ({ token }) => `${token}.`],
    'wire/leading-dot': ['a dot before the token', ({ token }) => `.${token}`],
    'wire/brackets': ['the token in brackets', ({ token }) => `[${token}]`],
    'wire/quotes': ['the token in quotes', ({ token }) => `"${token}"`],
    'wire/non-ascii': ['a byte that is no ASCII', ({ token }) => `${token}\u00e9`],
    'wire/unencoded': [
      'the header is JSON as it is',
      ({ header, parts }) => `${ascii(JSON.stringify(header))}.${parts[1]}.${parts[2]}`,
    ],
    'wire/encoded-twice': ['base64url of the token', ({ token }) => encode(token)],
  },
)
