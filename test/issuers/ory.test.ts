import { ory } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindHydra, behindOry } from '../../examples/issuers/ory.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const at = 'https://acme.projects.oryapis.com'
const claims = {
  sub: 'foo@acme.com',
  aud: ['https://api.acme.com'],
  client_id: 'web',
  ext: { roles: ['clerk'], permissions: ['orders:read'] },
  jti: '3fe11e9f-3ab2-4e5b-a739-2a47fd9547bb',
  nbf: 1,
  scp: ['openid', 'orders.read'],
}
/** An ID token of the same sign-in. */
const idToken = {
  aud: ['web'],
  client_id: undefined,
  ext: undefined,
  scp: undefined,
  at_hash: 'IynRuB7C5UrBH3juxLueOg',
  auth_time: 1552620618,
  rat: 1552620612,
}

describePreset(
  'ory',
  {
    ...behindOry,
    keysAt: `${at}/.well-known/jwks.json`,
    metadata: { at: `${at}/.well-known/openid-configuration`, says: { issuer: at } },
    token: { typ: 'JWT', claims },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        {
          subject: 'foo@acme.com',
          clientId: 'web',
          scopes: ['openid', 'orders.read'],
          roles: ['clerk'],
          permissions: ['orders:read'],
        },
      ],
      [
        'the access token of a machine',
        { claims: { sub: 'job', client_id: 'job', ext: {}, scp: ['jobs.run'] } },
        { subject: 'job', clientId: 'job', scopes: ['jobs.run'], roles: [], permissions: [] },
      ],
      [
        'scopes as a text',
        { claims: { scp: undefined, scope: 'orders.read' } },
        { scopes: ['orders.read'] },
      ],
      [
        'roles and permissions at the top level',
        { claims: { ext: undefined, roles: ['a'], permissions: ['b'] } },
        { roles: ['a'], permissions: ['b'] },
      ],
    ],
    refused: [
      ['an ID token', 'token-type', { claims: idToken }],
      ['an ID token that names the API', 'token-type', { claims: { ...idToken, aud: claims.aud } }],
      [
        'an ID token that the consent application gave a client_id',
        'token-type',
        { claims: { at_hash: undefined, rat: 1552620612 } },
      ],
      ['a token without client_id', 'token-type', { claims: { client_id: undefined } }],
      ['a token of a client that asked for no audience', 'audience', { claims: { aud: [] } }],
      ['a token of another project', 'issuer', { claims: { iss: at.replace('acme', 'evil') } }],
      [
        'an opaque access token',
        'opaque',
        { as: () => 'ory_at_8s7m6Fh2kQv1dKf.wLzRtYp0uGcMeJaOiXb6S3n' },
      ],
    ],
    hostile: {
      skip: {
        'typ/jwt': notRfc9068['typ/jwt'],
        'scope/array': 'the issuer has its scopes in scp',
        'scope/object': 'the issuer has its scopes in scp',
      },
    },
  },
)

it('ory takes the slash at the end of an issuer as a part of it', async () => {
  const { issuer } = behindHydra.issuer
  expect(issuer).toBe('https://hydra.acme.com/')
  const { outcomeOf, mint } = createStage({
    ...behindHydra,
    keysAt: `${issuer}.well-known/jwks.json`,
    metadata: { at: `${issuer}.well-known/openid-configuration`, says: { issuer } },
    token: { typ: 'JWT', claims },
  })
  expect(await outcomeOf(mint())).toMatchObject({ issuer, subject: 'foo@acme.com' })
  expect(await outcomeOf(mint({ claims: { iss: 'https://hydra.acme.com' } }))).toBe('issuer')
})

describeWrongOptions('ory', ory, { url: at }, [
  ['no URL', { url: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as URL', { url: 'acme.projects.oryapis.com' }, /must be a URL/],
  ['a URL with a query', { url: `${at}?a` }, /no user name, password, query or fragment/],
  ['capital letters in the host', { url: 'https://Hydra.acme.com/' }, /must be spelled 'https:/],
])
