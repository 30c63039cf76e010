import { gitlab } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindGitlab, behindGitlabOfYourOwn } from '../../examples/issuers/gitlab.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://gitlab.com'

/** What GitLab states of a job beside the path of its project, which marks the token. */
const job = {
  namespace_id: '72',
  namespace_path: 'acme',
  project_id: '22',
  user_id: '42',
  user_login: 'ada',
  user_email: 'ada@acme.com',
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
}
/** The ID token of an application into which a person signed in with GitLab. */
const signIn = {
  ...Object.fromEntries(Object.keys(job).map((name) => [name, undefined])),
  project_path: undefined,
  sub: '42',
  auth_time: 1700000000,
  nickname: 'ada',
  preferred_username: 'ada',
  groups_direct: ['acme'],
}

describePreset(
  'gitlab',
  {
    ...behindGitlab,
    keysAt: `${at}/oauth/discovery/keys`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      typ: 'JWT',
      claims: {
        jti: 'c82e',
        sub: 'project_path:acme/shop:ref_type:branch:ref:main',
        aud: 'https://api.acme.com',
        project_path: 'acme/shop',
        ...job,
      },
    },
  },
  {
    accepted: [
      [
        'the token of a job on a branch',
        {},
        {
          subject: 'project_path:acme/shop:ref_type:branch:ref:main',
          clientId: undefined,
          scopes: [],
        },
      ],
      [
        'a token for several audiences',
        { claims: { aud: ['https://other.test', 'https://api.acme.com'] } },
        { subject: 'project_path:acme/shop:ref_type:branch:ref:main' },
      ],
    ],
    refused: [
      ['the ID token of a person, whatever its audience', 'token-type', { claims: signIn }],
      ['the ID token of an application', 'token-type', { claims: { ...signIn, aud: 'a1b2c3' } }],
      ['a token whose project is no text', 'claims', { claims: { project_path: 7 } }],
      ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      ['a token of another GitLab', 'issuer', { claims: { iss: 'https://gitlab.evil.test' } }],
      ['a token of older versions (CI_JOB_JWT)', 'issuer', { claims: { iss: 'gitlab.com' } }],
      ['a personal access token', 'opaque', { as: () => 'glpat-abcdefghijklmnopqrst' }],
    ],
    hostile: { skip: { ...notRfc9068, 'scope/array': 'scopes may be a list' } },
  },
)

it('gitlab with a url trusts that GitLab alone, with or without a slash at the end', () => {
  expect(behindGitlabOfYourOwn.issuer.issuer).toBe('https://gitlab.acme.com')
  expect(gitlab({ url: 'https://acme.com/gitlab/' }).issuer).toBe('https://acme.com/gitlab')
  expect(gitlab({}).issuer).toBe(at)
})

describeWrongOptions('gitlab', gitlab, {}, [
  ['a url that is undefined', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a host as url', { url: 'gitlab.acme.com' }, /must be a URL, such as/],
  ['a url with a query', { url: 'https://gitlab.acme.com/?a=b' }, /no user name, password, query/],
  [
    'capital letters in the url',
    { url: 'https://Gitlab.acme.com' },
    /must be spelled 'https:\/\/g/,
  ],
])
