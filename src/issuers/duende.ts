import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `duende`. */
export interface DuendeOptions {
  /**
   * The address of IdentityServer, e.g. `https://login.acme.com`, as tokens have it in `iss`. A
   * slash at the end is left out.
   */
  url: string
}

const known = { url: true } as const satisfies Record<keyof DuendeOptions, true>

/**
 * Access tokens of Duende IdentityServer, for people and machines. State the name of the
 * `ApiResource` as `audience` of the verifier.
 *
 * The tokens have the type of RFC 9068, `at+jwt`, by which they are told from ID tokens, but do not
 * follow it in full: scopes are a list, unless IdentityServer is set to write them as a text, and
 * the token of a client by itself has no `sub`, and sometimes no `jti`. The subject of such a token
 * is the client; one with a sign of a person, such as `sid` or `auth_time`, is refused.
 *
 * `auth.roles` are the claim `role`, or else `roles`, where it is a list.
 *
 * @throws TypeError for a wrong option.
 */
export function duende(options: DuendeOptions): IssuerOptions {
  const given = presetOptions('duende', options, known)
  return frozenIssuer({
    issuer: given.url('url'),
    profile: {
      types: ['at+jwt'],
      required: ['client_id'],
      issuedAt: true,
      subject: 'client',
      client: ['client_id'],
      scopes: ['scope'],
      roles: ['role', 'roles'],
    },
  })
}
