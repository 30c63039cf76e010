import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `gitlab`. */
export interface GitlabOptions {
  /**
   * The address of a GitLab of your own, e.g. `https://gitlab.acme.com`. Default:
   * 'https://gitlab.com'.
   */
  url?: string
}

const known = { url: true } as const satisfies Record<keyof GitlabOptions, true>

/**
 * Tokens of jobs of GitLab CI/CD, which `id_tokens` of a job asks for. State as `audience` of the
 * verifier the `aud` that the job asks for, a name of this API alone.
 *
 * **Every project of the instance can get a token for any audience**, on gitlab.com anybody's. So a
 * good token proves which job of which project calls, and not that it may: check `project_id` or
 * `namespace_id` on every route, such as `requireAuth({ claims: { project_id: '…' } })`.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and they name no client and no scopes.
 * GitLab calls them ID tokens, but they are made for the API that they name. The same issuer gives
 * ID tokens to applications into which people sign in: those have no `project_path`, and are
 * refused, as is a token with `nonce` or another sign of an ID token.
 *
 * @throws TypeError for a wrong option.
 */
export function gitlab(options: GitlabOptions = {}): IssuerOptions {
  const given = presetOptions('gitlab', options, known)
  return frozenIssuer({
    issuer: given.has('url') ? given.url('url') : 'https://gitlab.com',
    kinds: [
      {
        when: { claim: 'project_path' },
        profile: { types: ['jwt'], required: ['project_path'], issuedAt: true },
      },
    ],
  })
}
