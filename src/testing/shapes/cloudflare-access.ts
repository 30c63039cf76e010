import { cloudflareAccess } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** Cloudflare Access of one team. The audience is the AUD tag of the application. */
export const cloudflareAccessShape: Shape<'team'> = {
  url: 'https://test.cloudflareaccess.com',
  form: /^https:\/\/(?<team>[a-z\d-]+)\.cloudflareaccess\.com$/,
  audience: () => '32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228',
  at: ({ url, audience, parts: { team } }) => ({
    issuer: cloudflareAccess({ team, audience }),
    keysAt: `${url}/cdn-cgi/access/certs`,
    person: {
      typ: 'JWT',
      claims: ({ iat }) => ({
        sub: '7335d417-61da-459d-899c-0a01c76a2f94',
        aud: [audience].flat(),
        email: 'ada@example.com',
        type: 'app',
        identity_nonce: '6ei69kawdKzMIAPF',
        country: 'CH',
        nbf: iat,
      }),
    },
    machine: {
      typ: 'JWT',
      claims: () => ({
        // The subject of a service token is empty, and the token is named here.
        sub: '',
        aud: audience,
        common_name: 'e367826f93b8d71185e03fe518aff3b4.access',
        type: 'app',
      }),
    },
    idToken: {
      typ: 'JWT',
      claims: ({ access }) => ({
        sub: access.sub,
        aud: audience,
        email: 'ada@example.com',
        nonce: 'n-0S6_WzA2Mj',
      }),
    },
  }),
}
