import { supabase } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** Supabase Auth of one project, which signs with an asymmetric key. */
export const supabaseShape: Shape<'server'> = {
  url: 'https://abcdefghijklmnopqrst.supabase.co/auth/v1',
  form: /^(?<server>https?:\/\/.+)\/auth\/v1$/,
  audience: () => 'authenticated',
  alg: 'ES256',
  at: ({ url, audience, parts: { server } }) => ({
    issuer: supabase({ url: server }),
    keysAt: `${url}/.well-known/jwks.json`,
    person: {
      typ: 'JWT',
      claims: ({ iat, id }) => ({
        sub: '123e4567-e89b-12d3-a456-426614174000',
        aud: audience,
        role: 'authenticated',
        aal: 'aal1',
        session_id: id,
        email: 'ada@example.com',
        phone: '',
        is_anonymous: false,
        amr: [{ method: 'password', timestamp: iat }],
        app_metadata: { provider: 'email', providers: ['email'] },
        user_metadata: {},
      }),
    },
    idToken: {
      typ: 'JWT',
      // Of an application of the OAuth server that is called as all people are.
      claims: ({ iat, access }) => ({
        sub: access.sub,
        aud: audience,
        auth_time: iat,
        email: 'ada@example.com',
        email_verified: true,
      }),
    },
    refreshToken: 'v1Mr8PnTqLk2',
  }),
}
