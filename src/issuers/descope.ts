import type { IssuerOptions, Profile } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `descope`. */
export interface DescopeOptions {
  /** The id of the project, which begins with `P`. */
  projectId: string
  /**
   * The `iss` of tokens, where the project states a URL, e.g. `https://api.descope.com/v1/apps/P…`.
   * Such tokens must have an `aud`. Default: `projectId`, as Descope has it at first.
   */
  issuer?: string
  /**
   * How tokens that have an `aud` name this API in it, e.g. `https://api.acme.com`. One or several;
   * a match of any is enough. Default: `projectId`.
   */
  audience?: string | readonly string[]
}

const known = {
  projectId: true,
  issuer: true,
  audience: true,
} as const satisfies Record<keyof DescopeOptions, true>

/** Descope's name for the kind of a token: `DS` for a session token, `DSR` for a refresh token. */
const sessionToken = { claim: 'drn', is: 'DS' } as const

const accessTokens: Profile = {
  types: ['jwt', 'at+jwt'],
  issuedAt: true,
  client: ['azp', 'client_id'],
  scopes: ['scope'],
  scopeArray: false,
  roles: ['roles'],
  permissions: ['permissions'],
}

/**
 * Session tokens of a Descope project, for people and for access keys, which are its machines. The
 * verifier needs no `audience`.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and they have no client and no scopes.
 * They are told from refresh tokens by `drn`. As Descope issues them at first, they have no `aud`
 * either, which RFC 9068 section 4 demands, and then they are good for every API of the project. So
 * demand a role or permission on each route. With `issuer`, tokens without `aud` are refused: under
 * a URL as `iss`, Descope issues ID tokens as well.
 *
 * `auth.roles` and `auth.permissions` are those of the project. Those of its tenants are in
 * `auth.claims.tenants`, and count nowhere.
 *
 * @throws TypeError for a wrong option.
 */
export function descope(options: DescopeOptions): IssuerOptions {
  const given = presetOptions('descope', options, known)
  const projectId = given.segment('projectId')
  const audience = given.has('audience') ? given.texts('audience') : [projectId]
  const jwksUri = `${serverOf(projectId)}/${projectId}/.well-known/jwks.json`
  const issuer = given.has('issuer') ? issuerOf(given) : projectId
  if (issuer !== projectId) {
    return frozenIssuer({
      issuer,
      audience,
      jwksUri,
      // Without a mark in the profile, the signs of an ID token stay in force.
      kinds: [{ when: sessionToken, profile: accessTokens }],
    })
  }
  return frozenIssuer({
    issuer,
    audience: [...new Set([projectId, ...audience])],
    jwksUri,
    profile: { ...accessTokens, accessToken: sessionToken, audience: 'iss' },
  })
}

function issuerOf(given: PresetOptions): string {
  const issuer = given.text('issuer')
  return issuer === given.text('projectId') ? issuer : given.exactUrl('issuer')
}

/** The id of a project outside the first region has the region after its first letter. */
function serverOf(projectId: string): string {
  const region = /^P([a-z\d]{4})\w{27,}$/.exec(projectId)?.[1]
  return region === undefined ? 'https://api.descope.com' : `https://api.${region}.descope.com`
}
