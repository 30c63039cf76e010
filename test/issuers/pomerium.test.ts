import { createAuth } from 'tollgate/fetch'
import { pomerium } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindPomerium } from '../../examples/issuers/pomerium.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const host = 'orders.acme.com'

/** The assertion of a person: its issuer and its audience are the host of the route. */
const scene: Scene = {
  issuer: behindPomerium.issuer,
  keysAt: `https://${host}/.well-known/pomerium/jwks.json`,
  keyMembers: { use: 'sig', alg: 'ES256' },
  alg: 'ES256',
  token: {
    typ: 'JWT',
    claims: {
      iss: host,
      aud: host,
      jti: '7ab5c1',
      sid: '9e2f',
      sub: 'google/118133858486581853996',
      user: 'google/118133858486581853996',
      email: 'ada@acme.com',
      groups: ['clerks@acme.com', '0ad1'],
      name: 'Ada',
    },
  },
}

describePreset('pomerium', scene, {
  accepted: [
    [
      'the assertion of a person',
      {},
      {
        issuer: host,
        subject: 'google/118133858486581853996',
        clientId: undefined,
        scopes: [],
        roles: ['clerks@acme.com', '0ad1'],
      },
    ],
    [
      'the assertion of a service account, which is in no group',
      { claims: { sub: 'job', user: 'job', email: '', groups: [], name: undefined } },
      { subject: 'job', roles: [] },
    ],
  ],
  refused: [
    [
      'the assertion for another route of the same proxy',
      'issuer',
      { claims: { iss: 'blog.acme.com', aud: 'blog.acme.com' } },
    ],
    ['an assertion for another route', 'audience', { claims: { aud: 'blog.acme.com' } }],
    [
      'the assertion of an old version, whose issuer is the sign-in',
      'issuer',
      { claims: { iss: 'authenticate.acme.com' } },
    ],
    ['an assertion whose issuer is a URL', 'issuer', { claims: { iss: `https://${host}/` } }],
    [
      'the token of the identity provider',
      'issuer',
      { claims: { iss: 'https://accounts.google.com', aud: 'web.apps.googleusercontent.com' } },
    ],
    ['an access token of RFC 9068', 'token-type', { typ: 'at+jwt' }],
    ['a token with the sign of an ID token', 'token-type', { claims: { nonce: 'n' } }],
    ['an assertion without a person', 'claims', { claims: { sub: '' } }],
    ['an assertion without a date of issue', 'claims', { claims: { iat: undefined } }],
  ],
  hostile: { skip: { ...notRfc9068, 'scope/array': 'the issuer has no scopes' } },
})

it('examples/issuers/pomerium.ts reads the assertion of the proxy, and no Authorization', async () => {
  const { options, mint } = createStage(scene)
  const { guard } = createAuth({ ...behindPomerium, ...options })
  const handler = guard(() => new Response('ok'))
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await handler(new Request(`https://${host}/`, { headers }))).status
  expect(await ask({ 'X-Pomerium-Jwt-Assertion': mint() })).toBe(200)
  expect(await ask({ Authorization: `Bearer ${mint()}` })).toBe(401)
})

it('another spelling of the issuer replaces that of pomerium', async () => {
  const issuer = { ...pomerium({ host }), issuer: `https://${host}/` }
  const { outcomeOf, mint } = createStage({ ...scene, issuer })
  const good = mint({ claims: { iss: `https://${host}/` } })
  expect(await outcomeOf(good)).toMatchObject({ issuer: `https://${host}/` })
  expect(await outcomeOf(mint())).toBe('issuer')
})

describeWrongOptions('pomerium', pomerium, { host }, [
  ['no host', { host: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as host', { host: `https://${host}` }, /write 'orders\.acme\.com'/],
  ['a port behind the host', { host: `${host}:8443` }, /write 'orders\.acme\.com'/],
  ['capital letters in the host', { host: 'Orders.acme.com' }, /write 'orders\.acme\.com'/],
])
