import { gitlab } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** GitLab. The tokens of its jobs are made for the API that they name. */
export const gitlabShape: Shape<never> = {
  url: 'https://gitlab.com',
  form: /^https?:\/\/[^?#@]*[^/?#@]$/,
  at: ({ url, audience }) => ({
    issuer: gitlab({ url }),
    keysAt: `${url}/oauth/discovery/keys`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/oauth/authorize`,
        token_endpoint: `${url}/oauth/token`,
        userinfo_endpoint: `${url}/oauth/userinfo`,
        introspection_endpoint: `${url}/oauth/introspect`,
        revocation_endpoint: `${url}/oauth/revoke`,
      },
    },
    machine: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        jti: id,
        sub: 'project_path:acme/shop:ref_type:branch:ref:main',
        aud: audience,
        nbf: iat,
        namespace_id: '72',
        namespace_path: 'acme',
        project_id: '22',
        project_path: 'acme/shop',
        user_id: '42',
        user_login: 'ada',
        user_email: 'ada@example.com',
        pipeline_id: '1212',
        pipeline_source: 'push',
        job_id: '302',
        ref: 'main',
        ref_type: 'branch',
        ref_path: 'refs/heads/main',
        ref_protected: 'true',
        runner_id: 1,
        runner_environment: 'gitlab-hosted',
        sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
      }),
    },
    idToken: {
      typ: 'JWT',
      // An application may be called as the API is, which is what confuses.
      claims: ({ iat }) => ({
        sub: '42',
        aud: audience,
        auth_time: iat,
        name: 'Ada Lovelace',
        nickname: 'ada',
        preferred_username: 'ada',
        groups_direct: ['acme'],
      }),
    },
    // A personal access token, which a job may send in its place.
    refreshToken: 'glpat-abcdefghijklmnopqrst',
  }),
}
