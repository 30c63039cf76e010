import type { Profile } from 'tollgate'
import type { Shape } from './shape.ts'
import { api, discovered, person, stated, wellKnown } from './shape.ts'

const cognitoIssuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc'
const cognitoAccess: Profile = {
  types: ['jwt'],
  untyped: true,
  accessToken: { claim: 'token_use', is: 'access' },
  audience: 'client_id',
}
const realm = 'https://id.acme.test/realms/shop'
const certs = `${realm}/protocol/openid-connect/certs`
const keycloakRoles: Profile = {
  types: ['jwt'],
  accessToken: { claim: 'typ', is: 'Bearer' },
  roles: [['realm_access', 'roles']],
}
const keycloakClaims = {
  typ: 'Bearer',
  azp: 'web',
  sid: 's',
  scope: 'profile email',
  realm_access: { roles: ['clerk'] },
  resource_access: { account: { roles: ['view-profile'] } },
  preferred_username: 'ada',
}
const container = 'http://keycloak:8080/realms/shop'
const browser = 'http://localhost:8080/realms/shop'
const compose = {
  typ: 'JWT',
  claims: { ...keycloakClaims, sub: person, aud: api },
  auth: { subject: person, clientId: 'web' },
}
const robot = 'job@acme-shop.iam.gserviceaccount.com'
const firebaseKeys =
  'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com'
const firebase = discovered('https://securetoken.google.com/acme-shop', firebaseKeys, {
  claims: { auth_time: 1700000000, user_id: person, firebase: { sign_in_provider: 'password' } },
  audience: 'acme-shop',
})

/** Clouds, their workloads, and Keycloak in its many settings. */
export const platforms: Readonly<Record<string, Shape>> = {
  'Keycloak with an audience mapper': {
    ...discovered(realm, certs, {
      claims: { ...keycloakClaims, aud: [api, 'account'] },
      auth: { clientId: 'web', scopes: ['profile', 'email'], roles: ['clerk'] },
    }),
    options: { issuer: realm, audience: api, profile: keycloakRoles },
  },
  'Keycloak before 25, with a nonce': discovered(realm, certs, {
    claims: { ...keycloakClaims, nonce: 'n' },
    auth: { clientId: 'web' },
  }),
  'Keycloak with use of at+jwt': discovered(realm, certs, {
    typ: 'at+jwt',
    claims: { ...keycloakClaims, aud: [api] },
    auth: { clientId: 'web' },
  }),
  'Keycloak without an audience mapper': {
    ...discovered(realm, certs, { claims: { ...keycloakClaims, aud: 'account' } }),
    options: {
      issuer: realm,
      audience: 'web',
      profile: { ...keycloakRoles, audience: 'azp', otherAudiences: ['account'] },
    },
    auth: { subject: person, clientId: 'web', roles: ['clerk'] },
  },
  'Keycloak in a compose file, tokens for localhost and keys at the container': {
    ...compose,
    options: {
      issuer: browser,
      audience: api,
      profile: 'jwt',
      jwksUri: `${container}/protocol/openid-connect/certs`,
    },
    allowInsecureHosts: ['localhost', 'keycloak'],
    keysAt: `${container}/protocol/openid-connect/certs`,
  },
  'Keycloak in a compose file, tokens for localhost and metadata at the container': {
    ...compose,
    options: {
      issuer: browser,
      audience: api,
      profile: 'jwt',
      metadataUrl: `${container}/.well-known/openid-configuration`,
    },
    allowInsecureHosts: ['localhost', 'keycloak'],
    keysAt: `${container}/protocol/openid-connect/certs`,
    metadata: {
      at: `${container}/.well-known/openid-configuration`,
      says: { issuer: browser },
    },
  },
  'Keycloak in a compose file, all at the container': {
    ...compose,
    options: { issuer: container, audience: api, profile: 'jwt' },
    allowInsecureHosts: ['keycloak'],
    keysAt: `${container}/protocol/openid-connect/certs`,
    metadata: wellKnown(container),
  },
  'AWS Cognito, access token': {
    options: { issuer: cognitoIssuer, audience: 'app1', profile: cognitoAccess },
    keysAt: `${cognitoIssuer}/.well-known/jwks.json`,
    metadata: wellKnown(cognitoIssuer),
    typ: undefined,
    claims: {
      sub: person,
      token_use: 'access',
      client_id: 'app1',
      scope: 'aws.cognito.signin.user.admin',
      username: 'ada',
      'cognito:groups': ['g'],
    },
    auth: { subject: person, clientId: 'app1', scopes: ['aws.cognito.signin.user.admin'] },
  },
  'AWS Cognito, access token with resource binding': discovered(
    cognitoIssuer,
    `${cognitoIssuer}/.well-known/jwks.json`,
    {
      typ: null,
      claims: { token_use: 'access', client_id: 'app1', aud: api },
      auth: { clientId: 'app1' },
    },
  ),
  'Google, ID token of a service account for Cloud Run': discovered(
    'https://accounts.google.com',
    'https://www.googleapis.com/oauth2/v3/certs',
    { claims: { azp: person, email: robot, email_verified: true }, auth: { clientId: person } },
  ),
  'Google, JWT that a service account has signed itself': stated(
    robot,
    `https://www.googleapis.com/service_accounts/v1/jwk/${robot}`,
    { claims: { sub: robot }, auth: { subject: robot, issuer: robot } },
  ),
  'Google Chat': stated(
    'chat@system.gserviceaccount.com',
    'https://www.googleapis.com/service_accounts/v1/jwk/chat@system.gserviceaccount.com',
    {
      claims: { sub: undefined, aud: '1234567890' },
      auth: { subject: 'chat@system.gserviceaccount.com' },
      audience: '1234567890',
      profile: { types: ['jwt'], subject: 'client', client: ['iss'] },
    },
  ),
  'Google IAP': stated(
    'https://cloud.google.com/iap',
    'https://www.gstatic.com/iap/verify/public_key-jwk',
    {
      claims: { sub: 'accounts.google.com:1', email: 'ada@acme.test', hd: 'acme.test' },
      auth: { subject: 'accounts.google.com:1' },
      audience: '/projects/1/apps/acme',
    },
  ),
  'Firebase, by discovery': firebase,
  'Firebase, by the place of its keys': {
    ...firebase,
    options: { ...firebase.options, jwksUri: firebaseKeys },
  },
  'GitHub Actions': discovered(
    'https://token.actions.githubusercontent.com',
    'https://token.actions.githubusercontent.com/.well-known/jwks',
    {
      claims: {
        sub: 'repo:acme/shop:ref:refs/heads/main',
        repository: 'acme/shop',
        jti: 'j',
        nbf: 1,
      },
      auth: { subject: 'repo:acme/shop:ref:refs/heads/main' },
    },
  ),
  'GitLab CI': discovered('https://gitlab.com', 'https://gitlab.com/oauth/discovery/keys', {
    claims: {
      sub: 'project_path:acme/shop:ref_type:branch:ref:main',
      project_path: 'acme/shop',
      jti: 'j',
      nbf: 1,
    },
    auth: { subject: 'project_path:acme/shop:ref_type:branch:ref:main' },
  }),
  'Amazon EKS': discovered(
    'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC',
    'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC/keys',
    {
      typ: null,
      claims: {
        sub: 'system:serviceaccount:shop:api',
        aud: [api],
        'kubernetes.io': { namespace: 'shop' },
        nbf: 1,
      },
      auth: { subject: 'system:serviceaccount:shop:api' },
    },
  ),
  'Kubernetes in the cluster, by the place of its keys': stated(
    'https://kubernetes.default.svc.cluster.local',
    'https://172.18.0.5:6443/openid/v1/jwks',
    {
      typ: null,
      claims: { sub: 'system:serviceaccount:shop:api', aud: [api], nbf: 1 },
      auth: { subject: 'system:serviceaccount:shop:api' },
    },
  ),
  'Cloudflare Access, person': stated(
    'https://acme.cloudflareaccess.com',
    'https://acme.cloudflareaccess.com/cdn-cgi/access/certs',
    {
      typ: null,
      claims: {
        aud: ['tag'],
        email: 'ada@acme.test',
        type: 'app',
        identity_nonce: 'n',
        country: 'CH',
        nbf: 1,
      },
      audience: 'tag',
    },
  ),
  'Cloudflare Access, service token': stated(
    'https://acme.cloudflareaccess.com',
    'https://acme.cloudflareaccess.com/cdn-cgi/access/certs',
    {
      typ: null,
      claims: { sub: '', aud: 'tag', common_name: 'e367.access', type: 'app' },
      auth: { subject: 'e367.access', clientId: 'e367.access' },
      audience: 'tag',
      profile: { types: ['jwt'], untyped: true, subject: 'client', client: ['common_name'] },
    },
  ),
  'Atlassian Forge, invocation token': stated(
    'forge/invocation-token',
    'https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json',
    {
      claims: {
        sub: undefined,
        aud: 'ari:cloud:ecosystem::app/a1',
        app: { id: 'ari:cloud:ecosystem::app/a1', version: '1' },
        jti: 'j',
        nbf: 1,
      },
      auth: { subject: 'ari:cloud:ecosystem::app/a1', issuer: 'forge/invocation-token' },
      audience: 'ari:cloud:ecosystem::app/a1',
      profile: { types: ['jwt'], subject: 'client', client: [['app', 'id']] },
    },
  ),
  'SPIFFE, JWT-SVID without iss': {
    options: {
      issuer: 'spiffe://acme.test',
      audience: api,
      jwksUri: 'https://bundles.acme.test/acme.test',
      profile: { types: ['jwt', 'jose'], untyped: true, subjectPrefix: 'spiffe://acme.test/' },
    },
    keysAt: 'https://bundles.acme.test/acme.test',
    typ: 'JOSE',
    claims: { iss: undefined, sub: 'spiffe://acme.test/shop/api', aud: [api] },
    auth: { subject: 'spiffe://acme.test/shop/api', issuer: 'spiffe://acme.test' },
  },
  'SPIRE OIDC provider': discovered('https://oidc.acme.test', 'https://oidc.acme.test/keys', {
    claims: { sub: 'spiffe://acme.test/shop/api', aud: [api] },
    auth: { subject: 'spiffe://acme.test/shop/api' },
  }),
  'HCP Terraform': discovered(
    'https://app.terraform.io',
    'https://app.terraform.io/.well-known/jwks',
    {
      claims: { terraform_workspace_id: 'ws-1', nbf: 1, jti: 'j' },
    },
  ),
  CircleCI: discovered(
    'https://oidc.circleci.com/org/o1',
    'https://oidc.circleci.com/org/o1/.well-known/jwks-pub.json',
    {
      claims: { 'oidc.circleci.com/project-id': 'p' },
    },
  ),
  Buildkite: discovered(
    'https://agent.buildkite.com',
    'https://agent.buildkite.com/.well-known/jwks',
    {
      claims: { organization_slug: 'acme', pipeline_slug: 'shop', nbf: 1 },
    },
  ),
  'HashiCorp Vault': discovered(
    'https://vault.acme.test/v1/identity/oidc',
    'https://vault.acme.test/v1/identity/oidc/.well-known/keys',
    {
      typ: null,
      claims: { namespace: 'root' },
    },
  ),
  'Bitbucket Pipelines': discovered(
    'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
    'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc/keys.json',
    { typ: null, claims: { repositoryUuid: '{r}', stepUuid: '{s}' } },
  ),
}
