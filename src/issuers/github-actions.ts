import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `githubActions`. */
export interface GithubActionsOptions {
  /**
   * The slug of the enterprise, where its tokens have the slug in `iss`. Default: none, and the
   * tokens of all repositories on github.com are meant but for those of such enterprises.
   */
  enterprise?: string
}

const known = { enterprise: true } as const satisfies Record<keyof GithubActionsOptions, true>

/**
 * Tokens of jobs of GitHub Actions, which a job with `id-token: write` asks for. State as `audience`
 * of the verifier what the job asks for, a name of this API alone: GitHub's own default is the same
 * for every API.
 *
 * **Every repository on GitHub can get a token for any audience.** So a good token proves which job
 * of which repository calls, and not that it may: check `repository_id` or `repository_owner_id` on
 * every route, such as `requireAuth({ claims: { repository_id: '…' } })`.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and they name no client and no scopes.
 * GitHub calls them ID tokens, but they are made for the API that they name. They are told by the
 * claim `repository`; a token with `nonce` or another sign of an ID token is refused as well.
 *
 * @throws TypeError for a wrong option.
 */
export function githubActions(options: GithubActionsOptions = {}): IssuerOptions {
  const given = presetOptions('githubActions', options, known)
  const enterprise = given.has('enterprise') ? `/${given.segment('enterprise')}` : ''
  return frozenIssuer({
    issuer: `https://token.actions.githubusercontent.com${enterprise}`,
    kinds: [
      {
        when: { claim: 'repository' },
        profile: { types: ['jwt'], required: ['repository'], issuedAt: true },
      },
    ],
  })
}
