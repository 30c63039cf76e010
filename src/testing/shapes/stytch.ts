import { stytch } from '../../issuers.ts'
import type { Shape } from './shape.ts'

const person = 'user-live-16d9ba61-97a1-4ba4-9720-b03761dc50c6'
const project = 'project-live-8aed2e54-0266-4793-9b5e-0cc9c56064da'

/** One project of Stytch, whose `iss` is no URL unless the project has a domain. */
export const stytchShape: Shape<'projectId' | 'domain'> = {
  url: `stytch.com/${project}`,
  form: /^(?:stytch\.com\/(?<projectId>project-(?:live|test)-[^/?#]+)|https:\/\/(?<domain>[^/?#@]+))$/,
  audience: ({ parts: { projectId = project } }) => projectId,
  at({ audience, parts: { projectId, domain } }) {
    const issuer = domain === undefined ? stytch({ projectId }) : stytch({ domain })
    const keysAt = String(issuer.jwksUri)
    return {
      issuer,
      keysAt,
      // The session JWT.
      person: {
        typ: 'JWT',
        claims: ({ iat }) => ({
          sub: person,
          aud: [audience].flat(),
          nbf: iat,
          'https://stytch.com/session': {
            id: 'session-live-fe6c042b-6286-479f-8a4f-b046a6c46509',
            roles: ['stytch_user'],
          },
        }),
      },
      machine: {
        typ: 'JWT',
        claims: ({ iat }) => ({
          sub: 'm2m-client-live-d731954d-dab3-4a2b-bdee-07f3ad1be885',
          aud: [audience].flat(),
          nbf: iat,
          scope: 'read:users',
        }),
      },
      idToken: {
        typ: 'JWT',
        claims: ({ access }) => ({
          sub: access.sub,
          aud: [audience].flat(),
          email: 'ada@example.com',
          email_verified: true,
        }),
      },
      refreshToken: 'mZAYn5aLEqKUlZ_Ad9U_fWr38GaAQ1oFAhT8ds245v7Q',
    }
  },
}
