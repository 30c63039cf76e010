import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `ory`. */
export interface OryOptions {
  /**
   * The issuer, exactly as tokens have it in `iss`: of a project of Ory Network, e.g.
   * `https://acme.projects.oryapis.com`, its custom domain, or an Ory Hydra of your own. A slash at
   * the end belongs to it: before version 2, Hydra always adds one.
   */
  url: string
}

const known = { url: true } as const satisfies Record<keyof OryOptions, true>

/**
 * Access tokens of Ory Network or of Ory Hydra, for people and machines. State the audience that
 * clients ask for as `audience` of the verifier. The strategy for access tokens must be `jwt`; with
 * `opaque`, which is the first, tokens are refused as such.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and scopes are a list in `scp`. So
 * they are told from ID tokens by `client_id`, which Hydra states in access tokens alone; a token
 * with `rat`, `at_hash` or another sign of an ID token is refused as well. A token of a client that
 * asked for no audience has an empty `aud`, and is refused.
 *
 * What your consent application adds to access tokens is in the claim `ext`: `auth.roles` and
 * `auth.permissions` are `ext.roles` and `ext.permissions`, or else `roles` and `permissions`.
 *
 * @throws TypeError for a wrong option.
 */
export function ory(options: OryOptions): IssuerOptions {
  const given = presetOptions('ory', options, known)
  return frozenIssuer({
    issuer: given.exactUrl('url'),
    kinds: [
      {
        when: { claim: 'client_id' },
        profile: {
          types: ['jwt', 'at+jwt'],
          refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'rat'],
          required: ['client_id', 'jti'],
          issuedAt: true,
          client: ['client_id'],
          scopes: ['scp', 'scope'],
          roles: [['ext', 'roles'], 'roles'],
          permissions: [['ext', 'permissions'], 'permissions'],
        },
      },
    ],
  })
}
