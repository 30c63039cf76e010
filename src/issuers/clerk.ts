import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `clerk`. */
export interface ClerkOptions {
  /**
   * The Frontend API URL of the instance, e.g. `https://clerk.acme.com`, or
   * `https://happy-hippo-1.clerk.accounts.dev` of a development instance.
   */
  issuer: string
  /**
   * The origins of the applications whose people may call, e.g. `https://app.acme.com`, as browsers
   * send them in `Origin`.
   */
  parties: string | readonly string[]
  /**
   * How session tokens name this API, where they were given a claim `aud`. Default: none, and
   * session tokens with `aud` are refused. Native applications send no `Origin`, and need the claim.
   */
  audience?: string | readonly string[]
}

const known = { issuer: true, parties: true, audience: true } as const satisfies Record<
  keyof ClerkOptions,
  true
>

/**
 * Session tokens of one instance of Clerk, which applications send to APIs. What `getToken()` gives
 * with a template, OAuth access tokens and tokens of machines are refused.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, they have no scopes, and unless they
 * were given an `aud`, nothing in them names this API. Then the origin of the application in `azp`
 * must be one of `parties`. RFC 9068 section 4 demands an `aud` that names the API: without one, a
 * session of any of these applications is good for each API that trusts them. A token with an `aud`
 * must name this API, and its `azp`, if it has one, must be one of `parties`, too.
 *
 * Session tokens are told from other tokens by `sid`, the session. A session that is pending, e.g.
 * because a second factor is still to be set up, is refused (`sts`).
 *
 * @throws TypeError for a wrong option.
 */
export function clerk(options: ClerkOptions): IssuerOptions {
  const given = presetOptions('clerk', options, known)
  const issuer = given.url('issuer')
  const parties = partiesOf(given)
  const audience = given.has('audience') ? given.texts('audience') : []
  return frozenIssuer({
    issuer,
    audience: [...parties, ...audience.filter((one) => !parties.includes(one))],
    jwksUri: `${issuer}/.well-known/jwks.json`,
    profile: {
      types: ['jwt'],
      accessToken: { claim: 'sid' },
      refused: [
        { claim: 'azp', not: parties },
        { claim: 'sts', not: 'active' },
      ],
      required: ['sid'],
      issuedAt: true,
      audience: 'azp',
      client: ['azp'],
      permissions: ['permissions', 'org_permissions'],
    },
  })
}

function partiesOf(given: PresetOptions): readonly string[] {
  const parties = given.texts('parties')
  for (const party of parties) {
    if (!/^[a-z][a-z\d+.-]*:\/\/[^/]/.test(party) || !URL.canParse(party)) {
      given.refuse('parties', "holds '%s': write origins, such as 'https://app.acme.com'", party)
    }
    // The origin of a URL with another scheme, such as that of a browser extension, is 'null'.
    const { origin } = new URL(party)
    if (/^https?:/.test(party) && origin !== party) {
      given.refuse('parties', "holds '%s': write its origin, '%s'", party, origin)
    }
  }
  return parties
}
