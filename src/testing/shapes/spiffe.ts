import { spiffe } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** One SPIFFE trust domain, whose JWT-SVIDs have no `iss`, as SPIRE makes them. */
export const spiffeShape: Shape<'trustDomain'> = {
  url: 'spiffe://test.example.com',
  form: /^spiffe:\/\/(?<trustDomain>[a-z\d._-]+)$/,
  audience: ({ url }) => `${url}/shop/orders`,
  alg: 'ES256',
  at({ url, audience, parts: { trustDomain } }) {
    const bundle = `https://bundles.${trustDomain}/${trustDomain}`
    return {
      issuer: spiffe({ trustDomain, bundle }),
      keysAt: bundle,
      keyMembers: { alg: undefined, use: 'jwt-svid' },
      machine: {
        typ: 'JWT',
        claims: () => ({ iss: undefined, sub: `${url}/shop/web`, aud: [audience].flat() }),
      },
    }
  },
}
