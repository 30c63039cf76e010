import { githubActions } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** GitHub Actions. Its ID tokens are made for the API that they name, and are those of jobs. */
export const githubActionsShape: Shape<'enterprise'> = {
  url: 'https://token.actions.githubusercontent.com',
  form: /^https:\/\/token\.actions\.githubusercontent\.com(?:\/(?<enterprise>[^/?#]+))?$/,
  at: ({ url, audience, parts: { enterprise } }) => ({
    issuer: githubActions(enterprise === undefined ? {} : { enterprise }),
    keysAt: `${url}/.well-known/jwks`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: { response_types_supported: ['id_token'], scopes_supported: ['openid'] },
    },
    machine: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        jti: id,
        sub: 'repo:acme/shop:ref:refs/heads/main',
        aud: audience,
        nbf: iat,
        ref: 'refs/heads/main',
        ref_type: 'branch',
        ref_protected: 'true',
        sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
        repository: 'acme/shop',
        repository_id: '74',
        repository_owner: 'acme',
        repository_owner_id: '65',
        repository_visibility: 'private',
        actor: 'ada',
        actor_id: '12',
        event_name: 'push',
        run_id: '157',
        run_number: '10',
        run_attempt: '1',
        runner_environment: 'github-hosted',
        workflow: 'deploy',
        workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
        job_workflow_ref: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
      }),
    },
    // The GITHUB_TOKEN of the job, which a job may send in its place.
    refreshToken: 'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
  }),
}
