import { casdoor } from '../../issuers.ts'
import type { Claims } from '../claims.ts'
import type { Shape } from './shape.ts'

const person = '4f90e217-d09b-4f44-8e7c-d8e8d0a6a4b1'

/** One installation of Casdoor, with tokens in its format JWT. The audience is the client. */
export const casdoorShape: Shape<never> = {
  url: 'https://casdoor.test',
  form: /^https?:\/\/[^?#@]*[^/?#@]$/,
  audience: () => 'e9b6d2a1c4f84d3a9b0c',
  at({ url, audience }) {
    const [client = ''] = [audience].flat()
    function claimsOf(tokenType: string, id: string, iat: number): Claims {
      return {
        owner: 'test',
        name: 'ada',
        id: person,
        type: 'normal-user',
        email: 'ada@example.com',
        isAdmin: false,
        roles: [],
        permissions: [],
        groups: [],
        tokenType,
        tag: '',
        scope: 'openid profile',
        azp: client,
        sub: person,
        aud: [audience].flat(),
        nbf: iat,
        jti: `admin/${id}`,
      }
    }
    return {
      issuer: casdoor({ url }),
      keysAt: `${url}/.well-known/jwks`,
      metadata: {
        at: `${url}/.well-known/openid-configuration`,
        says: {
          authorization_endpoint: `${url}/login/oauth/authorize`,
          token_endpoint: `${url}/api/login/oauth/access_token`,
          userinfo_endpoint: `${url}/api/userinfo`,
          introspection_endpoint: `${url}/api/login/oauth/introspect`,
        },
      },
      person: { typ: 'JWT', claims: ({ iat, id }) => claimsOf('access-token', id, iat) },
      machine: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          ...claimsOf('access-token', id, iat),
          name: 'job',
          id: undefined,
          email: undefined,
          type: 'application',
          scope: '',
          sub: 'admin/job',
        }),
      },
      idToken: {
        typ: 'JWT',
        // Where it is the same text as the access token, nobody can tell it from that.
        claims: ({ iat, id, access: { sub } }) => ({ ...claimsOf('id-token', id, iat), sub }),
      },
      refreshToken: {
        typ: 'JWT',
        claims: ({ iat, id, access: { sub } }) => ({ ...claimsOf('refresh-token', id, iat), sub }),
      },
    }
  },
}
