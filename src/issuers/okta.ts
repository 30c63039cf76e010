import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `okta`. */
export interface OktaOptions {
  /** The domain of the organisation, e.g. `acme.okta.com`, or its custom domain. */
  domain: string
  /**
   * The id of the custom authorization server. Default: 'default', which Okta makes for a new
   * organisation.
   */
  server?: string
}

const known = { domain: true, server: true } as const satisfies Record<keyof OktaOptions, true>

/**
 * Access tokens of a custom authorization server of Okta, for people and machines. State the
 * audience of that server as `audience` of the verifier (Okta's own default is `api://default`).
 *
 * The tokens do not follow RFC 9068: their header has no `typ`, `client_id` is named `cid`, and
 * scopes are a list in `scp`. So they are told from ID tokens by `cid`, which Okta states in access
 * tokens alone; a token with `idp`, `nonce` or another sign of an ID token is refused as well.
 * `auth.roles` are the claim `roles` or else `groups`, where the server has such a claim. Tokens of
 * the organisation itself (`https://acme.okta.com` without `/oauth2/…`) cannot be accepted: their
 * keys are not published.
 *
 * @throws TypeError for a wrong option.
 */
export function okta(options: OktaOptions): IssuerOptions {
  const given = presetOptions('okta', options, known)
  const server = given.has('server') ? given.segment('server') : 'default'
  return frozenIssuer({
    issuer: `https://${given.domain('domain')}/oauth2/${server}`,
    kinds: [
      {
        when: { claim: 'cid' },
        profile: {
          types: ['jwt', 'at+jwt'],
          untyped: true,
          refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'idp'],
          required: ['cid'],
          issuedAt: true,
          client: ['cid'],
          scopes: ['scp'],
          roles: ['roles', 'groups'],
        },
      },
    ],
  })
}
