import { descope } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const ofPerson = { amr: ['oauth'], roles: [], permissions: [], tenants: {} }

/** One project of Descope, whose `iss` is its id, or a URL with the id where it is set so. */
export const descopeShape: Shape<'id' | 'app'> = {
  url: 'P2YuRTmSv8PdoasfasfWiLoBrZP9',
  form: /^(?:(?<id>P\w+)|https:\/\/[^/?#@]+\/v1\/apps\/(?<app>P\w+))$/,
  audience: ({ parts: { id, app } }) => id ?? app,
  at({ url, audience, parts: { id, app } }) {
    const projectId = id ?? app
    const issuer = descope({ projectId, issuer: url, audience })
    // As Descope issues them at first, they have no audience.
    const aud = audience === projectId && id !== undefined ? undefined : [audience].flat()
    return {
      issuer,
      keysAt: String(issuer.jwksUri),
      person: {
        typ: 'JWT',
        claims: ({ iat }) => ({
          sub: 'U2YualoWDiRkFAEpoyOwAEyT07jk',
          aud,
          drn: 'DS',
          rexp: new Date((iat + 2419200) * 1000).toISOString(),
          ...ofPerson,
        }),
      },
      machine: {
        typ: 'JWT',
        // What an access key is exchanged for.
        claims: () => ({ sub: 'K2abc', aud, drn: 'DS', roles: [], permissions: [] }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ iat, access }) => ({
          sub: access.sub,
          aud,
          auth_time: iat,
          nonce: 'n-0S6_WzA2Mj',
          email: 'ada@example.com',
        }),
      },
      refreshToken: {
        typ: 'JWT',
        claims: ({ access }) => ({ sub: access.sub, aud, drn: 'DSR', ...ofPerson }),
      },
    }
  },
}
