import type { CaseDefinition } from './case.ts'
import { family } from './case.ts'
import { certify } from './certificate.ts'

const embedded = {
  level: 'forgery',
  needs: 'nothing',
  refs: ['RFC 8725 section 3.10', 'CVE-2018-0114', 'CVE-2026-27962'],
} as const

const fetched = {
  level: 'forgery',
  needs: 'nothing',
  refs: ['RFC 8725 section 3.10', 'CWE-918'],
} as const

/**
 * Tokens that carry the attacker's key in their header, or the URL of a server that has it. An app
 * that takes keys from a token trusts everyone, and an app that fetches such a URL can be made to
 * call any host.
 */
export const embeddedCases: readonly CaseDefinition[] = [
  ...family(embedded, {
    'jwk/embedded': [
      'the header holds the attacker’s key, under the right kid',
      ({ attacker, forged }) => forged({ jwk: attacker.publicJwk }),
    ],
    'jwk/embedded-unknown-kid': [
      'the header holds the attacker’s key, under a kid of its own',
      ({ attacker, forged }) => forged({ jwk: attacker.publicJwk, kid: attacker.kid }),
    ],
    'jwk/embedded-no-kid': [
      'the header holds the attacker’s key, and there is no kid',
      ({ attacker, forged }) => forged({ jwk: attacker.publicJwk, kid: undefined }),
    ],
    'x5c/attacker': [
      'the header holds a self-signed certificate of the attacker’s key',
      ({ attacker, forged }) => forged({ x5c: [certify(attacker).toString('base64')] }),
    ],
  }),
  ...family(fetched, {
    'jku/attacker': [
      'the header names a key set of the attacker',
      ({ attacker, canary, forged }) =>
        forged({ jku: `${canary}/jku/attacker`, kid: attacker.kid }),
    ],
    'jku/same-kid': [
      'the header names a key set of the attacker, under the right kid',
      ({ canary, forged }) => forged({ jku: `${canary}/jku/same-kid` }),
    ],
    'x5u/attacker': [
      'the header names a certificate of the attacker',
      ({ canary, forged }) => forged({ x5u: `${canary}/x5u/attacker` }),
    ],
    'kid/url': [
      'kid is the URL of a key set of the attacker',
      ({ canary, forged }) => forged({ kid: `${canary}/kid/url` }),
    ],
    'iss/attacker': [
      'iss is the attacker, who publishes metadata and keys',
      ({ attacker, canary, forged }) =>
        forged({ kid: attacker.kid }, { iss: `${canary}/iss/attacker` }),
    ],
  }),
]
