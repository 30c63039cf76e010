import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `zitadel`. */
export interface ZitadelOptions {
  /** The domain of the instance, e.g. `acme-a1b2c3.zitadel.cloud`, or its custom domain. */
  domain: string
}

const known = { domain: true } as const satisfies Record<keyof ZitadelOptions, true>

/**
 * Access tokens of an instance of Zitadel, for people and service accounts. State the id of the
 * project as `audience` of the verifier. At Zitadel, the application must have JWT as the type of
 * its access tokens; without it, its tokens are opaque, and refused as such.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and the client is missing or named
 * `azp`. ID tokens name the project in `aud` as well, so access tokens are told from them by `jti`,
 * which they alone have, and by `auth_time`, `amr`, `at_hash` and `nonce`, which they never have.
 *
 * Zitadel states roles as an object, whose keys they are, and not as a list: `auth.roles` is empty,
 * unless an action of yours adds the claim `roles`.
 *
 * @throws TypeError for a wrong option.
 */
export function zitadel(options: ZitadelOptions): IssuerOptions {
  const given = presetOptions('zitadel', options, known)
  return frozenIssuer({
    issuer: `https://${given.domain('domain')}`,
    profile: {
      types: ['jwt', 'at+jwt'],
      refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'auth_time', 'amr'],
      required: ['jti'],
      issuedAt: true,
      client: ['client_id', 'azp'],
      scopes: ['scope'],
      scopeArray: false,
    },
  })
}
