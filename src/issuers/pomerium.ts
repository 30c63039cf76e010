import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `pomerium`. */
export interface PomeriumOptions {
  /** The host of the route at Pomerium, as callers reach this API, e.g. `orders.acme.com`. */
  host: string
}

const known = { host: true } as const satisfies Record<keyof PomeriumOptions, true>

/**
 * Assertions of Pomerium (version 0.22 and later), which it adds to each request that it lets
 * through. They are not in Authorization: give the guard `tokenHeader: 'X-Pomerium-Jwt-Assertion'`.
 * The audience is the host of the route, so the verifier needs no `audience`.
 *
 * An assertion is no access token of RFC 9068: it has no client, no scopes and the type `JWT`, and
 * its `iss` is a host, from which only keys are fetched. The groups of a person are the roles: they
 * hold the ids and the names of groups.
 *
 * @throws TypeError for a wrong option.
 */
export function pomerium(options: PomeriumOptions): IssuerOptions {
  const host = presetOptions('pomerium', options, known).domain('host')
  return frozenIssuer({
    issuer: host,
    audience: host,
    jwksUri: `https://${host}/.well-known/pomerium/jwks.json`,
    profile: { types: ['jwt'], issuedAt: true, roles: ['groups'] },
  })
}
