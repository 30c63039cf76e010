import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `oracle`. */
export interface OracleOptions {
  /**
   * The host of the identity domain (Domain URL), e.g.
   * `idcs-7e70daa81c094dcc98776e4ee48be3d1.identity.oraclecloud.com`.
   */
  domain: string
  /**
   * The exact `iss` of the tokens, where the domain states another one. Default:
   * `https://identity.oraclecloud.com/`, which is the same for every domain.
   */
  issuer?: string
}

const known = { domain: true, issuer: true } as const satisfies Record<keyof OracleOptions, true>

/** The issuer that every identity domain names. */
const everyDomain = 'https://identity.oraclecloud.com/'

/**
 * Access tokens of one identity domain of Oracle Cloud (Oracle Identity Cloud Service before), for
 * people and machines. State the primary audience of the resource application as `audience` of the
 * verifier.
 *
 * The tokens do not follow RFC 9068: their header has no `typ`, or `JWT`. So they are told from ID
 * tokens by `tok_type`, which is `AT`. Their `iss` is the same for every domain of Oracle, and only
 * the keys tell whose tokens they are: a verifier can trust one domain alone. `auth.roles` are the
 * custom claim `roles` or else `groups`, where the domain has such a claim.
 *
 * @throws TypeError for a wrong option.
 */
export function oracle(options: OracleOptions): IssuerOptions {
  const given = presetOptions('oracle', options, known)
  return frozenIssuer({
    issuer: given.has('issuer') ? given.exactUrl('issuer') : everyDomain,
    metadataUrl: `https://${domainOf(given)}/.well-known/openid-configuration`,
    profile: {
      types: ['jwt', 'at+jwt'],
      untyped: true,
      accessToken: { claim: 'tok_type', is: 'AT' },
      required: ['client_id'],
      issuedAt: true,
      client: ['client_id'],
      scopes: ['scope'],
      scopeArray: false,
      roles: ['roles', 'groups'],
    },
  })
}

function domainOf(given: PresetOptions): string {
  const domain = given.domain('domain')
  return domain === 'identity.oraclecloud.com'
    ? given.refuse(
        'domain',
        "must be your own domain, such as 'idcs-0123456789abcdef.identity.oraclecloud.com'",
      )
    : domain
}
