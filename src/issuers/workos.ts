import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `workos`. */
export interface WorkosOptions {
  /** The client id of the environment or application, e.g. `client_01HXYZ…`. */
  clientId: string
  /**
   * How tokens name this API in `aud`, where the JWT template of the environment gives them one.
   * Default: none, and tokens with `aud` are refused.
   */
  audience?: string | readonly string[]
  /**
   * The custom domain of the Authentication API, e.g. `auth.acme.com`, which is then in `iss`.
   * Default: 'api.workos.com'.
   */
  domain?: string
}

const known = { clientId: true, audience: true, domain: true } as const satisfies Record<
  keyof WorkosOptions,
  true
>

/**
 * Access tokens of people who signed in with AuthKit of WorkOS. Its roles and permissions are those
 * in the organisation that the session is for (`org_id`): check that too, where you have several.
 *
 * The tokens do not follow RFC 9068: they have no scopes, the type `JWT` or none, and no `aud` that
 * names an API, as RFC 9068 section 4 demands, unless a JWT template adds it. Without `aud`, the
 * client id in `iss` takes its place: a token is then good for every API of this environment. They
 * are told from other tokens by `sid`, the session. Tokens of machines and of MCP clients (WorkOS
 * Connect) have another `iss`: name the AuthKit domain as an issuer of its own for those.
 *
 * @throws TypeError for a wrong option.
 */
export function workos(options: WorkosOptions): IssuerOptions {
  const given = presetOptions('workos', options, known)
  const clientId = given.segment('clientId')
  const domain = given.has('domain') ? given.domain('domain') : 'api.workos.com'
  const issuer = `https://${domain}/user_management/${clientId}`
  return frozenIssuer({
    issuer,
    audience: [issuer, ...(given.has('audience') ? given.texts('audience') : [])],
    jwksUri: `https://api.workos.com/sso/jwks/${clientId}`,
    profile: {
      types: ['jwt'],
      untyped: true,
      accessToken: { claim: 'sid' },
      required: ['sid'],
      issuedAt: true,
      audience: 'iss',
      client: ['client_id'],
    },
  })
}
