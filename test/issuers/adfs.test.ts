import { adfs } from 'tollgate/issuers'
import { expect, it } from 'vitest'
import { behindAdfs } from '../../examples/issuers/adfs.ts'
import type { Scene } from './stage.ts'
import { createStage, describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const api = 'microsoft:identityserver:97fec0e9-d322-4922-83e6-4b8208415ddf'
const trust = 'http://fs.acme.com/adfs/services/trust'

/** The access token of a person, whose `sub` a rule of the Web API issues. */
const claims = {
  aud: api,
  sub: 'ABC1DEF',
  email: 'ada@acme.com',
  role: ['clerk', 'seller'],
  apptype: 'Confidential',
  appid: 'web',
  authmethod: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  auth_time: '2026-11-26T10:00:00.000Z',
  ver: '1.0',
  scp: 'profile openid',
}
const machine = {
  sub: undefined,
  email: undefined,
  role: undefined,
  auth_time: undefined,
  authmethod: undefined,
  scp: undefined,
  appid: 'job',
}
/** An ID token, which has `appid` and `scp` as well. */
const idToken = {
  iss: 'https://fs.acme.com/adfs',
  sid: 'S-1-5-21-1',
  upn: 'ada@acme.com',
  nonce: 'n',
}

const scene: Scene = {
  ...behindAdfs,
  keysAt: 'https://fs.acme.com/adfs/discovery/keys',
  token: { typ: 'JWT', claims },
}

describePreset('adfs', scene, {
  accepted: [
    [
      'the access token of a person',
      {},
      {
        subject: 'ABC1DEF',
        clientId: 'web',
        scopes: ['profile', 'openid'],
        roles: ['clerk', 'seller'],
      },
    ],
    [
      'the access token of a machine, whose subject is the client',
      { claims: machine },
      { subject: 'job', clientId: 'job', scopes: [], roles: [] },
    ],
    [
      'a machine with a sub, which a rule issues',
      { claims: { ...machine, sub: 'job-1', auth_time: claims.auth_time } },
      { subject: 'job-1', clientId: 'job' },
    ],
  ],
  refused: [
    ['an ID token', 'issuer', { claims: idToken }],
    ['an ID token by its nonce', 'token-type', { claims: { ...idToken, iss: trust } }],
    ["a person's token without sub", 'claims', { claims: { sub: undefined } }],
    [
      'a token with scp and without sub that names nobody',
      'claims',
      { claims: { ...machine, scp: 'orders' } },
    ],
    [
      "a token of legacy AD FS without scp and sub that is a person's",
      'claims',
      { claims: { sub: undefined, scp: undefined } },
    ],
    [
      'a token that names neither scopes nor a client',
      'token-type',
      { claims: { scp: undefined, appid: undefined } },
    ],
    [
      'a token of another federation service',
      'issuer',
      { claims: { iss: 'http://fs.evil.test/adfs/services/trust' } },
    ],
    ['the issuer by https', 'issuer', { claims: { iss: trust.replace('http:', 'https:') } }],
  ],
  hostile: {
    skip: {
      ...notRfc9068,
      'scope/array': 'the issuer has its scopes in scp',
      'scope/object': 'the issuer has its scopes in scp',
    },
  },
})

it('T4: adfs fetches nothing by http', async () => {
  const { outcomeOf, mint, fetched } = createStage(scene)
  expect(await outcomeOf(mint())).toBeTypeOf('object')
  expect(fetched).toEqual(['https://fs.acme.com/adfs/discovery/keys'])
})

it('adfs takes a host in upper and lower case, as tokens have it in iss', async () => {
  const host = 'SRV01.Acme.local'
  const issuer = adfs({ host })
  expect(issuer.issuer).toBe(`http://${host}/adfs/services/trust`)
  const { outcomeOf, mint } = createStage({ ...scene, issuer, keysAt: issuer.jwksUri as string })
  expect(await outcomeOf(mint())).toMatchObject({ issuer: issuer.issuer })
  expect(await outcomeOf(mint({ claims: { iss: issuer.issuer.toLowerCase() } }))).toBe('issuer')
})

describeWrongOptions('adfs', adfs, { host: 'fs.acme.com' }, [
  ['no host', { host: undefined }, /must be a non-empty string, not undefined/],
  ['a URL as host', { host: 'https://fs.acme.com' }, /write 'fs\.acme\.com'/],
  ['a path in the host', { host: 'fs.acme.com/adfs' }, /write 'fs\.acme\.com'/],
  ['a port', { host: 'fs.acme.com:8443' }, /write 'fs\.acme\.com'/],
  ['a user name', { host: 'a@fs.acme.com' }, /write 'fs\.acme\.com'/],
])
