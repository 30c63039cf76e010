import { entraB2c } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const policy = 'B2C_1_SignIn'
const ofPerson = {
  sub: '884408e1-2918-4cc0-b12d-3aa027d7563b',
  nonce: 'n-0S6_WzA2Mj',
  tfp: policy,
  ver: '1.0',
}

/** One tenant of Azure AD B2C, with the policy B2C_1_SignIn. */
export const entraB2cShape: Shape<'domain' | 'tenant'> = {
  url: 'https://test.b2clogin.com/775527ff-9a37-4307-8b3d-cc311f58d925/v2.0/',
  form: /^https:\/\/(?<domain>[^/?#@]+)\/(?<tenant>[\da-f-]{36})\/v2\.0\/$/,
  audience: () => '90c0fe63-bcf2-44d5-8fb7-b8bbc0b29dc6',
  at({ audience, parts: { domain, tenant } }) {
    const at = `https://${domain}/${tenant}`
    const endpoints = `${at}/${policy.toLowerCase()}/oauth2/v2.0`
    return {
      issuer: entraB2c({ tenant, policy, domain }),
      keysAt: `${at}/${policy.toLowerCase()}/discovery/v2.0/keys`,
      keyMembers: { alg: undefined },
      metadata: {
        at: `${at}/${policy}/v2.0/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${endpoints}/authorize`,
          token_endpoint: `${endpoints}/token`,
          end_session_endpoint: `${endpoints}/logout`,
        },
      },
      person: {
        typ: 'JWT',
        // It has the nonce of the sign-in, as ID tokens have.
        claims: ({ iat }) => ({
          aud: audience,
          azp: '975251ed-e4f5-4efd-abcb-5f1a8f566ab7',
          scp: 'access_as_user',
          nbf: iat,
          auth_time: iat,
          ...ofPerson,
        }),
      },
      machine: {
        typ: 'JWT',
        claims: ({ iat }) => ({
          aud: audience,
          azp: '0c7f9f4e-5b0a-4d1c-8a6e-2f3b4c5d6e7f',
          scp: 'app.access',
          nbf: iat,
          sub: '0c7f9f4e-5b0a-4d1c-8a6e-2f3b4c5d6e7f',
          tfp: policy,
          ver: '1.0',
        }),
      },
      idToken: {
        typ: 'JWT',
        // API and client may be one app registration, which is what confuses.
        claims: ({ iat, access }) => ({
          aud: audience,
          nbf: iat,
          auth_time: iat,
          ...ofPerson,
          sub: access.sub,
        }),
      },
      refreshToken: 'eyJraWQiOiIxIiwidmVyIjoiMS4wIiwiemlwIjoiRGVmbGF0ZSIsInNlciI6IjEuMCJ9.a.b.c.d',
    }
  },
}
