import { ping } from 'tollgate/issuers'
import { behindPingAm, behindPingOne } from '../../examples/issuers/ping.ts'
import { describePreset, describeWrongOptions, notRfc9068 } from './stage.ts'

const environment = '4631af52-7ec7-48cf-848f-48cf8ca8e1ab'
const pingOne = `https://auth.pingone.eu/${environment}/as`
const pingAm = 'https://am.acme.com/am/oauth2/realms/root/realms/alpha'

/** The access token of a person at PingOne. */
const claims = {
  sub: 'cf025143-501a-4d70-9c80-95d69121d7b3',
  aud: ['https://api.acme.com'],
  client_id: 'adeeb901-7b64-453d-92bc-059bcbcc5958',
  acr: 'Single_Factor',
  auth_time: 1774039361,
  jti: '3121e22a-5958-4bf1-a369-ba296b444930',
  scope: 'openid orders:read',
  sid: '2dd6d4a4-0b59-4c99-8a57-4c189f09b24f',
  env: environment,
  org: '84c4c0c0-0ca2-43b4-a62c-d830882855bc',
}
/** The access token of a machine, which has no sub. */
const machine = {
  sub: undefined,
  acr: undefined,
  auth_time: undefined,
  sid: undefined,
  client_id: 'job',
  scope: 'orders:read',
}
/** An ID token of the same sign-in. */
const idToken = {
  aud: 'adeeb901-7b64-453d-92bc-059bcbcc5958',
  client_id: undefined,
  jti: undefined,
  scope: undefined,
  amr: ['otp'],
  nonce: 'n',
}

describePreset(
  'ping for PingOne',
  {
    ...behindPingOne,
    keysAt: `${pingOne}/jwks`,
    metadata: { at: `${pingOne}/.well-known/openid-configuration`, says: { issuer: pingOne } },
    token: { claims },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        { subject: claims.sub, clientId: claims.client_id, scopes: ['openid', 'orders:read'] },
      ],
      ['the type that PingOne will state', { typ: 'at+jwt' }, { subject: claims.sub }],
      [
        'the access token of a machine, whose subject is the client',
        { claims: machine },
        { subject: 'job', clientId: 'job', scopes: ['orders:read'] },
      ],
      [
        'roles that the resource maps',
        { claims: { roles: ['clerk'], permissions: ['orders:read'] } },
        { roles: ['clerk'], permissions: ['orders:read'] },
      ],
    ],
    refused: [
      ['an ID token', 'token-type', { claims: idToken }],
      [
        'an ID token without nonce that names the API',
        'token-type',
        { claims: { ...idToken, nonce: undefined, aud: claims.aud } },
      ],
      ['an ID token that has a client_id', 'token-type', { claims: { nonce: 'n' } }],
      ["a person's token without sub", 'claims', { claims: { sub: undefined } }],
      [
        "a token without sub that has a person's session",
        'claims',
        { claims: { ...machine, sid: 's' } },
      ],
      [
        'a token of another environment',
        'issuer',
        { claims: { iss: 'https://auth.pingone.eu/0b412e8b-cfbc-4c7d-a773-0d46118de09d/as' } },
      ],
      ['a refresh token', 'opaque', { as: () => 'Zb6S3n2hQv1dKf8wLzRtYp0uGcMeJaOiXb6S3n2h' }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'typ/missing': 'the good token has none',
        'scope/array': 'PingFederate and PingAM may state a list',
      },
    },
  },
)

describePreset(
  'ping for PingAM',
  {
    ...behindPingAm,
    keysAt: `${pingAm}/connect/jwk_uri`,
    metadata: { at: `${pingAm}/.well-known/openid-configuration`, says: { issuer: pingAm } },
    token: {
      typ: 'JWT',
      claims: {
        sub: 'a0325ea4-9d9b-4056-931b-ab64704cc3da',
        aud: 'web',
        tokenName: 'access_token',
        token_type: 'Bearer',
        grant_type: 'authorization_code',
        realm: '/alpha',
        scope: ['openid', 'orders'],
        jti: 'kLGT9DtH8IlCyycKAZH08O1e7yg',
        nbf: 1,
      },
    },
  },
  {
    accepted: [
      [
        'the access token of a person',
        {},
        { subject: 'a0325ea4-9d9b-4056-931b-ab64704cc3da', scopes: ['openid', 'orders'] },
      ],
      [
        'the access token of a machine',
        { claims: { sub: '(age!job)', subname: 'job', grant_type: 'client_credentials' } },
        { subject: '(age!job)' },
      ],
      [
        'the nonce of an older version',
        { claims: { nonce: 'n' } },
        { scopes: ['openid', 'orders'] },
      ],
    ],
    refused: [
      [
        'an ID token',
        'token-type',
        { claims: { tokenName: 'id_token', tokenType: 'JWTToken', azp: 'web', at_hash: 'h' } },
      ],
      [
        'an ID token that has a client_id',
        'token-type',
        { claims: { tokenName: 'id_token', client_id: 'web' } },
      ],
      ['a refresh token', 'token-type', { claims: { tokenName: 'refresh_token' } }],
      ['a token without tokenName and client_id', 'token-type', { claims: { tokenName: null } }],
      ['a token without sub', 'claims', { claims: { sub: undefined } }],
      ['a token of another realm', 'issuer', { claims: { iss: pingAm.replace('alpha', 'bravo') } }],
    ],
    hostile: {
      skip: {
        ...notRfc9068,
        'typ/missing': 'the good tokens of PingOne have none',
        'typ/id-token': 'it keeps tokenName of the good token: the table has real ID tokens',
        'typ/id-token-same-aud': 'it keeps tokenName of the good token',
        'scope/array': 'the scopes of the good token are a list',
      },
    },
  },
)

describeWrongOptions('ping', ping, { issuer: pingOne }, [
  ['no issuer', { issuer: undefined }, /must be a non-empty string, not undefined/],
  ['a domain as issuer', { issuer: 'auth.pingone.eu' }, /must be a URL/],
  ['an issuer with a fragment', { issuer: `${pingOne}#a` }, /no user name, password, query/],
])
