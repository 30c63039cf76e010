import { workos } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** AuthKit of WorkOS. The audience is the issuer itself, as tokens name no API. */
export const workosShape: Shape<'domain' | 'clientId'> = {
  url: 'https://api.workos.com/user_management/client_01HXYZ4K5M6N7P8Q9R0S1T2V3W',
  form: /^https:\/\/(?<domain>[^/?#@]+)\/user_management\/(?<clientId>[^/?#]+)$/,
  audience: ({ url }) => url,
  at({ url, audience, parts: { domain, clientId } }) {
    const named = audience === url ? undefined : audience
    return {
      issuer: workos({ clientId, domain, ...(named !== undefined && { audience: named }) }),
      keysAt: `https://api.workos.com/sso/jwks/${clientId}`,
      person: {
        typ: 'JWT',
        claims: ({ id }) => ({
          sub: 'user_01HBEQKA6K4QJAS93VPE39W1JT',
          aud: named,
          sid: 'session_01HQSXZGF8FHF7A9ZZFCW4387R',
          jti: id,
          org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S',
          role: 'member',
          roles: ['member'],
          permissions: [],
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ access }) => ({ sub: access.sub, aud: named, nonce: 'n-0S6_WzA2Mj' }),
      },
      refreshToken: 'yAjhKk123NLIjdrBdGZPf8pLIDvK',
    }
  },
}
