import type { Shape } from './shape.ts'
import { api, discovered, person } from './shape.ts'

const tid = '11111111-2222-3333-4444-555555555555'
const commonKeys = 'https://login.microsoftonline.com/common/discovery/keys'
const v2Keys = `https://login.microsoftonline.com/${tid}/discovery/v2.0/keys`
const entra2 = `https://login.microsoftonline.com/${tid}/v2.0`
const b2c = 'https://acme.b2clogin.com/acme.onmicrosoft.com'
const trust = 'http://fs.acme.test/adfs/services/trust'

/** AD FS marks tokens of people by `scp`. Those of machines have none, and no `sub`. */
const adfs: Omit<Shape, 'claims' | 'auth'> = {
  options: {
    issuer: trust,
    metadataUrl: 'https://fs.acme.test/adfs/.well-known/openid-configuration',
    kinds: [
      { when: { claim: 'scp' }, audience: 'urn:shop', profile: { types: ['jwt'] } },
      {
        when: { claim: 'appid' },
        audience: 'urn:shop',
        profile: { types: ['jwt'], subject: 'client', client: ['appid'] },
      },
    ],
  },
  keysAt: 'https://fs.acme.test/adfs/discovery/keys',
  metadata: {
    at: 'https://fs.acme.test/adfs/.well-known/openid-configuration',
    says: { issuer: 'https://fs.acme.test/adfs', access_token_issuer: trust },
  },
  typ: 'JWT',
}

export const microsoft: Readonly<Record<string, Shape>> = {
  'Entra v2, person': discovered(entra2, v2Keys, {
    claims: {
      aud: 'app-guid',
      azp: 'web',
      azpacr: '1',
      scp: 'Orders.Read Orders.Write',
      oid: 'o',
      tid,
      ver: '2.0',
      roles: ['Clerk'],
    },
    auth: { clientId: 'web', scopes: ['Orders.Read', 'Orders.Write'], roles: ['Clerk'] },
    audience: 'app-guid',
  }),
  'Entra v2, machine': discovered(entra2, v2Keys, {
    claims: {
      sub: 'o',
      aud: 'app-guid',
      azp: 'job',
      roles: ['Orders.Read.All'],
      oid: 'o',
      tid,
      ver: '2.0',
      idtyp: 'app',
    },
    auth: { subject: 'o', clientId: 'job', scopes: [], roles: ['Orders.Read.All'] },
    audience: 'app-guid',
  }),
  'Entra v1': discovered(`https://sts.windows.net/${tid}/`, commonKeys, {
    claims: {
      aud: 'api://shop',
      appid: 'web',
      appidacr: '1',
      scp: 'Orders.Read',
      oid: 'o',
      tid,
      ver: '1.0',
      upn: 'a@b',
    },
    auth: { clientId: 'web', scopes: ['Orders.Read'] },
    audience: 'api://shop',
  }),
  'Entra, metadata by the name of the domain': {
    ...discovered(entra2, v2Keys, { claims: { azp: 'web', ver: '2.0' } }),
    options: {
      issuer: entra2,
      audience: api,
      profile: 'jwt',
      metadataUrl:
        'https://login.microsoftonline.com/acme.test/v2.0/.well-known/openid-configuration',
    },
    metadata: {
      at: 'https://login.microsoftonline.com/acme.test/v2.0/.well-known/openid-configuration',
      says: { issuer: entra2 },
    },
  },
  'Azure AD B2C, whose access tokens have a nonce': {
    options: {
      issuer: `https://acme.b2clogin.com/${tid}/v2.0/`,
      audience: 'app-guid',
      metadataUrl: `${b2c}/v2.0/.well-known/openid-configuration?p=b2c_1_signin`,
      profile: { types: ['jwt'], accessToken: { claim: 'scp' } },
    },
    keysAt: `${b2c}/discovery/v2.0/keys?p=b2c_1_signin`,
    metadata: {
      at: `${b2c}/v2.0/.well-known/openid-configuration?p=b2c_1_signin`,
      says: { issuer: `https://acme.b2clogin.com/${tid}/v2.0/` },
    },
    typ: 'JWT',
    claims: {
      sub: person,
      aud: 'app-guid',
      azp: 'web',
      scp: 'read',
      nonce: 'n',
      tfp: 'B2C_1_signin',
      ver: '1.0',
      nbf: 1,
    },
    auth: { subject: person, clientId: 'web', scopes: ['read'] },
  },
  'AD FS as installed, person': {
    ...adfs,
    claims: {
      sub: person,
      aud: 'urn:shop',
      appid: 'web',
      apptype: 'Public',
      scp: 'openid',
      ver: '1.0',
      auth_time: '2026-11-26T10:00:00.000Z',
    },
    auth: { subject: person, issuer: trust, clientId: 'web', scopes: ['openid'] },
  },
  'AD FS as installed, machine': {
    ...adfs,
    claims: { aud: 'urn:shop', appid: 'job', apptype: 'Confidential', ver: '1.0' },
    auth: { subject: 'job', issuer: trust, clientId: 'job', scopes: [] },
  },
  'AD FS as installed, by the place of its keys': {
    ...adfs,
    options: { issuer: trust, audience: 'urn:shop', profile: 'jwt', jwksUri: adfs.keysAt },
    claims: { sub: person, aud: 'urn:shop', appid: 'web', scp: 'openid' },
    auth: { subject: person, clientId: 'web' },
  },
  'AD FS with an https identifier': discovered(
    'https://fs.acme.test/adfs',
    'https://fs.acme.test/adfs/discovery/keys',
    {
      claims: { appid: 'web', scp: 'openid' },
      auth: { clientId: 'web' },
    },
  ),
  'Bot Framework': {
    options: {
      issuer: 'https://api.botframework.com',
      audience: 'bot-guid',
      metadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      profile: { types: ['jwt'], subject: 'client', client: ['iss'] },
    },
    keysAt: 'https://login.botframework.com/v1/.well-known/keys',
    metadata: {
      at: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      says: { issuer: 'https://api.botframework.com' },
    },
    typ: 'JWT',
    claims: { aud: 'bot-guid', serviceurl: 'https://smba.trafficmanager.net/emea/', nbf: 1 },
    auth: { subject: 'https://api.botframework.com' },
  },
}
