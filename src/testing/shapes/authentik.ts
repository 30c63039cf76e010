import { authentik } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const ofPerson = {
  acr: 'goauthentik.io/providers/oauth2/default',
  amr: ['pwd'],
  sid: '5868879d4070ef8b',
  email: 'ada@example.com',
  preferred_username: 'ada',
  groups: [],
}

/** One application of authentik. The audience is its client. */
export const authentikShape: Shape<'server' | 'application'> = {
  url: 'https://authentik.test/application/o/test/',
  form: /^(?<server>https?:\/\/.+)\/application\/o\/(?<application>[^/]+)\/$/,
  audience: () => 'iYQpTkwFvDnHbZ3RmXqL8sJcG2aUeWoK5tN1yB7d',
  at({ url, audience, parts: { server, application } }) {
    const [client = ''] = [audience].flat()
    const endpoints = `${server}/application/o`
    return {
      issuer: authentik({ url: server, application }),
      keysAt: `${url}jwks/`,
      metadata: {
        at: `${url}.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${endpoints}/authorize/`,
          token_endpoint: `${endpoints}/token/`,
          userinfo_endpoint: `${endpoints}/userinfo/`,
          introspection_endpoint: `${endpoints}/introspect/`,
          revocation_endpoint: `${endpoints}/revoke/`,
          end_session_endpoint: `${url}end-session/`,
        },
      },
      person: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          sub: 'e038a2dce4819247f6d0d3aacdde4a9ad2988daa66bf6372713a13babfa61aa4',
          aud: audience,
          auth_time: iat,
          ...ofPerson,
          azp: client,
          uid: id,
          scope: 'openid profile email',
        }),
      },
      machine: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          sub: '2ac1102e7cf5a4b1cb2dd5adbe4761c551691ecd88991f78d0195d4d3d0cfcfa',
          aud: audience,
          auth_time: iat,
          acr: 'goauthentik.io/providers/oauth2/default',
          preferred_username: `ak-${application}-client_credentials`,
          azp: client,
          uid: id,
          scope: '',
        }),
      },
      idToken: {
        typ: 'JWT',
        // It need have no nonce, and it is for the same audience.
        claims: ({ iat, access }) => ({
          sub: access.sub,
          aud: audience,
          auth_time: iat,
          ...ofPerson,
        }),
      },
      refreshToken: 'kGPN2rhtUO2PC3GAZOsnRmsGUjEdV4MMj7EO8vMu',
    }
  },
}
