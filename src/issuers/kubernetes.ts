import type { IssuerOptions } from '../core/exports.ts'
import type { PresetOptions } from './preset-options.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `kubernetes`. */
export interface KubernetesOptions {
  /**
   * The issuer of the cluster's service accounts (`--service-account-issuer` of the API server),
   * exactly as tokens have it in `iss`: that of AKS ends in a slash.
   */
  issuer: string
  /**
   * Where the keys are, e.g. `https://kubernetes.default.svc/openid/v1/jwks` inside the cluster.
   * Default: the metadata of the issuer says it, as that of EKS, AKS and GKE does.
   */
  jwksUri?: string
}

const known = { issuer: true, jwksUri: true } as const satisfies Record<
  keyof KubernetesOptions,
  true
>

/**
 * Tokens of the service accounts of one Kubernetes cluster, which are projected into pods or come
 * from the TokenRequest API. State as `audience` of the verifier the audience that the pods' volume
 * asks for, a name of this API alone. Never state the audience of the API server: the token that
 * each pod has by default would pass, and whoever receives one may use it on the API server.
 *
 * Every pod that may mount a volume can have a token for any audience. So a good token proves which
 * service account calls, and not that it may: check `auth.subject`
 * (`system:serviceaccount:NAMESPACE:NAME`).
 *
 * The tokens do not follow RFC 9068: their header has no `typ`, and they name no client and no
 * scopes. They are told by the claim `kubernetes.io`; a token with `nonce` or another sign of an ID
 * token is refused as well. Tokens in secrets, which never expire, have another `iss`.
 *
 * @throws TypeError for a wrong option.
 */
export function kubernetes(options: KubernetesOptions): IssuerOptions {
  const given = presetOptions('kubernetes', options, known)
  return frozenIssuer({
    issuer: address(given, 'issuer'),
    ...(given.has('jwksUri') && { jwksUri: address(given, 'jwksUri') }),
    kinds: [
      {
        when: { claim: 'kubernetes.io' },
        profile: { types: ['jwt'], untyped: true, issuedAt: true },
      },
    ],
  })
}

/** A URL, checked, but with the slash at its end, if it has one. */
function address(given: PresetOptions, name: string): string {
  given.url(name)
  return given.text(name)
}
