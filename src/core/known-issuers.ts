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
