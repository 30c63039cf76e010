import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `cloudRun`. */
export interface CloudRunOptions {
  /**
   * The audience for which callers ask their token: the URL of the service, e.g.
   * `https://orders-abc-ew.a.run.app`, or a custom audience. One or several; a match of any is
   * enough.
   */
  audience: string | readonly string[]
  /**
   * That ID tokens are accepted in the place of access tokens. It must be exactly true: that is what
   * service accounts of Google send to each other.
   */
  acceptIdTokens: true
}

const known = {
  audience: true,
  acceptIdTokens: true,
} as const satisfies Record<keyof CloudRunOptions, true>

/**
 * ID tokens of Google's service accounts, which services on Cloud Run, Cloud Functions, Pub/Sub and
 * the like send to APIs.
 *
 * This accepts ID tokens, and whoever has a service account at Google, in any project, can get one
 * for any audience. So a good token proves which service account calls, and not that it may: check
 * `auth.subject`, the number of the service account, or `auth.claims.email` on every route, unless
 * Google's own check of permissions (`roles/run.invoker`) stands before the API. There are no
 * scopes. ID tokens of people, with `at_hash` or `nonce`, are refused, and so is the id of an OAuth
 * client as audience.
 *
 * @throws TypeError for a wrong option, and without `acceptIdTokens: true`.
 */
export function cloudRun(options: CloudRunOptions): IssuerOptions {
  const given = presetOptions('cloudRun', options, known)
  const audience = given.texts('audience')
  if (audience.some((one) => one.endsWith('.apps.googleusercontent.com'))) {
    given.refuse(
      'audience',
      'names an OAuth client, whose ID tokens are those of people: name the URL of the service',
    )
  }
  given.demand(
    'acceptIdTokens',
    'must be true: service accounts send ID tokens, which say who calls and grant nothing',
  )
  return frozenIssuer({
    issuer: 'https://accounts.google.com',
    audience,
    profile: { types: ['jwt', 'at+jwt'], issuedAt: true, client: ['azp'] },
  })
}
