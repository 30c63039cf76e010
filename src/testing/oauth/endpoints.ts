/** The endpoints of OAuth 2.0 and OpenID Connect, as request logs and `issuer.fail()` name them. */
export type OAuthEndpoint =
  | 'authorization'
  | 'token'
  | 'userinfo'
  | 'introspection'
  | 'revocation'
  | 'end-session'

/** The member of the metadata that says where an endpoint is, and the path that it has by default. */
const endpoints: readonly (readonly [name: OAuthEndpoint, member: string, path: string])[] = [
  ['authorization', 'authorization_endpoint', '/authorize'],
  ['token', 'token_endpoint', '/token'],
  ['userinfo', 'userinfo_endpoint', '/userinfo'],
  ['introspection', 'introspection_endpoint', '/introspect'],
  ['revocation', 'revocation_endpoint', '/revoke'],
  ['end-session', 'end_session_endpoint', '/logout'],
]

type Metadata = Readonly<Record<string, unknown>>

/**
 * Which endpoint is at a location, or undefined for none.
 *
 * @param location A URL without its query.
 */
export function locateEndpoint(metadata: Metadata, location: string): OAuthEndpoint | undefined {
  return endpoints.find(([, member]) => metadata[member] === location)?.[0]
}

/** The endpoints that metadata states, without what else it says. */
export function oauthEndpointsIn(metadata: Metadata = {}): Metadata {
  const members = endpoints.map(([, member]) => member)
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => members.includes(name)))
}

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The scopes of OpenID Connect (Core sections 5.4 and 11). No API is asked for them. */
export const openIdScopes: readonly string[] = Object.freeze([
  'openid',
  'profile',
  'email',
  'address',
  'phone',
  'offline_access',
])

/**
 * What the metadata of an issuer in this process says: it has the endpoints that an API asks, and no
 * pages for a browser.
 */
export function apiMetadata(base: string): Metadata {
  const asked = ['token', 'userinfo', 'introspection', 'revocation']
  const members = endpoints.filter(([name]) => asked.includes(name))
  const said = oauthMetadata(base)
  const methods = Object.keys(said).filter((name) => name.endsWith('_auth_methods_supported'))
  const names = [...members.map(([, member]) => member), ...methods]
  return Object.fromEntries(names.map((name) => [name, said[name]]))
}

/** What the metadata says of the endpoints (RFC 8414 section 2, OpenID Connect Discovery). */
export function oauthMetadata(base: string): Metadata {
  const clientMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']
  return {
    ...Object.fromEntries(endpoints.map(([, member, path]) => [member, `${base}${path}`])),
    scopes_supported: openIdScopes,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: [
      'authorization_code',
      'client_credentials',
      'refresh_token',
      tokenExchange,
    ],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    token_endpoint_auth_methods_supported: clientMethods,
    introspection_endpoint_auth_methods_supported: clientMethods,
    revocation_endpoint_auth_methods_supported: clientMethods,
    code_challenge_methods_supported: ['S256'],
    // RFC 9207: the issuer is in the answer, so that a client of several issuers confuses none.
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: false,
    request_parameter_supported: false,
    // Its default is true (OpenID Connect Discovery section 3).
    request_uri_parameter_supported: false,
  }
}
