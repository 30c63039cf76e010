import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `xsuaa`. */
export interface XsuaaOptions {
  /**
   * The member `url` of the service binding, e.g.
   * `https://acme.authentication.eu10.hana.ondemand.com`: it begins with the subdomain of one
   * subaccount.
   */
  url: string
}

const known = { url: true } as const satisfies Record<keyof XsuaaOptions, true>

/**
 * Access tokens of XSUAA (SAP Authorization and Trust Management Service), for people and machines
 * of one subaccount. State the member `xsappname` of the service binding as `audience` of the
 * verifier, and not the client id. The role collections of a person are the roles.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and scopes are a list. So they are
 * told from ID tokens by `ext_attr`, which no published ID token has, and a token with `nonce`,
 * `amr`, `acr` or another sign of an ID token is refused as well. ID tokens have the client id
 * alone as their audience, and access tokens the `xsappname` too, where they have a scope of the
 * application.
 *
 * @throws TypeError for a wrong option.
 */
export function xsuaa(options: XsuaaOptions): IssuerOptions {
  const url = urlOf(presetOptions('xsuaa', options, known))
  return frozenIssuer({
    issuer: `${url}/oauth/token`,
    jwksUri: `${url}/token_keys`,
    kinds: [
      {
        when: { claim: 'ext_attr' },
        profile: {
          types: ['jwt'],
          // What ID tokens and refresh tokens of UAA have, on which XSUAA is built.
          refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'amr', 'acr', 'granted_scopes'],
          required: ['cid'],
          issuedAt: true,
          client: ['cid'],
          scopes: ['scope'],
          roles: [['xs.system.attributes', 'xs.rolecollections']],
        },
      },
    ],
  })
}

function urlOf(given: PresetOptions): string {
  const url = given.url('url')
  const binding = url.replace(/\/(oauth\/token|token_keys)$/, '')
  if (binding !== url) {
    given.refuse('url', "must be the member 'url' of the service binding: write '%s'", binding)
  }
  return url
}
