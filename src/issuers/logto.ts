import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `logto`. */
export interface LogtoOptions {
  /**
   * The endpoint of the tenant, e.g. `https://acme.logto.app`, or its custom domain. A slash at the
   * end is left out.
   */
  endpoint: string
}

const known = { endpoint: true } as const satisfies Record<keyof LogtoOptions, true>

/**
 * Access tokens of a tenant of Logto, for people and machines. State the indicator of the API
 * resource as `audience` of the verifier. A token that was asked for without a resource is opaque,
 * and refused as such.
 *
 * The tokens follow RFC 9068. Their scopes are the permissions that the roles of the caller give,
 * and so `auth.permissions` are the scopes as well. Tokens state no roles, unless a custom claim of
 * yours, `roles`, does. A token that was asked for with an organization names it in the claim
 * `organization_id`, and its scopes are good in that organization alone: compare it.
 *
 * @throws TypeError for a wrong option.
 */
export function logto(options: LogtoOptions): IssuerOptions {
  const given = presetOptions('logto', options, known)
  const url = given.url('endpoint')
  const endpoint = url.replace(/\/oidc$/, '')
  if (endpoint !== url) {
    given.refuse('endpoint', "must be the address of the tenant alone: write '%s'", endpoint)
  }
  return frozenIssuer({
    issuer: `${endpoint}/oidc`,
    profile: {
      types: ['at+jwt'],
      required: ['client_id', 'jti'],
      issuedAt: true,
      client: ['client_id'],
      scopes: ['scope'],
      scopeArray: false,
      permissions: ['scope'],
    },
  })
}
