import { ping } from '../../issuers.ts'
import type { PartialModel, Place, Shape } from './shape.ts'

const environment = '4631af52-7ec7-48cf-848f-48cf8ca8e1ab'
const client = 'adeeb901-7b64-453d-92bc-059bcbcc5958'

/** One environment of PingOne, or a realm of PingAM, where the URL is such. */
export const pingShape: Shape<never> = {
  url: `https://auth.pingone.eu/${environment}/as`,
  form: /^https?:\/\/[^?#@]*[^/?#@]$/,
  at: (place) => (/\/oauth2(?:\/|$)/.test(place.url) ? pingAm(place) : pingOne(place)),
}

function pingOne({ url, audience }: Place): PartialModel {
  const common = Object.fromEntries([
    ['env', environment],
    ['org', '84c4c0c0-0ca2-43b4-a62c-d830882855bc'],
  ])
  const sid = '2dd6d4a4-0b59-4c99-8a57-4c189f09b24f'
  return {
    issuer: ping({ issuer: url }),
    keysAt: `${url}/jwks`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        userinfo_endpoint: `${url}/userinfo`,
        introspection_endpoint: `${url}/introspect`,
        revocation_endpoint: `${url}/revoke`,
        end_session_endpoint: `${url}/signoff`,
      },
    },
    person: {
      claims: ({ iat, id }) => ({
        sub: 'cf025143-501a-4d70-9c80-95d69121d7b3',
        aud: [audience].flat(),
        client_id: client,
        acr: 'Single_Factor',
        auth_time: iat,
        jti: id,
        scope: 'openid profile',
        sid,
        ...common,
      }),
    },
    machine: {
      // It has no subject.
      claims: ({ id }) => ({
        aud: [audience].flat(),
        client_id: '0d9e1f2a-3b4c-4d5e-8f6a-7b8c9d0e1f2a',
        jti: id,
        scope: '',
        ...common,
      }),
    },
    idToken: {
      claims: ({ iat, access, atHash }) => ({
        sub: access.sub,
        aud: client,
        acr: 'Single_Factor',
        amr: ['otp'],
        auth_time: iat,
        at_hash: atHash,
        nonce: 'n-0S6_WzA2Mj',
        sid,
        ...common,
      }),
    },
    refreshToken: 'Zb6S3n2hQv1dKf8wLzRtYp0uGcMeJaOiXb6S3n2h',
  }
}

/** The audience of its tokens is the client. */
function pingAm({ url, audience }: Place): PartialModel {
  const person = 'a0325ea4-9d9b-4056-931b-ab64704cc3da'
  return {
    issuer: ping({ issuer: url }),
    keysAt: `${url}/connect/jwk_uri`,
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/access_token`,
        userinfo_endpoint: `${url}/userinfo`,
        introspection_endpoint: `${url}/introspect`,
        revocation_endpoint: `${url}/token/revoke`,
        end_session_endpoint: `${url}/connect/endSession`,
      },
    },
    person: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        sub: person,
        aud: audience,
        tokenName: 'access_token',
        token_type: 'Bearer',
        grant_type: 'authorization_code',
        realm: '/alpha',
        auth_time: iat,
        scope: ['openid'],
        jti: id,
        nbf: iat,
      }),
    },
    machine: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        sub: '(age!job)',
        subname: 'job',
        aud: audience,
        tokenName: 'access_token',
        token_type: 'Bearer',
        grant_type: 'client_credentials',
        realm: '/alpha',
        scope: [],
        jti: id,
        nbf: iat,
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ iat, access, atHash }) => ({
        sub: access.sub,
        aud: audience,
        azp: [audience].flat()[0],
        tokenName: 'id_token',
        tokenType: 'JWTToken',
        realm: '/alpha',
        auth_time: iat,
        at_hash: atHash,
      }),
    },
    refreshToken: {
      typ: 'JWT',
      claims: ({ iat, id, access }) => ({
        sub: access.sub,
        aud: audience,
        tokenName: 'refresh_token',
        realm: '/alpha',
        scope: ['openid'],
        jti: id,
        nbf: iat,
      }),
    },
  }
}
