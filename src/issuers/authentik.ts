import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `authentik`. */
export interface AuthentikOptions {
  /**
   * The address of authentik as clients reach it, with or without a slash at the end: it begins the
   * `iss` of every token.
   */
  url: string
  /** The slug of the application, as it is spelled in URLs. */
  application: string
}

const known = {
  url: true,
  application: true,
} as const satisfies Record<keyof AuthentikOptions, true>

/**
 * Access tokens of one application of authentik, for people and service accounts. State the client
 * id of its provider as `audience` of the verifier.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and their `aud` is the client, which
 * is the audience of ID tokens as well. An access token is the ID token with a few more claims. So
 * they are told from ID tokens by `uid` and `azp`, which authentik adds to access tokens alone: let
 * no scope mapping add both. A token with `nonce` or another sign of an ID token is refused as well:
 * have clients use PKCE and send no nonce.
 *
 * `auth.roles` are the claim `roles` or else `groups`, and `auth.permissions` the entitlements.
 *
 * @throws TypeError for a wrong option.
 */
export function authentik(options: AuthentikOptions): IssuerOptions {
  const given = presetOptions('authentik', options, known)
  return frozenIssuer({
    issuer: `${serverOf(given)}/application/o/${given.segment('application')}/`,
    kinds: [
      {
        when: { claim: 'uid' },
        profile: {
          types: ['jwt'],
          required: ['uid', 'azp'],
          issuedAt: true,
          client: ['azp'],
          scopes: ['scope'],
          scopeArray: false,
          roles: ['roles', 'groups'],
          permissions: ['entitlements'],
        },
      },
    ],
  })
}

function serverOf(given: PresetOptions): string {
  const url = given.url('url')
  const server = url.replace(/\/application\/o(\/.*)?$/, '')
  if (server !== url) {
    given.refuse(
      'url',
      "must be the address of authentik without the application: write '%s'",
      server,
    )
  }
  return url
}
