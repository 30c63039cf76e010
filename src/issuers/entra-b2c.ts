import type { IssuerOptions, Profile } from '../core/exports.ts'
import { tenantId } from './entra-tenant.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `entraB2c`. */
export interface EntraB2cOptions {
  /** The id of the tenant (a GUID). Tokens do not name it by its domain. */
  tenant: string
  /** The user flow or custom policy, spelled as in the portal, e.g. `B2C_1_signin`. */
  policy: string
  /** The host of the `iss` of tokens: `acme.b2clogin.com`, or the custom domain. */
  domain: string
}

const known = { tenant: true, policy: true, domain: true } as const satisfies Record<
  keyof EntraB2cOptions,
  true
>

/** ID tokens have no `scp`. Access tokens of people and of machines have it. */
const accessTokens: Profile = {
  types: ['jwt'],
  accessToken: { claim: 'scp' },
  issuedAt: true,
  client: ['azp'],
  scopes: ['scp'],
  scopeArray: false,
}

/**
 * Access tokens of one user flow or custom policy of Azure AD B2C, for people and machines. State
 * the client id of the API's app registration as `audience` of the verifier.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and they have the `nonce` of the
 * sign-in. So they are told from ID tokens by `scp`. All policies of a tenant have the same `iss`.
 * So a token that names its policy (`tfp`, or `acr` in older policies) must name this one.
 *
 * @throws TypeError for a wrong option.
 */
export function entraB2c(options: EntraB2cOptions): IssuerOptions {
  const given = presetOptions('entraB2c', options, known)
  const tenant = tenantId(given, 'tenant', given.text('tenant'))
  const policy = given.segment('policy')
  if (!given.has('domain')) {
    given.refuse('domain', "is missing: state the host of the 'iss', such as 'acme.b2clogin.com'")
  }
  const at = `https://${given.domain('domain')}/${tenant}`
  // Tokens spell the policy as its author did, or in lower case.
  const spellings = [policy, policy.toLowerCase()]
  return frozenIssuer({
    issuer: `${at}/v2.0/`,
    metadataUrl: `${at}/${policy}/v2.0/.well-known/openid-configuration`,
    kinds: [
      { when: { claim: 'tfp', is: spellings }, profile: accessTokens },
      { when: { claim: 'acr', is: spellings }, profile: accessTokens },
      { when: { claim: 'scp' }, profile: { ...accessTokens, refused: ['tfp', 'acr'] } },
    ],
  })
}
