import type { Shape } from './shape.ts'
import { api, discovered, person, stated, wellKnown } from './shape.ts'

/** Products and services that sign people and machines in. */
export const providers: Readonly<Record<string, Shape>> = {
  'Auth0, own dialect': discovered(
    'https://acme.eu.auth0.com/',
    'https://acme.eu.auth0.com/.well-known/jwks.json',
    {
      claims: {
        sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
        aud: [api, 'https://acme.eu.auth0.com/userinfo'],
        azp: 'my_client_id',
        scope: 'openid profile read:orders',
        permissions: ['read:orders'],
      },
      auth: {
        clientId: 'my_client_id',
        scopes: ['openid', 'profile', 'read:orders'],
        permissions: ['read:orders'],
      },
    },
  ),
  'Auth0, RFC 9068': {
    options: { issuer: 'https://acme.eu.auth0.com/', audience: api },
    keysAt: 'https://acme.eu.auth0.com/.well-known/jwks.json',
    metadata: wellKnown('https://acme.eu.auth0.com/'),
    typ: 'at+jwt',
    claims: {
      sub: 'auth0|1',
      aud: api,
      client_id: 'my_client_id',
      jti: 'j1',
      scope: 'read:orders',
    },
    auth: { subject: 'auth0|1', clientId: 'my_client_id', scopes: ['read:orders'] },
  },
  'Okta, custom server': discovered(
    'https://acme.okta.com/oauth2/default',
    'https://acme.okta.com/oauth2/default/v1/keys',
    {
      typ: null,
      claims: { ver: 1, jti: 'AT.1', cid: '0oa1', uid: '00u1', scp: ['orders.read'] },
      auth: { clientId: '0oa1', scopes: ['orders.read'] },
    },
  ),
  'Duende IdentityServer, person': discovered(
    'https://demo.duendesoftware.com',
    'https://demo.duendesoftware.com/.well-known/openid-configuration/jwks',
    {
      typ: 'at+jwt',
      claims: {
        client_id: 'web',
        scope: ['openid', 'orders.read'],
        auth_time: 1700000000,
        idp: 'local',
        amr: ['pwd'],
        sid: 'S1',
        jti: 'J1',
      },
      auth: { subject: person, clientId: 'web', scopes: ['openid', 'orders.read'] },
    },
  ),
  'Duende IdentityServer, client credentials': {
    options: {
      issuer: 'https://demo.duendesoftware.com',
      audience: 'orders',
      profile: { types: ['at+jwt'], subject: 'client' },
    },
    keysAt: 'https://demo.duendesoftware.com/.well-known/openid-configuration/jwks',
    metadata: wellKnown('https://demo.duendesoftware.com'),
    typ: 'at+jwt',
    claims: { aud: 'orders', scope: ['orders.read'], client_id: 'm2m', jti: 'J2' },
    auth: { subject: 'm2m', clientId: 'm2m', scopes: ['orders.read'] },
  },
  'Ory Hydra': discovered(
    'https://hydra.acme.test/',
    'https://hydra.acme.test/.well-known/jwks.json',
    {
      claims: { client_id: 'web', ext: {}, jti: 'j', scp: ['orders.read'], aud: [api] },
      auth: { clientId: 'web', scopes: ['orders.read'] },
    },
  ),
  Zitadel: discovered('https://acme.zitadel.cloud', 'https://acme.zitadel.cloud/oauth/v2/keys', {
    claims: { client_id: '1@acme', aud: ['1@acme', api], jti: 'V1', nbf: 1 },
    auth: { clientId: '1@acme' },
  }),
  Logto: {
    options: { issuer: 'https://acme.logto.app/oidc', audience: api },
    keysAt: 'https://acme.logto.app/oidc/jwks',
    metadata: wellKnown('https://acme.logto.app/oidc'),
    typ: 'at+jwt',
    claims: { sub: person, aud: api, client_id: 'web', jti: 'j', scope: 'orders:read' },
    auth: { subject: person, scopes: ['orders:read'] },
  },
  'authentik, without a nonce': discovered(
    'https://auth.acme.test/application/o/shop/',
    'https://auth.acme.test/application/o/shop/jwks/',
    {
      claims: { acr: 'goauthentik.io/providers/oauth2/default', azp: 'web', uid: 'u', scope: 'a' },
      auth: { clientId: 'web' },
    },
  ),
  'Spring Authorization Server': discovered(
    'https://as.acme.test',
    'https://as.acme.test/oauth2/jwks',
    {
      typ: null,
      claims: { sub: 'user', aud: 'web', nbf: 1, scope: ['message.read'] },
      auth: { subject: 'user', scopes: ['message.read'], clientId: undefined },
      audience: 'web',
    },
  ),
  'PingOne, person': discovered(
    'https://auth.pingone.eu/e1/as',
    'https://auth.pingone.eu/e1/as/jwks',
    {
      typ: null,
      claims: { client_id: 'web', scope: 'orders', sid: 's', acr: 'Single_Factor', env: 'e1' },
      auth: { clientId: 'web' },
    },
  ),
  'PingOne, machine without sub': {
    options: {
      issuer: 'https://auth.pingone.eu/e1/as',
      audience: api,
      profile: { types: ['jwt'], untyped: true, subject: 'client' },
    },
    keysAt: 'https://auth.pingone.eu/e1/as/jwks',
    metadata: wellKnown('https://auth.pingone.eu/e1/as'),
    typ: undefined,
    claims: { client_id: 'job', aud: [api], scope: 'orders', env: 'e1' },
    auth: { subject: 'job', clientId: 'job' },
  },
  'PingAM before it left out the nonce': {
    options: {
      issuer: 'https://am.acme.test/am/oauth2',
      audience: 'web',
      profile: { types: ['jwt'], accessToken: { claim: 'tokenName', is: 'access_token' } },
    },
    keysAt: 'https://am.acme.test/am/oauth2/connect/jwk_uri',
    metadata: wellKnown('https://am.acme.test/am/oauth2'),
    typ: 'JWT',
    claims: {
      sub: person,
      aud: 'web',
      nonce: 'n',
      tokenName: 'access_token',
      scope: ['a'],
      jti: 'j',
    },
    auth: { subject: person, scopes: ['a'] },
  },
  'WSO2 Identity Server': {
    options: { issuer: 'https://is.acme.test/oauth2/token', audience: 'web' },
    keysAt: 'https://is.acme.test/oauth2/jwks',
    metadata: wellKnown('https://is.acme.test/oauth2/token'),
    typ: 'at+jwt',
    claims: {
      sub: person,
      aut: 'APPLICATION_USER',
      aud: 'web',
      client_id: 'web',
      jti: 'j',
      scope: 'a',
    },
    auth: { subject: person, clientId: 'web' },
  },
  'Salesforce, JWT-based': discovered(
    'https://acme.my.salesforce.com',
    'https://acme.my.salesforce.com/id/keys',
    {
      claims: {
        sub: 'uid:005',
        aud: [api],
        client_id: '3MVG9',
        scp: 'api refresh_token',
        mty: 'oauth',
        sfi: 's',
      },
      auth: { subject: 'uid:005', clientId: '3MVG9', scopes: ['api', 'refresh_token'] },
    },
  ),
  'Clerk, session token': {
    options: {
      issuer: 'https://clerk.acme.test',
      audience: 'https://app.acme.test',
      profile: { types: ['jwt'], audience: 'azp', accessToken: { claim: 'sid' } },
    },
    keysAt: 'https://clerk.acme.test/.well-known/jwks.json',
    metadata: wellKnown('https://clerk.acme.test'),
    typ: 'JWT',
    claims: { sub: 'user_1', azp: 'https://app.acme.test', sid: 'sess_1', fva: [0, -1], nbf: 1 },
    auth: { subject: 'user_1', clientId: 'https://app.acme.test' },
  },
  'WorkOS AuthKit': stated(
    'https://api.workos.com/user_management/client_01',
    'https://api.workos.com/sso/jwks/client_01',
    {
      typ: null,
      claims: {
        sub: 'user_01',
        aud: undefined,
        sid: 's',
        jti: 'j',
        org_id: 'o',
        role: 'admin',
        permissions: ['p'],
      },
      auth: { subject: 'user_01', permissions: ['p'], roles: [] },
      audience: 'https://api.workos.com/user_management/client_01',
      profile: { types: ['jwt'], untyped: true, audience: 'iss', accessToken: { claim: 'sid' } },
    },
  ),
  'Kinde, with a registered API': discovered(
    'https://acme.kinde.com',
    'https://acme.kinde.com/.well-known/jwks',
    {
      claims: {
        sub: 'kp_1',
        aud: [api],
        azp: 'web',
        scp: ['openid'],
        permissions: ['orders:read'],
        jti: 'j',
      },
      auth: { subject: 'kp_1', clientId: 'web', permissions: ['orders:read'] },
    },
  ),
  'Kinde, machine without sub': {
    options: {
      issuer: 'https://acme.kinde.com',
      audience: api,
      profile: { types: ['jwt'], subject: 'client' },
    },
    keysAt: 'https://acme.kinde.com/.well-known/jwks',
    metadata: wellKnown('https://acme.kinde.com'),
    typ: 'JWT',
    claims: { aud: [api], azp: 'job', gty: ['client_credentials'], scp: ['orders:read'], jti: 'j' },
    auth: { subject: 'job', clientId: 'job', scopes: ['orders:read'] },
  },
  Supabase: discovered(
    'https://abc.supabase.co/auth/v1',
    'https://abc.supabase.co/auth/v1/.well-known/jwks.json',
    {
      claims: {
        role: 'authenticated',
        aal: 'aal1',
        session_id: 's',
        email: 'a@b.test',
        amr: [{ method: 'password' }],
      },
      audience: 'authenticated',
    },
  ),
  'Stytch, default domain': stated(
    'stytch.com/project-live-11111111',
    'https://api.stytch.com/v1/sessions/jwks/project-live-11111111',
    {
      claims: {
        sub: 'user-live-1',
        aud: ['project-live-11111111'],
        nbf: 1,
        'https://stytch.com/session': { id: 's' },
      },
      auth: { subject: 'user-live-1', issuer: 'stytch.com/project-live-11111111' },
      audience: 'project-live-11111111',
    },
  ),
  'Descope, session token': stated(
    'P2abcdef',
    'https://api.descope.com/P2abcdef/.well-known/jwks.json',
    {
      claims: {
        sub: 'U2',
        aud: undefined,
        drn: 'DS',
        amr: ['email'],
        rexp: '2030-01-01T00:00:00Z',
        roles: ['Editor'],
      },
      auth: { subject: 'U2', issuer: 'P2abcdef', roles: ['Editor'] },
      audience: 'P2abcdef',
      profile: { types: ['jwt'], audience: 'iss', accessToken: { claim: 'drn', is: 'DS' } },
    },
  ),
  'FusionAuth, default issuer': stated('acme.com', 'https://auth.acme.com/.well-known/jwks.json', {
    claims: {
      aud: 'app-1',
      authenticationType: 'PASSWORD',
      email: 'a@acme.com',
      applicationId: 'app-1',
      roles: ['user'],
      tid: 't',
    },
    auth: { subject: person, issuer: 'acme.com', roles: ['user'] },
    audience: 'app-1',
  }),
  Pomerium: stated('app.acme.test', 'https://app.acme.test/.well-known/pomerium/jwks.json', {
    claims: {
      aud: 'app.acme.test',
      email: 'a@acme.test',
      groups: ['admins'],
      user: person,
      sid: 's',
      jti: 'j',
    },
    auth: { subject: person, issuer: 'app.acme.test' },
    audience: 'app.acme.test',
  }),
  'Casdoor, with a nonce': discovered(
    'https://acme.casdoor.com',
    'https://acme.casdoor.com/.well-known/jwks',
    {
      claims: {
        tokenType: 'access-token',
        nonce: 'n',
        azp: 'web',
        scope: 'read',
        owner: 'acme',
        name: 'ada',
      },
      auth: { clientId: 'web', scopes: ['read'] },
    },
  ),
  'Oracle IDCS, whose metadata is elsewhere': {
    options: {
      issuer: 'https://identity.oraclecloud.com/',
      audience: api,
      profile: 'jwt',
      metadataUrl: 'https://idcs-1.identity.oraclecloud.com/.well-known/openid-configuration',
    },
    keysAt: 'https://idcs-1.identity.oraclecloud.com/admin/v1/SigningCert/jwk',
    metadata: {
      at: 'https://idcs-1.identity.oraclecloud.com/.well-known/openid-configuration',
      says: { issuer: 'https://identity.oraclecloud.com/' },
    },
    typ: 'JWT',
    claims: { sub: person, aud: [api], client_id: 'web', tok_type: 'AT', scope: 'orders' },
    auth: { subject: person, clientId: 'web' },
  },
  'SAP XSUAA': stated(
    'https://acme.authentication.eu10.hana.ondemand.com/oauth/token',
    'https://acme.authentication.eu10.hana.ondemand.com/token_keys',
    {
      claims: {
        aud: ['sb-shop!t1', 'shop!t1'],
        cid: 'sb-shop!t1',
        azp: 'sb-shop!t1',
        scope: ['shop!t1.Read'],
        zid: 'z',
        grant_type: 'authorization_code',
      },
      auth: { clientId: 'sb-shop!t1', scopes: ['shop!t1.Read'] },
      audience: 'shop!t1',
    },
  ),
}
