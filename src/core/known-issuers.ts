/** How known issuers spell their `iss`. This is data: what follows from it is decided elsewhere. */

/** What stands for the tenant in what an issuer publishes for all of its tenants. */
export const tenantPlaceholder = '{tenantid}'

/**
 * The issuer of each cloud of Microsoft Entra ID, as its v1 and as its v2 tokens spell it. One
 * tenant signs both with the same keys, but the keys name the v2 issuer alone.
 */
export const entraClouds: readonly (readonly [v1: string, v2: string])[] = [
  ['https://sts.windows.net/{tenantid}/', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
  // US Government
  ['https://sts.windows.net/{tenantid}/', 'https://login.microsoftonline.us/{tenantid}/v2.0'],
  // China
  [
    'https://sts.chinacloudapi.cn/{tenantid}/',
    'https://login.partner.microsoftonline.cn/{tenantid}/v2.0',
  ],
]

/** An issuer for which `tollgate/issuers` has a preset. */
export interface KnownIssuer {
  /** The call of the preset, with the options that it needs. */
  readonly preset: string
  /**
   * What its `iss` looks like, or what is often taken for it. Custom domains are not recognised. It
   * is compared with what the configuration states, never with what a token says.
   */
  readonly iss: RegExp
  /** Whether the preset says itself how tokens name this API. */
  readonly namesAudience: boolean
}

export const knownIssuers: readonly KnownIssuer[] = [
  {
    preset: 'authgear({ endpoint })',
    iss: /^https:\/\/[\w-]+\.authgear(\.cloud|apps\.com)\/?$/,
    namesAudience: true,
  },
  {
    preset: 'auth0({ domain })',
    iss: /^https:\/\/[\w-]+(\.[\w-]+)?\.auth0\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'okta({ domain, server })',
    iss: /^https:\/\/[\w-]+\.okta(preview|-emea|-gov)?\.com\/oauth2\/[^/]+\/?$/,
    namesAudience: false,
  },
  {
    preset: 'firebase({ projectId, acceptIdTokens: true })',
    iss: /^https:\/\/securetoken\.google\.com\/[^/]+\/?$/,
    namesAudience: true,
  },
  {
    preset: 'googleIap({ audience })',
    iss: /^https:\/\/cloud\.google\.com\/iap\/?$/,
    namesAudience: false,
  },
  {
    preset: 'cloudRun({ audience, acceptIdTokens: true })',
    iss: /^https:\/\/accounts\.google\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'keycloak({ url, realm, client })',
    iss: /^https?:\/\/[^/]+\/([^/]+\/)*realms\/[^/]+\/?$/,
    namesAudience: true,
  },
  {
    preset: 'entra({ tenant, version })',
    iss: /^https:\/\/(sts\.windows\.net|sts\.chinacloudapi\.cn|login(\.partner)?\.microsoftonline\.(com|us|cn))\/[^/]+(\/v2\.0)?\/?$/,
    namesAudience: false,
  },
  {
    preset: 'entraB2c({ tenant, policy, domain })',
    iss: /^https:\/\/[\w-]+\.b2clogin\.com\//,
    namesAudience: false,
  },
  {
    preset: 'cognito({ region, userPool, clients })',
    iss: /^https:\/\/(issuer\.)?cognito-idp\.[a-z\d-]+\.amazonaws\.com\/[^/]+\/?$/,
    namesAudience: true,
  },
  {
    preset: 'adfs({ host })',
    iss: /^https?:\/\/[^/]+\/adfs(\/services\/trust)?\/?$/,
    namesAudience: false,
  },
  {
    preset: 'githubActions({ enterprise })',
    iss: /^https:\/\/token\.actions\.githubusercontent\.com(\/[^/]+)?\/?$/,
    namesAudience: false,
  },
  {
    preset: 'gitlab({ url })',
    iss: /^https:\/\/gitlab\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'kubernetes({ issuer, jwksUri })',
    iss: /^https:\/\/(kubernetes\.default\.svc(\.cluster\.local)?|oidc\.eks\.[\w-]+\.amazonaws\.com\/id\/[^/]+|[\w-]+\.oic\.prod-aks\.azure\.com\/.+|container\.googleapis\.com\/v1\/projects\/.+)\/?$/,
    namesAudience: false,
  },
  {
    preset: 'clerk({ issuer, parties })',
    iss: /^https:\/\/[\w-]+\.clerk\.accounts\.dev\/?$/,
    namesAudience: true,
  },
  {
    preset: 'supabase({ project })',
    iss: /^https:\/\/[\w-]+\.supabase\.co(\/auth\/v1)?\/?$/,
    namesAudience: true,
  },
  {
    preset: 'cloudflareAccess({ team, audience })',
    iss: /^https:\/\/[\w-]+\.cloudflareaccess\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'workos({ clientId })',
    iss: /^https:\/\/api\.workos\.com(\/user_management\/[^/]+)?\/?$/,
    namesAudience: true,
  },
  {
    preset: 'stytch({ projectId })',
    iss: /^(https:\/\/)?stytch\.com\/project-[^/]+\/?$/,
    namesAudience: true,
  },
  {
    preset: 'xsuaa({ url })',
    iss: /^https:\/\/[\w-]+\.authentication\.(cert\.)?[a-z\d-]+\.hana\.ondemand\.com(\/oauth\/token)?\/?$/,
    namesAudience: false,
  },
  {
    preset: 'authentik({ url, application })',
    iss: /^https?:\/\/[^/]+\/([^/]+\/)*application\/o\/[^/]+\/?$/,
    namesAudience: false,
  },
  {
    preset: 'salesforce({ domain })',
    iss: /^https:\/\/[\w-]+(\.[\w-]+)*\.my\.salesforce\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'casdoor({ url })',
    iss: /^https:\/\/[\w-]+\.casdoor\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'oracle({ domain })',
    iss: /^https:\/\/([\w-]+\.)*identity\.oraclecloud\.com(:443)?\/?$/,
    namesAudience: false,
  },
  {
    preset: 'descope({ projectId, issuer, audience })',
    iss: /^https:\/\/api(\.[a-z\d]+)?\.descope\.com\/(v1\/apps\/)?P\w+\/?$/,
    namesAudience: true,
  },
  {
    preset: 'zitadel({ domain })',
    iss: /^https:\/\/[\w-]+\.([a-z\d]+\.)?zitadel\.cloud\/?$/,
    namesAudience: false,
  },
  {
    preset: 'logto({ endpoint })',
    iss: /^https:\/\/[\w-]+\.logto\.app(\/oidc)?\/?$/,
    namesAudience: false,
  },
  {
    preset: 'ory({ url })',
    iss: /^https:\/\/[\w-]+\.projects\.oryapis\.com\/?$/,
    namesAudience: false,
  },
  {
    preset: 'ping({ issuer })',
    iss: /^https:\/\/auth\.pingone\.[a-z.]+\/[^/]+\/as\/?$/,
    namesAudience: false,
  },
  {
    preset: 'wso2({ url })',
    iss: /^https:\/\/api\.asgardeo\.io\/t\/[^/]+(\/oauth2\/token)?\/?$/,
    namesAudience: false,
  },
]
