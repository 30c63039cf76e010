import type { IssuerOptions, Profile } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `fusionauth`. */
export interface FusionAuthOptions {
  /** The address of FusionAuth, e.g. `https://auth.acme.com`, from which keys are fetched. */
  url: string
  /**
   * The issuer of the tenant, as tokens have it in `iss`. FusionAuth itself sets `acme.com` at
   * first. Default: `url`.
   */
  issuer?: string
}

const known = { url: true, issuer: true } as const satisfies Record<keyof FusionAuthOptions, true>

const accessToken: Profile = {
  types: ['jwt', 'at+jwt'],
  issuedAt: true,
  scopes: ['scope'],
  scopeArray: false,
}
/** The marks of ID tokens that OpenID Connect knows. */
const signs = ['nonce', 'at_hash', 'c_hash', 's_hash']

const ofPeople: Profile = {
  ...accessToken,
  client: ['applicationId'],
  roles: ['roles'],
  permissions: [],
}
const ofMachines: Profile = {
  ...accessToken,
  // Of a person, and of nobody who calls by client credentials.
  refused: [...signs, 'authenticationType', 'auth_time', 'sid', 'email'],
  client: [],
  roles: [],
  permissions: ['permissions'],
}

/**
 * Access tokens of one tenant of FusionAuth, for people and for entities, which are its machines.
 * State the id of the application as `audience` of the verifier, and the id of the entity that
 * stands for this API, if machines call it.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, as that of ID tokens does, and `aud`
 * is the application that a person has signed in to, and not the API. They are told from ID tokens
 * by `applicationId`, which ID tokens have not had since version 1.24, and by the signs of ID tokens
 * (`at_hash`, `c_hash`, `nonce`). A person who is not registered for the application has no
 * `applicationId`, and is refused. A token of a machine has no sign of a person.
 *
 * @throws TypeError for a wrong option.
 */
export function fusionauth(options: FusionAuthOptions): IssuerOptions {
  const given = presetOptions('fusionauth', options, known)
  const url = given.url('url')
  return frozenIssuer({
    issuer: given.has('issuer') ? given.text('issuer') : url,
    jwksUri: `${url}/.well-known/jwks.json`,
    kinds: [
      { when: { claim: 'applicationId' }, profile: ofPeople },
      { when: { claim: 'sub' }, profile: ofMachines },
    ],
  })
}
