import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `googleIap`. */
export interface GoogleIapOptions {
  /**
   * The audience of the backend, as the page of Identity-Aware Proxy shows it, e.g.
   * `/projects/123456789/global/backendServices/987654321`. One or several; a match of any is enough.
   */
  audience: string | readonly string[]
}

const known = { audience: true } as const satisfies Record<keyof GoogleIapOptions, true>

/**
 * Assertions of Google's Identity-Aware Proxy, which it adds to each request that it lets through.
 * They are not in Authorization: give the guard `tokenHeader: 'X-Goog-IAP-JWT-Assertion'`.
 *
 * An assertion is no access token of RFC 9068: it has no client, no scopes and the type `JWT`. It is
 * made for one backend alone, which is its audience. `auth.subject` is the person, e.g.
 * `accounts.google.com:118133858486581853996`.
 *
 * @throws TypeError for a wrong option.
 */
export function googleIap(options: GoogleIapOptions): IssuerOptions {
  const given = presetOptions('googleIap', options, known)
  const audience = given.texts('audience')
  const wrong = audience.find((one) => !one.startsWith('/projects/'))
  if (wrong !== undefined) {
    given.refuse('audience', "holds '%s': write '/projects/…' as the page of IAP shows it", wrong)
  }
  return frozenIssuer({
    issuer: 'https://cloud.google.com/iap',
    audience,
    jwksUri: 'https://www.gstatic.com/iap/verify/public_key-jwk',
    profile: { types: ['jwt', 'at+jwt'], issuedAt: true },
  })
}
