import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `supabase`: either of the two. */
export interface SupabaseOptions {
  /** The id (reference) of the project, e.g. `abcdefghijklmnopqrst`. */
  project?: string
  /**
   * The URL of the project with its custom domain, or of a Supabase of your own, e.g.
   * `https://api.acme.com`. An http URL needs `allowInsecureLoopback` or `allowInsecureHosts` of the
   * verifier.
   */
  url?: string
}

const known = { project: true, url: true } as const satisfies Record<keyof SupabaseOptions, true>

/**
 * Access tokens of Supabase Auth, which people's apps send to APIs, and which its OAuth server gives
 * to applications. The verifier needs no `audience`. The project must sign with an asymmetric key:
 * tokens that are signed with its secret (HS256) are refused, and so are its API keys.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, there are no scopes of an API, and
 * `aud` is `authenticated` in each of them. RFC 9068 section 4 demands an `aud` that names the API:
 * here, a token of one application is good for every API of the project. They are told from ID
 * tokens, whose `aud` is their client, by that `aud` and by `session_id`. People who signed in
 * anonymously have such tokens as well (`is_anonymous`).
 *
 * Roles and permissions are the claims `roles` and `permissions` that a hook adds, or else those in
 * `app_metadata`. People can change their `user_metadata` themselves, so nothing is read from there.
 *
 * @throws TypeError for a wrong option.
 */
export function supabase(options: SupabaseOptions): IssuerOptions {
  const issuer = `${projectOf(presetOptions('supabase', options, known))}/auth/v1`
  return frozenIssuer({
    issuer,
    audience: 'authenticated',
    jwksUri: `${issuer}/.well-known/jwks.json`,
    kinds: [
      {
        when: { claim: 'session_id' },
        profile: {
          types: ['jwt'],
          required: ['session_id', 'role'],
          issuedAt: true,
          client: ['client_id'],
          scopes: [],
          roles: ['roles', ['app_metadata', 'roles']],
          permissions: ['permissions', ['app_metadata', 'permissions']],
        },
      },
    ],
  })
}

function projectOf(given: PresetOptions): string {
  if (given.has('project') === given.has('url')) {
    given.refuse('project', "is needed, or 'url': state exactly one of the two")
  }
  if (given.has('project')) {
    const project = given.text('project')
    if (!/^[a-z\d-]+$/.test(project)) {
      given.refuse('project', "must be the id of a project, such as 'abcdefghijklmnopqrst'")
    }
    return `https://${project}.supabase.co`
  }
  const url = given.url('url')
  const project = url.replace(/\/auth\/v1(\/.*)?$/, '')
  if (project !== url) given.refuse('url', "must be without '/auth/v1': write '%s'", project)
  return url
}
