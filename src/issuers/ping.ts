import type { IssuerOptions, Profile } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `ping`. */
export interface PingOptions {
  /**
   * The issuer, exactly as tokens have it in `iss`: of an environment of PingOne, e.g.
   * `https://auth.pingone.eu/ENVIRONMENT/as`, of PingFederate, or of a realm of PingAM, e.g.
   * `https://am.acme.com/am/oauth2/realms/root/realms/alpha`.
   */
  issuer: string
}

const known = { issuer: true } as const satisfies Record<keyof PingOptions, true>

const accessTokens: Profile = {
  types: ['jwt', 'at+jwt'],
  untyped: true,
  issuedAt: true,
  client: ['client_id', 'azp'],
  scopes: ['scope'],
}

/** PingAM names the kind of each of its tokens. */
const ofPingAm = { claim: 'tokenName', is: 'access_token' } as const

/**
 * Access tokens of PingOne, PingFederate or PingAM (ForgeRock), for people and machines. State the
 * audience of the resource as `audience` of the verifier; PingAM states the client there.
 *
 * The tokens do not follow RFC 9068: their header has no `typ` or says `JWT`, and the token of a
 * machine has no `sub` at PingOne. The subject of such a token is the client; one with a sign of a
 * person, such as `auth_time`, is refused. Tokens of PingAM are told from ID tokens by `tokenName`,
 * those of the others by `client_id`, which PingOne states in access tokens alone; one with `nonce`
 * or another sign of an ID token is refused as well. PingFederate lets an administrator name the
 * claims: have it state `client_id`, `iss`, `aud` and `sub`.
 *
 * @throws TypeError for a wrong option.
 */
export function ping(options: PingOptions): IssuerOptions {
  const given = presetOptions('ping', options, known)
  return frozenIssuer({
    issuer: given.exactUrl('issuer'),
    kinds: [
      { when: ofPingAm, profile: { ...accessTokens, accessToken: ofPingAm } },
      {
        when: { claim: 'client_id' },
        profile: {
          ...accessTokens,
          refused: ['nonce', 'at_hash', 'c_hash', 's_hash', 'tokenName'],
          required: ['client_id'],
          subject: 'client',
        },
      },
    ],
  })
}
