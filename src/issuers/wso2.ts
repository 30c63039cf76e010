import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `wso2`. */
export interface Wso2Options {
  /**
   * The address of the Identity Server, e.g. `https://is.acme.com`, with the tenant if there is one
   * (`https://is.acme.com/t/shop`), or of an organization of Asgardeo
   * (`https://api.asgardeo.io/t/acme`). A slash at the end is left out.
   */
  url: string
}

const known = { url: true } as const satisfies Record<keyof Wso2Options, true>

/**
 * Access tokens of WSO2 Identity Server or of Asgardeo, for people and machines. State the client id
 * of the application as `audience` of the verifier, or an audience that is added to its tokens. At
 * WSO2, the application must have JWT as the type of its access tokens; without it, its tokens are
 * opaque, and refused as such.
 *
 * The tokens of older versions do not follow RFC 9068: their header has no `typ`, and the client is
 * named `azp`. So access tokens are told from ID tokens and from the subject tokens of
 * impersonation by `aut`, the kind of user, which access tokens alone have; a token with `nonce` or
 * another sign of an ID token is refused as well. `aud` is the application and not the API, unless
 * one is added: RFC 9068 section 4 demands the API. So demand a scope of this API on each route.
 *
 * `auth.roles` are the claim `roles`, or else `groups`, where the application has such an attribute.
 *
 * @throws TypeError for a wrong option.
 */
export function wso2(options: Wso2Options): IssuerOptions {
  const given = presetOptions('wso2', options, known)
  const url = given.url('url')
  const server = url.replace(/\/oauth2(\/.*)?$/, '')
  if (server !== url) {
    given.refuse('url', "must be the address without '/oauth2': write '%s'", server)
  }
  return frozenIssuer({
    issuer: `${server}/oauth2/token`,
    kinds: [
      {
        when: { claim: 'aut' },
        profile: {
          types: ['at+jwt', 'jwt'],
          untyped: true,
          refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'may_act'],
          required: ['jti'],
          issuedAt: true,
          client: ['client_id', 'azp'],
          scopes: ['scope'],
          scopeArray: false,
          roles: ['roles', 'groups'],
        },
      },
    ],
  })
}
