import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `firebase`. */
export interface FirebaseOptions {
  /** The id of the project, e.g. `acme-shop`; not its number. */
  projectId: string
  /**
   * That ID tokens are accepted in the place of access tokens. It must be exactly true: Firebase has
   * no access tokens.
   */
  acceptIdTokens: true
}

const known = {
  projectId: true,
  acceptIdTokens: true,
} as const satisfies Record<keyof FirebaseOptions, true>

/**
 * ID tokens of Firebase Authentication (Identity Platform), which people's apps send to APIs. The
 * audience is the project, so the verifier needs no `audience`.
 *
 * This accepts ID tokens. They name the whole project as their audience: every app of the project
 * may call every API of it, and there are no scopes. What a person may do is for custom claims to
 * say, such as `roles`. Session cookies and custom tokens have another `iss`, and are refused.
 *
 * @throws TypeError for a wrong option, and without `acceptIdTokens: true`.
 */
export function firebase(options: FirebaseOptions): IssuerOptions {
  const given = presetOptions('firebase', options, known)
  const projectId = given.segment('projectId')
  given.demand(
    'acceptIdTokens',
    'must be true: Firebase gives apps ID tokens alone, which say who a person is and grant nothing',
  )
  return frozenIssuer({
    issuer: `https://securetoken.google.com/${projectId}`,
    audience: projectId,
    jwksUri:
      'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    profile: { types: ['jwt', 'at+jwt'], issuedAt: true },
  })
}
