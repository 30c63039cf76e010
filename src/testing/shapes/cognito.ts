import { cognito } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const person = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'

/** One user pool of Amazon Cognito. The audience is the app client, as tokens name no API. */
export const cognitoShape: Shape<'replicated' | 'region' | 'userPool'> = {
  url: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Test12345',
  form: /^https:\/\/(?<replicated>issuer\.)?cognito-idp\.(?<region>[^./]+)\.amazonaws\.com\/(?<userPool>[^/?#]+)$/,
  audience: () => '57cbishk4j24pabc1234567890',
  at({ url, audience, parts: { replicated, region, userPool } }) {
    const [client = ''] = [audience].flat()
    return {
      issuer: cognito({ region, userPool, clients: audience, multiRegion: Boolean(replicated) }),
      keysAt: `${url}/.well-known/jwks.json`,
      metadata: { at: `${url}/.well-known/openid-configuration`, says: {} },
      person: {
        claims: ({ iat, id }) => ({
          sub: person,
          client_id: client,
          origin_jti: id,
          event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
          token_use: 'access',
          scope: 'aws.cognito.signin.user.admin',
          auth_time: iat,
          jti: id,
          username: 'ada',
        }),
      },
      machine: {
        claims: ({ iat, id, given: { client_id = client } }) => ({
          sub: client_id,
          client_id,
          token_use: 'access',
          scope: '',
          auth_time: iat,
          jti: id,
          version: 2,
        }),
      },
      idToken: {
        // It has no nonce and no at_hash where people sign in through the API of Cognito.
        claims: ({ iat, id, access }) => ({
          sub: access.sub,
          aud: client,
          origin_jti: id,
          event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
          token_use: 'id',
          auth_time: iat,
          jti: id,
          'cognito:username': 'ada',
          email: 'ada@example.com',
          email_verified: true,
        }),
      },
      // Five parts, as every encrypted token has them (RFC 7516 section 3.1).
      refreshToken:
        'eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ.a2V5.aXY.dGV4dA.dGFn',
    }
  },
}
