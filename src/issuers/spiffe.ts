import type { IssuerOptions } from '../core/exports.ts'
import { kindOf } from '../core/option-checks.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `spiffe`. */
export interface SpiffeOptions {
  /** The name of the trust domain, e.g. `acme.com`, with or without `spiffe://` before it. */
  trustDomain: string
  /**
   * The bundle of the trust domain: the URL of its bundle endpoint, or the document that is there.
   * Of a document, nothing is fetched: give it anew when the trust domain changes its keys.
   */
  bundle: string | { readonly keys: readonly object[] }
  /**
   * The `iss` of the tokens, where the server states one (`jwt_issuer` of SPIRE). Tokens without
   * `iss` are accepted all the same. Default: `spiffe://` and the trust domain.
   */
  issuer?: string
}

const known = {
  trustDomain: true,
  bundle: true,
  issuer: true,
} as const satisfies Record<keyof SpiffeOptions, true>

/**
 * JWT-SVIDs of the workloads of one SPIFFE trust domain. State what workloads ask their tokens for
 * as `audience` of the verifier: the SPIFFE ID of this API, for example. `auth.subject` is the
 * SPIFFE ID of the caller.
 *
 * A JWT-SVID is no access token of RFC 9068: it proves which workload calls, and grants nothing. It
 * has no client and no scopes, and mostly no `iss`: the trust domain is told by its `sub` (JWT-SVID
 * section 3.1), which must begin with the trust domain in any case. So check `auth.subject` on each
 * route. Only keys of the bundle with `use: 'jwt-svid'` or `'sig'` count, or without `use`.
 *
 * @throws TypeError for a wrong option.
 */
export function spiffe(options: SpiffeOptions): IssuerOptions {
  const given = presetOptions('spiffe', options, known)
  const domain = trustDomainOf(given)
  return frozenIssuer({
    issuer: given.has('issuer') ? given.text('issuer') : domain,
    ...keysOf(given),
    profile: { types: ['jwt', 'jose'], untyped: true, subjectPrefix: `${domain}/` },
  })
}

/** The characters of a trust domain are those of SPIFFE-ID section 2.1. */
function trustDomainOf(given: PresetOptions): string {
  const name = given.text('trustDomain').replace(/^spiffe:\/\//, '')
  if (!/^[a-z\d._-]{1,255}$/.test(name)) {
    given.refuse(
      'trustDomain',
      "must be the name of a trust domain, such as 'acme.com': small letters, digits and .-_",
    )
  }
  return `spiffe://${name}`
}

function keysOf(given: PresetOptions): Pick<IssuerOptions, 'jwks' | 'jwksUri'> {
  const bundle = given.value('bundle')
  if (typeof bundle === 'string') return { jwksUri: given.exactUrl('bundle') }
  if (typeof bundle !== 'object' || bundle === null || Array.isArray(bundle)) {
    given.refuse(
      'bundle',
      `must be the location of a bundle or the bundle itself, not ${kindOf(bundle)}`,
    )
  }
  const keys = Object.hasOwn(bundle, 'keys') ? (bundle as { keys: unknown }).keys : undefined
  if (!Array.isArray(keys))
    given.refuse('bundle', "must have the keys of the trust domain in 'keys'")
  // A copy, because what a preset gives is frozen, and the bundle is its owner's.
  return { jwks: JSON.parse(JSON.stringify({ keys })) }
}
