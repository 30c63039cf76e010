import { googleIap } from '../../issuers.ts'
import { googleIdToken } from './google-id-token.ts'
import type { Shape } from './shape.ts'

/** Google's Identity-Aware Proxy. The audience is the backend. */
export const googleIapShape: Shape<never> = {
  url: 'https://cloud.google.com/iap',
  form: /^https:\/\/cloud\.google\.com\/iap$/,
  audience: () => '/projects/123456789/global/backendServices/987654321',
  alg: 'ES256',
  at: ({ audience }) => ({
    issuer: googleIap({ audience }),
    keysAt: 'https://www.gstatic.com/iap/verify/public_key-jwk',
    person: {
      typ: 'JWT',
      claims: () => ({
        sub: 'accounts.google.com:118133858486581853996',
        aud: audience,
        email: 'accounts.google.com:ada@example.com',
        hd: 'example.com',
        google: { access_levels: ['accessPolicies/1/accessLevels/2'] },
      }),
    },
    machine: {
      typ: 'JWT',
      claims: () => ({
        sub: 'accounts.google.com:113774264463038321964',
        aud: audience,
        email: 'job@test-project.iam.gserviceaccount.com',
      }),
    },
    // What a caller sends to the proxy.
    idToken: googleIdToken,
  }),
}
