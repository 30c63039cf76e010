import { keycloak } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const client = 'client-1'
const person = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'
const ofPerson = {
  email_verified: true,
  name: 'Ada Lovelace',
  preferred_username: 'ada',
  given_name: 'Ada',
  family_name: 'Lovelace',
  email: 'ada@example.com',
}

/** One realm of Keycloak 26, whose client has an audience mapper that names the API. */
export const keycloakShape: Shape<'server' | 'realm'> = {
  url: 'https://keycloak.test/realms/test',
  form: /^(?<server>https?:\/\/.+)\/realms\/(?<realm>[^/]+)$/,
  at({ url, audience, parts: { server, realm } }) {
    const endpoints = `${url}/protocol/openid-connect`
    const roles = {
      realm_access: { roles: [`default-roles-${realm}`, 'offline_access', 'uma_authorization'] },
      resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
    }
    // The client that people sign in to may be the API itself: such ID tokens confuse most.
    const [own = client] = [audience].flat()
    const common = {
      aud: [...[audience].flat(), 'account'],
      typ: 'Bearer',
      azp: client,
      'allowed-origins': ['https://app.example.com'],
      ...roles,
    }
    return {
      issuer: keycloak({ url: server, realm, audience }),
      keysAt: `${endpoints}/certs`,
      metadata: {
        at: `${url}/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${endpoints}/auth`,
          token_endpoint: `${endpoints}/token`,
          introspection_endpoint: `${endpoints}/token/introspect`,
          userinfo_endpoint: `${endpoints}/userinfo`,
          end_session_endpoint: `${endpoints}/logout`,
          subject_types_supported: ['public', 'pairwise'],
          backchannel_logout_supported: true,
          backchannel_logout_session_supported: true,
        },
      },
      person: {
        typ: 'JWT',
        claims: ({ id }) => ({
          jti: `onrtac:${id}`,
          sub: person,
          ...common,
          sid: 'd1b0f2a4',
          acr: '1',
          scope: 'openid profile email',
          ...ofPerson,
        }),
      },
      machine: {
        typ: 'JWT',
        claims: ({ id, given: { client_id = client } }) => ({
          jti: `trrtcc:${id}`,
          sub: '0b6e8f3c-3a5d-4c1e-9d2b-7f60c1a2b3c4',
          ...common,
          azp: client_id,
          scope: 'profile email',
          email_verified: false,
          clientHost: '172.20.0.1',
          clientAddress: '172.20.0.1',
          client_id,
          preferred_username: `service-account-${client_id}`,
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ iat, id, access, atHash }) => ({
          jti: id,
          aud: own,
          sub: access.sub,
          typ: 'ID',
          azp: own,
          auth_time: iat,
          sid: 'd1b0f2a4',
          at_hash: atHash,
          acr: '1',
          ...ofPerson,
        }),
      },
      refreshToken: {
        typ: 'JWT',
        claims: ({ id, access }) => ({
          jti: id,
          aud: url,
          sub: access.sub,
          typ: 'Refresh',
          azp: client,
          sid: 'd1b0f2a4',
          scope: access.scope,
        }),
      },
      logoutToken: {
        typ: 'JWT',
        claims: ({ id, access }) => ({
          jti: id,
          aud: own,
          sub: access.sub,
          typ: 'Logout',
          sid: 'd1b0f2a4',
          events: {
            'http://schemas.openid.net/event/backchannel-logout': {},
            revoke_offline_access: false,
          },
        }),
      },
    }
  },
}
