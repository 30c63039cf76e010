import { firebase } from '../../issuers.ts'
import { googleIdToken } from './google-id-token.ts'
import type { Shape } from './shape.ts'

/** Firebase Authentication of one project, whose ID tokens take the place of access tokens. */
export const firebaseShape: Shape<'projectId'> = {
  url: 'https://securetoken.google.com/test-project',
  form: /^https:\/\/securetoken\.google\.com\/(?<projectId>[^/?#]+)$/,
  audience: ({ parts: { projectId } }) => projectId,
  at: ({ audience, parts: { projectId } }) => ({
    issuer: firebase({ projectId, acceptIdTokens: true }),
    keysAt:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    person: {
      typ: 'JWT',
      claims: ({ iat }) => ({
        sub: 'dGVzdC11c2VyLTE',
        aud: audience,
        auth_time: iat,
        user_id: 'dGVzdC11c2VyLTE',
        email: 'ada@example.com',
        email_verified: true,
        firebase: {
          identities: { email: ['ada@example.com'] },
          sign_in_provider: 'password',
        },
      }),
    },
    // The ID token of Google with which the person signed in to Firebase.
    idToken: googleIdToken,
    refreshToken: 'AMf-vBxT9pTnQ3Zs1c',
  }),
}
