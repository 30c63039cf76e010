import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `cloudflareAccess`. */
export interface CloudflareAccessOptions {
  /** The name of the team: `acme` of `https://acme.cloudflareaccess.com`. */
  team: string
  /**
   * The Application Audience (AUD) tag of the application, 64 hexadecimal digits. One or several; a
   * match of any is enough.
   */
  audience: string | readonly string[]
}

const known = { team: true, audience: true } as const satisfies Record<
  keyof CloudflareAccessOptions,
  true
>

/**
 * Application tokens of Cloudflare Access, for people and service tokens, which it adds to each
 * request that it lets through. They are not in Authorization: give the guard
 * `tokenHeader: 'Cf-Access-Jwt-Assertion'`.
 *
 * An application token is no access token of RFC 9068: it has no scopes, and the type `JWT` or none.
 * It is made for one application alone, which is its audience. It is told from other tokens of
 * Access by `type`, which is `app`. In the token of a machine, `sub` is empty: the subject is then
 * the Client ID of the service token (`common_name`), unless the token shows a person.
 *
 * @throws TypeError for a wrong option.
 */
export function cloudflareAccess(options: CloudflareAccessOptions): IssuerOptions {
  const given = presetOptions('cloudflareAccess', options, known)
  const issuer = `https://${teamOf(given)}.cloudflareaccess.com`
  const audience = given.texts('audience')
  const wrong = audience.find((one) => !/^[\w-]+$/.test(one))
  if (wrong !== undefined) {
    given.refuse('audience', "holds '%s': write the AUD tag of the application", wrong)
  }
  return frozenIssuer({
    issuer,
    audience,
    jwksUri: `${issuer}/cdn-cgi/access/certs`,
    profile: {
      types: ['jwt'],
      untyped: true,
      accessToken: { claim: 'type', is: 'app' },
      issuedAt: true,
      subject: 'client',
      client: ['common_name'],
    },
  })
}

function teamOf(given: PresetOptions): string {
  const team = given.text('team')
  const name = team.replace(/^https:\/\//, '').replace(/\.cloudflareaccess\.com\/?$/, '')
  if (!/^[a-z\d-]+$/.test(name))
    given.refuse('team', "must be the name of the team, such as 'acme'")
  return team === name ? team : given.refuse('team', "must be the name alone: write '%s'", name)
}
