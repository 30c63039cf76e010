import { fusionauth } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const server = 'https://fusionauth.test'

/**
 * One tenant of FusionAuth. The audience is the application, and of machines the entity. Where the
 * URL is no URL but a name, as at a new tenant, the server is https://fusionauth.test.
 */
export const fusionauthShape: Shape<'address'> = {
  url: server,
  form: /^(?:(?<address>https?:\/\/[^?#@]*[^/?#@])|[\w.-]+)$/,
  audience: () => '1c3a8d5e-7b2f-4e6a-9d0c-5f4b3a2e1d0c',
  at({ url, audience, parts: { address = server } }) {
    const [application] = [audience].flat()
    const common = {
      sub: '00000000-0000-0000-0000-111111111111',
      tid: 'd7d09513-a3f5-401c-9685-34ab6c552453',
    }
    const ofPerson = {
      authenticationType: 'PASSWORD',
      email: 'ada@example.com',
      email_verified: true,
    }
    return {
      issuer: fusionauth({ url: address, issuer: url }),
      keysAt: `${address}/.well-known/jwks.json`,
      person: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          ...common,
          aud: audience,
          jti: id,
          ...ofPerson,
          applicationId: application,
          scope: 'openid profile',
          roles: [],
          sid: '0abe7139-0bd0-4fd0-a450-c1e8b16e710a',
          auth_time: iat,
        }),
      },
      machine: {
        typ: 'JWT',
        claims: ({ id }) => ({
          ...common,
          sub: 'a7a9c9a2-6c0b-4d3e-8c7a-0a4a5f5d9c11',
          aud: audience,
          jti: id,
          scope: `target-entity:${application}`,
          permissions: [],
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ iat, id, access, atHash }) => ({
          ...common,
          sub: access.sub,
          aud: audience,
          jti: id,
          ...ofPerson,
          scope: 'openid profile',
          sid: '0abe7139-0bd0-4fd0-a450-c1e8b16e710a',
          auth_time: iat,
          at_hash: atHash,
          c_hash: 'BQFdJyZmSg',
        }),
      },
      refreshToken: 'xkAuxYcvGcsWpSBd4b1UHpZlG8t3ESTJ1xQnJHnmO6k',
    }
  },
}
