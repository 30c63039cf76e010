import { descope } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindDescope, behindDescopeWithAudience } from '../../examples/issuers/descope.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const project = 'P2YuRTmSv8PdoasfasfWiLoBrZP9'
const keysAt = `https://api.descope.com/${project}/.well-known/jwks.json`

/** The session token of a person. */
const claims = {
  sub: 'U2YualoWDiRkFAEpoyOwAEyT07jk',
  aud: undefined,
  amr: ['oauth'],
  drn: 'DS',
  rexp: '2030-01-10T00:57:21Z',
  roles: ['Tenant Admin'],
  permissions: ['User Admin', 'SSO Admin'],
  tenants: { T2: { roles: ['Owner'], permissions: ['Delete'] } },
}
const person = {
  subject: claims.sub,
  clientId: undefined,
  scopes: [],
  roles: ['Tenant Admin'],
  permissions: ['User Admin', 'SSO Admin'],
}
/** The session token that an access key is exchanged for. */
const accessKey = { sub: 'K2abc', amr: undefined, rexp: undefined, roles: ['Job'], permissions: [] }

const refused = [
  ['a refresh token', 'token-type', { claims: { drn: 'DSR' } }],
  ['a token without drn', 'token-type', { claims: { drn: undefined } }],
  ['a token whose drn is a list', 'token-type', { claims: { drn: ['DS'] } }],
  ['a token of another project', 'issuer', { claims: { iss: 'P2Evil' } }],
  ['a token whose aud is null', 'audience', { claims: { aud: null } }],
] as const

/** What the preset weakens of RFC 9068, as its docstring says. */
const projectInstead = 'the project is the audience where nothing names the API'

describePreset(
  'descope',
  { ...behindDescope, keysAt, token: { typ: 'JWT', claims: { ...claims, iss: project } } },
  {
    accepted: [
      ['the session token of a person', {}, person],
      [
        'the session token of an access key',
        { claims: accessKey },
        { subject: 'K2abc', roles: ['Job'], permissions: [] },
      ],
      ['a token that names the project', { claims: { aud: [project] } }, person],
    ],
    refused: [
      ...refused,
      ['a token for another API', 'audience', { claims: { aud: 'https://other.test' } }],
      [
        'a token with a URL as issuer',
        'issuer',
        { claims: { iss: `https://api.descope.com/v1/apps/${project}` } },
      ],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'typ/id-token': 'it keeps drn of the good token: the table has tokens of other kinds',
        'typ/id-token-same-aud': 'it keeps drn of the good token',
        'aud/missing': projectInstead,
        'aud/empty-array': projectInstead,
      },
    },
  },
)

describePreset(
  'descope with a URL as issuer',
  {
    ...behindDescopeWithAudience,
    keysAt,
    token: { typ: 'JWT', claims: { ...claims, aud: ['https://api.acme.com'] } },
  },
  {
    accepted: [
      ['the session token of a person', {}, person],
      [
        'the session token of an access key',
        { claims: { ...accessKey, azp: 'client' } },
        { subject: 'K2abc', clientId: 'client' },
      ],
    ],
    refused: [
      ...refused,
      ['a token without aud', 'audience', { claims: { aud: undefined } }],
      ['a token that names the project alone', 'audience', { claims: { aud: project } }],
      ['an ID token that has drn', 'token-type', { claims: { nonce: 'n' } }],
      ['an ID token by at_hash', 'token-type', { claims: { at_hash: 'h' } }],
      ['a token with the project as issuer', 'issuer', { claims: { iss: project } }],
    ],
    hostile: { skip: notRfc9068 },
  },
)

it('descope fetches the keys of a project from its region, and nothing else', async () => {
  const projectId = 'Peuc12aAc4T2V93bddihGEx2Ryhc8e5Z'
  const issuer = descope({ projectId })
  const { outcomeOf, mint, fetched } = createStage({
    issuer,
    keysAt: `https://api.euc1.descope.com/${projectId}/.well-known/jwks.json`,
    token: { typ: 'JWT', claims },
  })
  expect(await outcomeOf(mint())).toMatchObject({ issuer: projectId })
  expect(fetched).toEqual([issuer.jwksUri])
})

it('descope with the project as issuer is as without', () => {
  expect(descope({ projectId: project, issuer: project })).toEqual(behindDescope.issuer)
})

it('roles of a tenant are no roles of the project', async () => {
  const scene = { ...behindDescope, keysAt, token: { typ: 'JWT', claims } }
  const { outcomeOf, mint } = createStage(scene)
  const change = { claims: { roles: undefined, permissions: undefined } }
  expect(await outcomeOf(mint(change))).toMatchObject({ roles: [], permissions: [] })
})

describeWrongOptions('descope', descope, { projectId: project }, [
  ['no project', { projectId: undefined }, /must be a non-empty string, not undefined/],
  ['a path as project', { projectId: 'a/b' }, /one segment of a URL/],
  ['an issuer that is undefined', { issuer: undefined }, /non-empty string, not undefined/],
  ['another project as issuer', { issuer: 'P2Evil' }, /must be a URL/],
  ['an issuer with a query', { issuer: 'https://a.test/?b' }, /no user name, password, query/],
  ['an audience that is undefined', { audience: undefined }, /non-empty string, not undefined/],
  ['no audience at all', { audience: [] }, /must name at least one/],
])
