import type { IssuerOptions, Profile } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `adfs`. */
export interface AdfsOptions {
  /**
   * The host of the federation service, e.g. `fs.acme.com`, in upper and lower case as tokens have
   * it in `iss`.
   */
  host: string
}

const known = { host: true } as const satisfies Record<keyof AdfsOptions, true>

const accessTokens: Profile = {
  types: ['jwt'],
  issuedAt: true,
  client: ['appid'],
  scopes: ['scp'],
  scopeArray: false,
  roles: ['role', 'roles'],
}

/**
 * Access tokens of Active Directory Federation Services (AD FS 2016 and later), for people and
 * machines, with the identifier that AD FS is installed with. State the identifier of the Web API
 * as `audience` of the verifier (AD FS puts `microsoft:identityserver:` before what is no URI).
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and their `iss` is an http URL, from
 * which nothing is fetched: keys come by https. They are told from ID tokens by that `iss`, because
 * ID tokens of AD FS may have every other claim of an access token, but have `https://HOST/adfs` as
 * `iss`: never accept that one. A token without `scp` is a machine's; where it has no `sub`, its
 * subject is the client. A person's token without `sub` is refused: have AD FS issue the claim.
 *
 * @throws TypeError for a wrong option.
 */
export function adfs(options: AdfsOptions): IssuerOptions {
  const host = hostOf(presetOptions('adfs', options, known))
  return frozenIssuer({
    issuer: `http://${host}/adfs/services/trust`,
    jwksUri: `https://${host}/adfs/discovery/keys`,
    kinds: [
      { when: { claim: 'scp' }, profile: accessTokens },
      { when: { claim: 'appid' }, profile: { ...accessTokens, subject: 'client' } },
    ],
  })
}

/** Some installations have capital letters in their identifier, which a host may have as well. */
function hostOf(given: PresetOptions): string {
  const host = given.text('host')
  const url = `https://${host}`
  return URL.canParse(url) && new URL(url).hostname === host.toLowerCase()
    ? host
    : given.domain('host')
}
