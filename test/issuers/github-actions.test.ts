import { githubActions } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import {
  behindGithubActions,
  behindGithubActionsOfEnterprise,
} from '../../examples/issuers/github-actions.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://token.actions.githubusercontent.com'

/** What GitHub states of a job beside the repository, which marks the token. */
const job = {
  repository_id: '74',
  repository_owner: 'acme',
  repository_owner_id: '65',
  repository_visibility: 'private',
  actor: 'ada',
  actor_id: '12',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  event_name: 'push',
  run_id: '157',
  runner_environment: 'github-hosted',
  workflow: 'deploy',
}

describePreset(
  'githubActions',
  {
    ...behindGithubActions,
    keysAt: `${at}/.well-known/jwks`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: {
      typ: 'JWT',
      claims: {
        jti: 'c9f1',
        sub: 'repo:acme/shop:ref:refs/heads/main',
        aud: 'https://api.acme.com',
        repository: 'acme/shop',
        ...job,
      },
    },
  },
  {
    accepted: [
      [
        'the token of a job on a branch',
        {},
        { subject: 'repo:acme/shop:ref:refs/heads/main', clientId: undefined, scopes: [] },
      ],
      [
        'the token of a job for an environment',
        { claims: { sub: 'repo:acme/shop:environment:live', environment: 'live' } },
        { subject: 'repo:acme/shop:environment:live' },
      ],
    ],
    refused: [
      [
        'a token for the audience that GitHub gives by default',
        'audience',
        { claims: { aud: 'https://github.com/acme' } },
      ],
      ['a token of an enterprise', 'issuer', { claims: { iss: `${at}/acme` } }],
      [
        'a token of a GitHub Enterprise Server',
        'issuer',
        { claims: { iss: 'https://github.acme.com/_services/token' } },
      ],
      [
        'an ID token, which names no repository',
        'token-type',
        { claims: { repository: undefined, repository_id: undefined } },
      ],
      ['a token whose repository is no text', 'claims', { claims: { repository: ['acme/shop'] } }],
      ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      ['a token with at_hash', 'token-type', { claims: { at_hash: 'h' } }],
      [
        'the GITHUB_TOKEN of a job',
        'opaque',
        { as: () => 'ghs_16C7e42F292c6912E7710c838347Ae178B4a' },
      ],
    ],
    hostile: { skip: { ...notRfc9068, 'scope/array': 'scopes may be a list' } },
  },
)

it('githubActions with an enterprise trusts the tokens of that enterprise alone', () => {
  expect(behindGithubActionsOfEnterprise.issuer.issuer).toBe(`${at}/acme`)
  expect(githubActions({}).issuer).toBe(at)
})

describeWrongOptions('githubActions', githubActions, {}, [
  ['an enterprise that is undefined', { enterprise: undefined }, /string, not undefined/],
  ['an empty enterprise', { enterprise: '' }, /must be a non-empty string/],
  ['a path as enterprise', { enterprise: 'acme/evil' }, /one segment of a URL/],
  ['an enterprise that leads up', { enterprise: '..' }, /one segment of a URL/],
])
