import type { IssuerOptions, Profile } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `cognito`. */
export interface CognitoOptions {
  /** The AWS region of the user pool, e.g. `eu-west-1`. */
  region: string
  /** The id of the user pool, which begins with its region: `eu-west-1_Abc123`. */
  userPool: string
  /** The ids of the app clients whose tokens are accepted. */
  clients: string | readonly string[]
  /**
   * How this API is named in `aud` of tokens that are bound to a resource (RFC 8707), e.g.
   * `https://api.acme.com`. Default: none, and tokens that are bound to a resource are refused.
   */
  audience?: string | readonly string[]
  /**
   * Whether the user pool is replicated to other regions: its tokens then have another `iss`.
   * Default: false.
   */
  multiRegion?: boolean
}

const known = {
  region: true,
  userPool: true,
  clients: true,
  audience: true,
  multiRegion: true,
} as const satisfies Record<keyof CognitoOptions, true>

const accessTokens: Profile = {
  types: ['jwt', 'at+jwt'],
  untyped: true,
  accessToken: { claim: 'token_use', is: 'access' },
  issuedAt: true,
  audience: 'client_id',
  client: ['client_id'],
  scopes: ['scope'],
  scopeArray: false,
  roles: ['cognito:groups'],
}

/**
 * Access tokens of one user pool of Amazon Cognito, for people and machines. The groups of a person
 * are the roles.
 *
 * The tokens do not follow RFC 9068: their header has no `typ`, and `aud` is missing unless the
 * client asked for a resource. So they are told from ID tokens by `token_use`, and the client in
 * `client_id` must be one of `clients`, as AWS asks for. RFC 9068 section 4 demands an `aud` that
 * names the API: without resource binding, nothing in a token says for which API it is, and a token
 * that a client of the list obtained for another API passes. So demand a scope of this API on each
 * route.
 *
 * @throws TypeError for a wrong option.
 */
export function cognito(options: CognitoOptions): IssuerOptions {
  const given = presetOptions('cognito', options, known)
  const clients = given.texts('clients')
  const common = { issuer: issuerOf(given), audience: clients, profile: accessTokens }
  if (!given.has('audience')) return frozenIssuer(common)
  const audience = given.texts('audience').filter((one) => !clients.includes(one))
  return frozenIssuer({
    ...common,
    kinds: [
      // A token that names this API must be of one of the clients, too.
      { when: { claim: 'client_id', is: clients }, audience: [...clients, ...audience] },
      { when: { claim: 'token_use', is: 'access' } },
    ],
  })
}

function issuerOf(given: PresetOptions): string {
  const region = given.text('region')
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) {
    given.refuse('region', "must be an AWS region, such as 'eu-west-1'")
  }
  const userPool = given.text('userPool')
  if (!/^[a-z\d-]+_[A-Za-z\d]+$/.test(userPool)) {
    given.refuse('userPool', "must be the id of a user pool, such as '%s_Abc123'", region)
  }
  if (!userPool.startsWith(`${region}_`)) {
    given.refuse('userPool', "is of another region than '%s', the option 'region'", region)
  }
  const isReplicated = given.has('multiRegion') && given.flag('multiRegion')
  const host = `cognito-idp.${region}.amazonaws.com`
  return `https://${isReplicated ? `issuer.${host}` : host}/${userPool}`
}
