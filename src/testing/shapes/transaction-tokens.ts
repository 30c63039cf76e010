import { transactionTokens } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** A transaction token service. The audience is the trust domain. */
export const transactionTokensShape: Shape<never> = {
  url: 'https://tts.test',
  form: /^https?:\/\/[^?#@]+$/,
  audience: () => 'test.example.com',
  at({ url, audience }) {
    const { origin, pathname } = new URL(url)
    const path = pathname.replace(/\/$/, '')
    return {
      issuer: transactionTokens({ issuer: url }),
      keysAt: `${origin}${path}/jwks`,
      metadata: {
        at: `${origin}/.well-known/oauth-authorization-server${path}`,
        says: { token_endpoint: `${origin}${path}/token` },
      },
      person: {
        typ: 'txntoken+jwt',
        claims: ({ id }) => ({
          aud: audience,
          txn: id,
          sub: 'd084sdrt234fsaw34tr23t',
          req_wl: 'apigateway.test.example.com',
          scope: 'trade.stocks',
          rctx: { req_ip: '192.0.2.1', authn: 'urn:ietf:rfc:6749' },
          tctx: { action: 'BUY', ticker: 'MSFT' },
        }),
      },
      machine: {
        typ: 'txntoken+jwt',
        // It began the transaction itself.
        claims: ({ id, given: { req_wl = 'spiffe://test.example.com/jobs/settle' } }) => ({
          aud: audience,
          txn: id,
          sub: String(req_wl),
          req_wl,
          scope: 'trade.settle',
        }),
      },
    }
  },
}
