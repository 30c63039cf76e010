import type { JWK } from 'jose'
import type { Algorithm } from './algorithms.ts'
import type { ClientOptions } from './client/client-options.ts'
import { resolveClient } from './client/client-options.ts'
import type { InsecureHosts } from './insecure-hosts.ts'
import type { IntrospectionOptions } from './introspection/introspection-options.ts'
import { resolveIntrospection } from './introspection/introspection-options.ts'
import { isIdentifier, issuerFlaw } from './issuer-url.ts'
import type { TrustedIssuer } from './issuers/active-issuer.ts'
import type { DecryptionOptions } from './jwt/decryption-options.ts'
import { resolveDecryption } from './jwt/decryption-options.ts'
import type { Mark } from './jwt/marks.ts'
import { algorithmsFor, policyOf, resolveKinds } from './jwt/policy-options.ts'
import type { Profile, ProfileName } from './jwt/profile.ts'
import { profiles } from './jwt/profile.ts'
import type { IssuerPolicies, IssuerPolicy } from './jwt/token-kinds.ts'
import { policiesOf, subjectPrefixesOf } from './jwt/token-kinds.ts'
import type { TokenPolicy } from './jwt/token-policy.ts'
import { resolveLocation } from './keys/location-options.ts'
import {
  checkDefined,
  kindOf,
  knownOptions,
  optionalFunction,
  wrongOption,
} from './option-checks.ts'
import { own } from './own-members.ts'
import type { FetchLike } from './remote/http.ts'
import { resolveStatusOrigins } from './status/options.ts'

/**
 * One trusted issuer. A member that is stated here replaces the verifier's option of that name, and
 * never merges with it.
 */
export interface IssuerOptions {
  /**
   * The exact `iss` of its tokens: an https URL (RFC 8414 section 2). Where `jwksUri`, `jwks`,
   * `secret` or `metadataUrl` is given and the profile is not 'rfc9068', it may be any text of 1 to 1024
   * printable ASCII characters without space, `{` and `}` (RFC 7519 section 4.1.1), such as a name
   * or an http URL: nothing is fetched from it.
   */
  issuer: string
  /** How this issuer names this API in `aud` (RFC 9068 section 4). */
  audience?: string | readonly string[]
  /**
   * Signature algorithms that its tokens may have (RFC 8725bis section 3.1). With `secret`, they are
   * of HS256, HS384 and HS512.
   */
  algorithms?: readonly Algorithm[]
  /** What its access tokens look like. */
  profile?: ProfileName | Profile
  /** Seconds by which its clock may differ; at most 300. */
  clockTolerance?: number | undefined
  /**
   * Where its metadata is (the well-known locations of OIDC Discovery and RFC 8414). Its `issuer`,
   * or, as AD FS has it, its `access_token_issuer`, must be identical to `issuer`.
   */
  metadataUrl?: string | undefined
  /** Where its keys are; skips discovery. */
  jwksUri?: string | undefined
  /**
   * Its keys: a JWK Set, or one PEM (SPKI) public key. Nothing is fetched. The set may be given as
   * the issuer publishes it: keys for another issuer, purpose, algorithm or curve are ignored,
   * each with an event when the keys are first used. A key that is malformed, weak, private or
   * symmetric is refused, and so is a set without a usable key.
   */
  jwks?: { keys: readonly JWK[] } | string | undefined
  /**
   * The secret that it shares with this API, where it signs with no key pair (RFC 7518 section 3.2).
   * Its algorithms are then those of HS256, HS384 and HS512 that `algorithms` names; default: HS256.
   * At least 32, 48 or 64 octets, for the largest of them. Whoever has the secret can make tokens.
   * Refused: a PEM or DER file, JSON, a text with whitespace, and fewer than 8 different octets.
   * Nothing is fetched. It is copied.
   */
  secret?: Uint8Array | undefined
  /**
   * How its tokens are encrypted to this API: first signed, then encrypted (RFC 7519 section 5.2).
   * Default: a token of five parts is refused, as `encrypted`. Refused in the answer of a resolver:
   * an encrypted token names no issuer to ask it for.
   */
  decryption?: DecryptionOptions | undefined
  /**
   * Kinds of tokens, told apart by a mark: the first kind whose mark a token has decides. A token
   * of none of them is refused as `token-type`. What a kind leaves out is that of the issuer, else
   * that of the verifier; where all kinds name an audience, the issuer needs none. Default: all
   * tokens are of one kind.
   */
  kinds?:
    | readonly { when: Mark; audience?: string | readonly string[]; profile?: Profile }[]
    | undefined
  /**
   * The permissions of each role, which are added to those that the token states. Default: none.
   */
  permissionsOf?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Fetches the metadata and keys of this issuer (the verifier's `fetch`). Where a resolver gives a
   * new function with an answer that is otherwise the same, the keys stay, and the new function
   * fetches from then on.
   */
  fetch?: FetchLike | undefined
  /**
   * This API as a client of the issuer, for what only a client may ask it: introspection, and the
   * exchange of tokens. It has either a secret or a private key. Default: none.
   */
  client?: ClientOptions | undefined
  /**
   * How the issuer is asked about opaque tokens, which only it can read (RFC 7662), and about JWTs on
   * routes with `introspect: true`. Whoever asks is the `client` of this issuer, unless it is stated
   * here. Default: opaque tokens are refused. Not in the answer of an issuer resolver: an opaque
   * token names no issuer to resolve.
   */
  introspection?: IntrospectionOptions | undefined
  /**
   * Whether the status lists of the issuer are asked (Token Status List): a token that refers to one
   * (`status.status_list`) is accepted only if its status there is VALID. Lists are https documents
   * at the origin of the issuer; a list of origins names others in its place. They are kept as long
   * as their `ttl` says, from 60 to 86400 seconds, else 600. A token without `status` passes. While a
   * list cannot be had, its tokens are answered 503. Default: false.
   */
  statusList?: boolean | readonly string[] | undefined
}

/**
 * Gives the options of the issuer that a token names, or undefined if that issuer is not trusted.
 * The `iss` is a claim of a token that nobody has verified: 1 to 1024 printable ASCII characters
 * without space, `{` and `}`, and not always a URL. Compare it in full, and never build the address
 * of keys from it without a check.
 *
 * It is called once for all requests that wait for its answer. An answer is kept for 600 seconds, a
 * refusal for 30; `verifier.forget` forgets either.
 */
export type IssuerResolver = (
  iss: string,
) => IssuerOptions | undefined | Promise<IssuerOptions | undefined>

const known = {
  issuer: true,
  audience: true,
  algorithms: true,
  profile: true,
  clockTolerance: true,
  metadataUrl: true,
  jwksUri: true,
  jwks: true,
  secret: true,
  decryption: true,
  kinds: true,
  permissionsOf: true,
  fetch: true,
  client: true,
  introspection: true,
  statusList: true,
} as const satisfies Record<keyof IssuerOptions, true>

function inIssuer(name: string): string {
  return `it belongs to one issuer: issuer: { issuer: 'https://…', ${name}: … }`
}

/**
 * Options of one issuer that are often given to the verifier by mistake, each with the message that
 * says where it belongs.
 */
export const issuerElsewhere: Readonly<Record<string, string>> = {
  metadataUrl: inIssuer('metadataUrl'),
  jwksUri: inIssuer('jwksUri'),
  jwks: inIssuer('jwks'),
  secret: inIssuer('secret'),
  decryption: inIssuer('decryption'),
  kinds: inIssuer('kinds'),
  permissionsOf: inIssuer('permissionsOf'),
  client: inIssuer('client'),
  introspection: inIssuer('introspection'),
  statusList: inIssuer('statusList'),
}

/**
 * The options of one issuer, checked. Messages name the issuer, but not the issuer of a resolver's
 * answer: that is the `iss` of a token that nobody has verified.
 */
export function resolveIssuer(
  given: unknown,
  defaults: TokenPolicy,
  {
    insecureHosts,
    resolved,
  }: { readonly insecureHosts: InsecureHosts; readonly resolved: boolean },
): TrustedIssuer {
  const object = typeof given === 'string' ? { issuer: given } : given
  if (typeof object !== 'object' || object === null) {
    wrongOption("option 'issuer'", `must be an issuer URL or its options, not ${kindOf(given)}`)
  }
  const options = knownOptions("option 'issuer'", object, known)
  const { issuer } = options
  const flaw = issuerFlaw(issuer, insecureHosts)
  if (flaw !== undefined && !isIdentifier(issuer)) refuseIssuer(issuer, flaw)
  const what = resolved ? 'option' : `of issuer ${issuer}: option`
  const of = `${what} '`
  checkDefined(what, options, ['audience', 'algorithms', 'profile'])
  if (resolved && options['decryption'] !== undefined) {
    const fix = 'is only for issuers that are listed: an encrypted token names no issuer to ask for'
    wrongOption(`${of}decryption'`, fix)
  }
  const policies = resolvePolicies(of, options, defaults, issuer as string)
  if (flaw !== undefined) checkAnyForm(issuer, flaw, options, policies)
  const isBundle = subjectPrefixesOf(policies).length > 0
  const { algorithms } = policies.policy
  if (resolved && options['introspection'] !== undefined) {
    const fix =
      'would have no effect: an opaque token names no issuer that a resolver could be asked for. List the issuers that have it'
    wrongOption(`${of}introspection'`, fix)
  }
  const client = resolveClient(of, options['client'])
  return Object.freeze({
    issuer: issuer as string,
    ...policies,
    location: resolveLocation(of, options, { algorithms, insecureHosts, isBundle }),
    fetch: optionalFunction<FetchLike>(`${of}fetch'`, options['fetch']),
    client,
    introspection: resolveIntrospection(of, options['introspection'], client, insecureHosts),
    decryption: resolveDecryption(`${of}decryption'`, options['decryption']),
    statusOrigins: resolveStatusOrigins(`${of}statusList'`, options['statusList'], {
      issuer: issuer as string,
      insecureHosts,
    }),
  })
}

function resolvePolicies(
  of: string,
  options: Readonly<Record<string, unknown>>,
  defaults: TokenPolicy,
  issuer: string,
): IssuerPolicies {
  const given = policyOf(of, options, defaults)
  const algorithms = algorithmsFor(of, {
    issuer,
    stated: options['algorithms'] === undefined ? undefined : given.algorithms,
    common: defaults.algorithms,
    hasSecret: options['secret'] !== undefined,
  })
  const policy = Object.freeze({ ...given, algorithms })
  const kinds = resolveKinds(`${of}kinds'`, options['kinds'], policy)
  const withAudience = (one: TokenPolicy): IssuerPolicy => {
    const { audience } = one
    if (audience !== undefined) return Object.freeze({ ...one, audience })
    const fix =
      "is missing: name this API as issuer %s names it in 'aud', e.g. https://api.example.com"
    return wrongOption("option 'audience'", fix, issuer)
  }
  if (kinds === undefined) return { policy: withAudience(policy), kinds }
  const complete = kinds.map((kind) => ({ ...kind, policy: withAudience(kind.policy) }))
  const named = complete.flatMap((kind) => kind.policy.audience)
  return {
    policy: Object.freeze({ ...policy, audience: policy.audience ?? named }),
    kinds: Object.freeze(complete),
  }
}

function refuseIssuer(issuer: unknown, flaw: string): never {
  const shown = typeof issuer === 'string' && issuer !== '' && !issuer.includes('@')
  return wrongOption("option 'issuer'", `${flaw} (it is %s)`, shown ? issuer : kindOf(issuer))
}

/**
 * An `iss` that is no https URL may be any text (RFC 7519 section 4.1.1), unless its keys would be
 * searched there. RFC 9068 section 4 knows URLs alone: it finds keys by the metadata of the issuer.
 */
function checkAnyForm(
  issuer: unknown,
  flaw: string,
  { metadataUrl, jwksUri, jwks, secret }: Readonly<Record<string, unknown>>,
  policies: IssuerPolicies,
): void {
  const isLocated = (metadataUrl ?? jwksUri ?? jwks ?? secret) !== undefined
  const isStrict = policiesOf(policies).some(({ profile }) => profile === profiles.rfc9068)
  const missing = [
    ...(isLocated ? [] : ["'jwksUri' (or 'jwks', 'metadataUrl')"]),
    ...(isStrict ? ["profile: 'jwt'"] : []),
  ]
  if (missing.length === 0) return
  const fix = `If that is what its tokens say, state ${missing.join(' and ')}`
  refuseIssuer(issuer, `${flaw}. ${fix}`)
}

/** Whether an issuer may have a shared secret: what a resolver gives is not known yet. */
export function mayShareSecret(issuer: unknown): boolean {
  const list: unknown[] = Array.isArray(issuer) ? issuer : [issuer]
  return list.some((one) => typeof one === 'function' || own(one, 'secret') !== undefined)
}

/** Whether the verifier may need no audience of its own. */
export function statesAudience(issuer: unknown): boolean {
  const list: unknown[] = Array.isArray(issuer) ? issuer : [issuer]
  const states = (one: unknown): boolean =>
    own(one, 'audience') !== undefined || own(one, 'kinds') !== undefined
  return typeof issuer === 'function' || list.every(states)
}
