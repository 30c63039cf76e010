import { supabase } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindSupabase, behindSupabaseOfYourOwn } from '../../examples/issuers/supabase.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const project = 'abcdefghijklmnopqrst'
const at = `https://${project}.supabase.co/auth/v1`
const person = '123e4567-e89b-12d3-a456-426614174000'

const claims = {
  sub: person,
  aud: 'authenticated',
  role: 'authenticated',
  aal: 'aal1',
  session_id: '7b7c5b5e-6b0e-4a0e-9f0e-0a1b2c3d4e5f',
  email: 'ada@acme.com',
  phone: '',
  is_anonymous: false,
  amr: [{ method: 'password', timestamp: 1700000000 }],
  app_metadata: { provider: 'email', roles: ['clerk'] },
  user_metadata: { roles: ['admin'], permissions: ['all'] },
}
const noSession = {
  session_id: undefined,
  aal: undefined,
  role: undefined,
  is_anonymous: undefined,
}

describePreset(
  'supabase',
  {
    ...behindSupabase,
    keysAt: `${at}/.well-known/jwks.json`,
    alg: 'ES256',
    token: { typ: 'JWT', claims },
  },
  {
    accepted: [
      [
        'the access token of a person, with roles of app_metadata and none of user_metadata',
        {},
        { subject: person, clientId: undefined, scopes: [], roles: ['clerk'], permissions: [] },
      ],
      [
        'roles and permissions that a hook added',
        { claims: { roles: ['boss'], permissions: ['orders:read'] } },
        { roles: ['boss'], permissions: ['orders:read'] },
      ],
      [
        'the access token of an application (OAuth server)',
        { claims: { client_id: '9a8b7c6d', scope: 'openid' } },
        { subject: person, clientId: '9a8b7c6d', scopes: [] },
      ],
      [
        'a person who signed in anonymously',
        { claims: { is_anonymous: true, email: '' } },
        { subject: person },
      ],
    ],
    refused: [
      [
        'an ID token of an application',
        'token-type',
        { claims: { ...noSession, aud: '9a8b7c6d', nonce: 'n' } },
      ],
      ['an ID token for this audience', 'token-type', { claims: noSession }],
      ['a token with a nonce', 'token-type', { claims: { nonce: 'n' } }],
      ['a token of nobody', 'audience', { claims: { aud: 'anon', role: 'anon' } }],
      ['a token without role', 'claims', { claims: { role: undefined } }],
      [
        'an API key (anon), which names no project in iss',
        'issuer',
        { claims: { ...noSession, iss: 'supabase', aud: undefined, role: 'anon' } },
      ],
      ['an API key of the newer form', 'opaque', { as: () => 'sb_publishable_abcdefghijkl' }],
      [
        'a token of another project',
        'issuer',
        { claims: { iss: at.replace(project, 'evilevilevilevilevil') } },
      ],
      ['a refresh token', 'opaque', { as: () => 'v1Mr8PnTqLk2' }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'scope/array': 'no scopes are read',
        'scope/object': 'no scopes are read',
      },
    },
  },
)

it('supabase with a url trusts what is under it alone, with or without a slash at the end', () => {
  const own = 'https://supabase.acme.com/auth/v1'
  expect(behindSupabaseOfYourOwn.issuer).toMatchObject({
    issuer: own,
    jwksUri: `${own}/.well-known/jwks.json`,
  })
  expect(supabase({ url: 'http://127.0.0.1:54321/' }).issuer).toBe('http://127.0.0.1:54321/auth/v1')
})

describeWrongOptions('supabase', supabase, { project }, [
  ['neither project nor url', { project: undefined, url: undefined }, /state exactly one/],
  ['both project and url', { url: 'https://supabase.acme.com' }, /state exactly one of the two/],
  ['a project that is undefined', { project: undefined }, /must be a non-empty string/],
  ['a host as project', { project: `${project}.supabase.co` }, /must be the id of a project/],
  ['a path as project', { project: 'a/b' }, /must be the id of a project/],
])

it.each([
  [{}, /option 'project' of supabase\(\): is needed, or 'url'/],
  [{ url: undefined }, /must be a non-empty string, not undefined/],
  [{ url: 'supabase.acme.com' }, /must be a URL, such as/],
  [{ url: 'https://supabase.acme.com/auth/v1' }, /write 'https:\/\/supabase\.acme\.com'/],
])('T16: supabase(%j) is refused', (options, message) => {
  expect(() => supabase(options as never)).toThrow(message)
})
