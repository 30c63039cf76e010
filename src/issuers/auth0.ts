import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `auth0`. */
export interface Auth0Options {
  /** The domain of the tenant, e.g. `acme.eu.auth0.com`, or its custom domain. */
  domain: string
  /**
   * The claim in which an Action of the tenant states the roles of a person, e.g.
   * `https://acme.com/roles`. Default: 'roles'.
   */
  roles?: string
}

const known = { domain: true, roles: true } as const satisfies Record<keyof Auth0Options, true>

/**
 * Access tokens of an Auth0 tenant, for people and machines, in both dialects that an API can have
 * at Auth0: its own, and RFC 9068. State the identifier of the API as `audience` of the verifier.
 * Where the API has "Add Permissions in the Access Token", they are `auth.permissions`.
 *
 * Auth0's own dialect does not follow RFC 9068: the type in the header is `JWT`, as in ID tokens, and
 * the client is named by `azp`. Its access tokens are told from ID tokens by `azp`, which ID tokens
 * of Auth0 do not have; a token with `nonce` or another sign of an ID token is refused as well.
 * Tokens without `azp` are measured by RFC 9068.
 *
 * @throws TypeError for a wrong option.
 */
export function auth0(options: Auth0Options): IssuerOptions {
  const given = presetOptions('auth0', options, known)
  const common = {
    issuedAt: true,
    scopes: ['scope'],
    scopeArray: false,
    roles: [given.has('roles') ? given.text('roles') : 'roles'],
    permissions: ['permissions'],
  }
  return frozenIssuer({
    // With the slash, as Auth0 states it in `iss`.
    issuer: `https://${given.domain('domain')}/`,
    kinds: [
      {
        when: { claim: 'azp' },
        profile: { ...common, types: ['jwt', 'at+jwt'], required: ['azp'], client: ['azp'] },
      },
      {
        when: { claim: 'client_id' },
        profile: {
          ...common,
          types: ['at+jwt'],
          required: ['client_id', 'jti'],
          client: ['client_id'],
        },
      },
    ],
  })
}
