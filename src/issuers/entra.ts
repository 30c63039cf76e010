import type { IssuerOptions, IssuerResolver, Profile } from '../core/exports.ts'
import { entraClouds, tenantPlaceholder } from '../core/known-issuers.ts'
import { tenantForm, tenantId } from './entra-tenant.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** What tokens of all tenants have in common. */
interface CommonOptions {
  /**
   * The version of the access tokens, which the API's app registration states
   * (`requestedAccessTokenVersion`, where null means 'v1'), whatever endpoint the client asks.
   * Default: 'v2'.
   */
  version?: 'v1' | 'v2'
  /** The cloud in which the tenant is. Default: 'global'. */
  cloud?: 'global' | 'usGovernment' | 'china'
}

/** Options of `entra`. */
export interface EntraOptions extends CommonOptions {
  /** The id of the tenant (a GUID). Tokens do not name it by its domain. */
  tenant: string
}

/** Options of `entra` for several tenants. */
export interface EntraTenantsOptions<T extends readonly string[] | 'any'> extends CommonOptions {
  /** The ids of the tenants (GUIDs), or 'any' for every tenant and every personal account. */
  tenants: T
}

const known = { tenant: true, tenants: true, version: true, cloud: true } as const satisfies Record<
  keyof EntraOptions | keyof EntraTenantsOptions<'any'>,
  true
>

/**
 * Access tokens of Microsoft Entra ID, for people and machines. State the API as `audience` of the
 * verifier: in v2 tokens it is the client id of the API's app registration, in v1 tokens its
 * Application ID URI (`api://…`) or that id, as the client asked for it.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and the client is in `azp` (v1:
 * `appid`). ID tokens look much like them, and where API and client are one app registration even
 * have the same `aud`. So a token must have `azp` (`appid`) and either `scp` or `roles`; ID tokens
 * have neither `azp` nor `scp`. A token of a machine that was given no role is refused, too: any
 * app of the tenant obtains such a token.
 *
 * The subject is `sub`, which is different for each app; `oid` in the claims is the same in all apps
 * of the tenant.
 *
 * @returns The options of the issuer. With `tenants`, a list of them, to spread into `issuer`. With
 * `tenants: 'any'`, an issuer resolver, which must stand alone; check the tenant (`tid`) yourself.
 * @throws TypeError for a wrong option.
 */
export function entra(options: EntraOptions): IssuerOptions
export function entra(options: EntraTenantsOptions<'any'>): IssuerResolver
export function entra(options: EntraTenantsOptions<readonly string[]>): readonly IssuerOptions[]
export function entra(
  options: EntraOptions | EntraTenantsOptions<readonly string[] | 'any'>,
): IssuerOptions | readonly IssuerOptions[] | IssuerResolver {
  const given = presetOptions('entra', options, known)
  if (given.has('tenant') && given.has('tenants')) {
    given.refuse('tenants', "excludes 'tenant': keep one of the two")
  }
  const cloud = cloudOf(given)
  if (!given.has('tenants')) return issuerOf(tenantId(given, 'tenant', given.text('tenant')), cloud)
  if (given.value('tenants') === 'any') return anyTenant(cloud)
  return Object.freeze(
    given.texts('tenants').map((one) => issuerOf(tenantId(given, 'tenants', one), cloud)),
  )
}

/** Where the tokens of one version come from in one cloud. */
interface Cloud {
  readonly version: 'v1' | 'v2'
  /** The `iss` of tokens, with a placeholder for the tenant. */
  readonly template: string
  /** What metadata and keys of all versions are under. */
  readonly login: string
}

const clouds = ['global', 'usGovernment', 'china'] as const

function cloudOf(given: PresetOptions): Cloud {
  const version = oneOf(given, 'version', ['v2', 'v1'] as const)
  const name = oneOf(given, 'cloud', clouds)
  const [v1, v2] = entraClouds[clouds.indexOf(name)] as (typeof entraClouds)[number]
  return { version, template: version === 'v1' ? v1 : v2, login: new URL(v2).origin }
}

/** The value of an option that has one of these, of which the first is the default. */
function oneOf<T extends string>(
  given: PresetOptions,
  name: string,
  values: readonly [T, ...T[]],
): T {
  if (!given.has(name)) return values[0]
  const value = given.value(name) as T
  if (values.includes(value)) return value
  return given.refuse(name, `must be one of ${values.map((one) => `'${one}'`).join(', ')}`)
}

function issuerOf(tenant: string, { version, template, login }: Cloud): IssuerOptions {
  return frozenIssuer({
    issuer: inTemplate(template, tenant),
    // The metadata of v2 is under the issuer. That of v1 is not, by Microsoft's documentation.
    ...(version === 'v1' && {
      metadataUrl: `${login}/${tenant}/.well-known/openid-configuration`,
    }),
    ...accessTokens(version),
  })
}

/**
 * Keys come from the place for all tenants, so that a tenant that somebody invented costs one fetch
 * and is refused like any token without a known key. A key for one tenant alone says so, and never
 * serves another.
 */
function anyTenant({ version, template, login }: Cloud): IssuerResolver {
  const jwksUri = `${login}/common/discovery/${version === 'v2' ? 'v2.0/' : ''}keys`
  const start = template.indexOf(tenantPlaceholder)
  return (iss) => {
    const tenant = iss.slice(start, start + 36)
    if (!tenantForm.test(tenant) || iss !== inTemplate(template, tenant)) return undefined
    return frozenIssuer({ issuer: iss, jwksUri, ...accessTokens(version) })
  }
}

function inTemplate(template: string, tenant: string): string {
  return template.split(tenantPlaceholder).join(tenant)
}

function accessTokens(version: 'v1' | 'v2'): Pick<IssuerOptions, 'kinds'> {
  const client = version === 'v1' ? 'appid' : 'azp'
  const profile: Profile = {
    types: ['jwt'],
    accessToken: { claim: client },
    issuedAt: true,
    client: [client],
    scopes: ['scp'],
    scopeArray: false,
    roles: ['roles'],
  }
  return {
    kinds: [
      { when: { claim: 'scp' }, profile },
      // ID tokens may have roles. A machine has no name, which nearly all ID tokens have.
      { when: { claim: 'roles' }, profile: { ...profile, refused: namesOfPeople } },
    ],
  }
}

const namesOfPeople = ['preferred_username', 'unique_name', 'upn', 'email']
