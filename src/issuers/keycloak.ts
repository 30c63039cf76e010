import type { IssuerOptions, Profile } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `keycloak`. */
export interface KeycloakOptions {
  /**
   * The address of Keycloak as clients reach it, with or without a slash at the end: it begins the
   * `iss` of every token. Versions before 17 have `/auth` in it. An http address needs
   * `allowInsecureLoopback` or `allowInsecureHosts` of the verifier.
   */
  url: string
  /** The realm, as it is spelled in URLs. */
  realm: string
  /**
   * The id of the client that stands for this API. With it, the roles of a token are those of this
   * client alone (`resource_access`), and tokens that were issued to this client need not name the
   * API in `aud`. It also becomes an audience of the API. Default: none, and the roles are those of
   * the realm (`realm_access`).
   */
  client?: string
  /**
   * How tokens name this API in `aud`, as an audience mapper states it. Default: `client`, or the
   * `audience` of the verifier where there is no `client`. Where one of the two is stated, the
   * verifier's does not count.
   */
  audience?: string | readonly string[]
}

const known = {
  url: true,
  realm: true,
  client: true,
  audience: true,
} as const satisfies Record<keyof KeycloakOptions, true>

/**
 * Access tokens of one realm of Keycloak, for people and service accounts.
 *
 * The tokens do not follow RFC 9068: their header says `JWT` (`at+jwt` since version 26, where the
 * client is set so), and before version 25 they have the `nonce` of the sign-in. So they are told
 * from ID, refresh, offline and logout tokens by the claim `typ`, which is `Bearer` in access tokens
 * alone. Without an audience mapper, Keycloak does not name the API in `aud`, or names only its own
 * service `account`: such a token is accepted only if it was issued to `client` (`azp`). RFC 9068
 * section 4 demands an `aud` that names the API: add a mapper of type Audience where you can.
 *
 * Roles are those of `client` alone, or without it those of the realm alone, never the one for the
 * other: a role of the same name elsewhere in the realm opens nothing here.
 *
 * @throws TypeError for a wrong option.
 */
export function keycloak(options: KeycloakOptions): IssuerOptions {
  const given = presetOptions('keycloak', options, known)
  const issuer = `${serverOf(given)}/realms/${given.segment('realm')}`
  const audience = given.has('audience')
    ? given.texts('audience').map(notOfKeycloak('audience'))
    : []
  if (!given.has('client')) {
    return frozenIssuer({
      issuer,
      ...(audience.length > 0 && { audience }),
      profile: accessTokens(['realm_access', 'roles']),
    })
  }
  const client = notOfKeycloak('client')(given.text('client'))
  const profile = accessTokens(['resource_access', client, 'roles'])
  return frozenIssuer({
    issuer,
    audience: [client, ...audience.filter((one) => one !== client)],
    profile,
    kinds: [
      // Only a token of this client may do without a name of the API. If there were one kind for
      // all, a client that is named as an audience is would do as well.
      {
        when: { claim: 'azp', is: client },
        profile: { ...profile, audience: 'azp', otherAudiences: [ownService] },
      },
      { when: bearer },
    ],
  })

  function notOfKeycloak(name: 'client' | 'audience'): (value: string) => string {
    return (value) =>
      value === ownService
        ? given.refuse(
            name,
            "must not be '%s', which is in the tokens of every client: name the client that stands for this API, or the audience of its mapper",
            value,
          )
        : value
  }
}

/** The client that Keycloak's own account pages are. Most tokens of a realm name it in `aud`. */
const ownService = 'account'

/** Keycloak's `typ` is a claim here, beside the `typ` of the header. */
const bearer = { claim: 'typ', is: 'Bearer' } as const

function accessTokens(roles: readonly string[]): Profile {
  return {
    types: ['jwt', 'at+jwt'],
    accessToken: bearer,
    issuedAt: true,
    client: ['azp'],
    scopes: ['scope'],
    scopeArray: false,
    roles: [roles],
  }
}

function serverOf(given: PresetOptions): string {
  const url = given.url('url')
  const server = url.replace(/\/realms(\/.*)?$/, '')
  if (server !== url) {
    given.refuse('url', "must be the address of Keycloak without the realm: write '%s'", server)
  }
  return url
}
