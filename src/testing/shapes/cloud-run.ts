import { cloudRun } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const account = '113774264463038321964'

/** Google, as it issues the ID tokens of service accounts. The audience is the service. */
export const cloudRunShape: Shape<never> = {
  url: 'https://accounts.google.com',
  form: /^https:\/\/accounts\.google\.com$/,
  audience: () => 'https://orders-abc-ew.a.run.app',
  at: ({ url, audience }) => ({
    issuer: cloudRun({ audience, acceptIdTokens: true }),
    keysAt: 'https://www.googleapis.com/oauth2/v3/certs',
    metadata: {
      at: `${url}/.well-known/openid-configuration`,
      says: {
        authorization_endpoint: `${url}/o/oauth2/v2/auth`,
        token_endpoint: 'https://oauth2.googleapis.com/token',
        userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
        revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
      },
    },
    machine: {
      typ: 'JWT',
      claims: () => ({
        sub: account,
        aud: audience,
        azp: account,
        email: 'job@test-project.iam.gserviceaccount.com',
        email_verified: true,
      }),
    },
    idToken: {
      typ: 'JWT',
      // The ID token of a person, for a client that is called as the service is.
      claims: ({ atHash }) => ({
        sub: '118133858486581853996',
        aud: audience,
        azp: '123456789-abc.apps.googleusercontent.com',
        email: 'ada@example.com',
        email_verified: true,
        at_hash: atHash,
      }),
    },
    refreshToken: '1//0gX3bVq7TnQ3Zs1c',
  }),
}
