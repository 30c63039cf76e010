import { clerk } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** One instance of Clerk. The audience is the origin of the application, as tokens name no API. */
export const clerkShape: Shape<never> = {
  url: 'https://test-app-1.clerk.accounts.dev',
  form: /^https:\/\/[^/?#@]+$/,
  audience: () => 'https://app.example.com',
  at({ url, audience }) {
    const [party = ''] = [audience].flat()
    return {
      issuer: clerk({ issuer: url, parties: audience }),
      keysAt: `${url}/.well-known/jwks.json`,
      person: {
        typ: 'JWT',
        claims: ({ iat, id }) => ({
          azp: party,
          fva: [7, -1],
          jti: id,
          nbf: iat - 10,
          o: { id: 'org_1', rol: 'admin', slg: 'acme' },
          pla: 'u:free',
          sid: 'sess_2h5k',
          sts: 'active',
          sub: 'user_2h5k',
          v: 2,
        }),
      },
      idToken: {
        typ: 'JWT',
        // The application may be called as its origin is, which is what confuses.
        claims: ({ iat, id, access }) => ({
          sub: access.sub,
          aud: party,
          jti: id,
          auth_time: iat,
          email: 'ada@example.com',
          email_verified: true,
        }),
      },
      // The opaque token of a machine, as Clerk has no refresh tokens.
      refreshToken: 'mt_8XOIucKvqHVr5tYP123456789abcdefghij',
    }
  },
}
