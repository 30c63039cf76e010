import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `salesforce`. */
export interface SalesforceOptions {
  /** The domain of the organisation (My Domain), e.g. `acme.my.salesforce.com`. */
  domain: string
}

const known = { domain: true } as const satisfies Record<keyof SalesforceOptions, true>

/**
 * Access tokens of one organisation of Salesforce that are JWTs. Salesforce gives opaque ones unless
 * the app is set to give JWTs. State what they have in `aud` as `audience` of the verifier.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and scopes are in `scp`. So they are
 * told from ID tokens by `mty`, which is `oauth`; a token with `nonce` or another sign of an ID
 * token is refused as well. RFC 9068 section 4 demands an `aud` that names the API: Salesforce puts
 * its own address there, so that a token which any app obtained for Salesforce passes here as well.
 * So demand a scope of this API on each route, or check `auth.clientId`.
 *
 * @throws TypeError for a wrong option.
 */
export function salesforce(options: SalesforceOptions): IssuerOptions {
  return frozenIssuer({
    issuer: `https://${domainOf(presetOptions('salesforce', options, known))}`,
    kinds: [
      {
        when: { claim: 'mty', is: 'oauth' },
        profile: {
          types: ['jwt'],
          required: ['client_id'],
          issuedAt: true,
          client: ['client_id'],
          scopes: ['scp'],
          scopeArray: false,
        },
      },
    ],
  })
}

function domainOf(given: PresetOptions): string {
  const domain = given.domain('domain')
  if (/^(login|test)\.salesforce\.com$/.test(domain)) {
    given.refuse('domain', "must be your own domain, such as 'acme.my.salesforce.com'")
  }
  const [, name] = /^(.+)\.lightning\.force\.com$/.exec(domain) ?? []
  return name === undefined
    ? domain
    : given.refuse(
        'domain',
        "is the domain of the pages, which is in no token: write '%s'",
        `${name}.my.salesforce.com`,
      )
}
