import { pomerium } from '../../issuers.ts'
import { googleIdToken } from './google-id-token.ts'
import type { Shape } from './shape.ts'

const person = 'google/118133858486581853996'

/** Pomerium before one route, whose host is both issuer and audience. */
export const pomeriumShape: Shape<never> = {
  url: 'orders.example.com',
  form: /^[a-z\d.-]+$/,
  audience: ({ url }) => url,
  alg: 'ES256',
  at: ({ url, audience }) => ({
    issuer: pomerium({ host: url }),
    keysAt: `https://${url}/.well-known/pomerium/jwks.json`,
    person: {
      typ: 'JWT',
      claims: ({ id }) => ({
        aud: audience,
        jti: id,
        sid: '9e2f',
        sub: person,
        user: person,
        email: 'ada@example.com',
        groups: [],
        name: 'Ada Lovelace',
      }),
    },
    machine: {
      typ: 'JWT',
      claims: ({ id }) => ({
        aud: audience,
        jti: id,
        sid: '9e30',
        sub: 'job',
        user: 'job',
        email: '',
        groups: [],
      }),
    },
    // The ID token of the identity provider with which the person signed in.
    idToken: googleIdToken,
  }),
}
