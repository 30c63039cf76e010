import type { JWK } from 'jose'
import type { Client } from '../client/client-options.ts'
import { clientOf } from '../client/client-options.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import { urlFlaw } from '../issuer-url.ts'
import { kindOf, knownOptions, numberWithin, wrongOption } from '../option-checks.ts'

/** How an issuer is asked about tokens that only it can read (RFC 7662). */
export interface IntrospectionOptions {
  /** The `client_id` with which this API asks. Default: that of the option `client`. */
  clientId?: string | undefined
  /** The `client_secret`, beside `clientId`. */
  clientSecret?: string | undefined
  /** The private key for `private_key_jwt`, beside `clientId`, in place of a secret. */
  privateKey?: JWK | undefined
  /** As in the option `client`, beside `privateKey`. Default: 'issuer'. */
  assertionAudience?: 'issuer' | 'endpoint' | undefined
  /** Where the issuer is asked. Default: the `introspection_endpoint` of its metadata. */
  endpoint?: string | undefined
  /**
   * What the opaque tokens of this issuer begin with. Any other opaque token is refused, and the
   * issuer is not asked about it. Required where several issuers have the option `introspection`,
   * because a token that is sent to the wrong one is given away; then none may be the beginning of
   * another. Default: every opaque token is of this issuer.
   */
  prefix?: string | undefined
  /**
   * 'trusted': an answer without `aud` is accepted. Only for an issuer that says `active` to this
   * API of access tokens for this API alone: where it calls refresh tokens active as well, and states
   * no `token_type` for them, they pass as access tokens. Default: such an answer is refused, as any
   * other audience is.
   */
  audience?: 'trusted' | undefined
  /** How long answers are kept; false: every request asks. Default: see its members. */
  cache?: IntrospectionCacheOptions | false | undefined
}

/** How long answers of an introspection endpoint are kept. Durations are in seconds. */
export interface IntrospectionCacheOptions {
  /**
   * How long a token counts as active after the issuer has said so, and so how late its revocation is
   * noticed; never longer than until its `exp`. Default: 60. From 0 to 300.
   */
  active?: number | undefined
  /** How long a token counts as inactive after the issuer has said so. Default: 10. From 0 to 300. */
  inactive?: number | undefined
  /** How many answers of either kind are kept. Default: 10000. From 1 to 1000000. */
  max?: number | undefined
}

/** The options, checked, copied and complete. */
export interface IntrospectionSettings {
  readonly client: Client
  readonly endpoint: string | undefined
  readonly prefix: string | undefined
  readonly trustsAudience: boolean
  /** Seconds. */
  readonly active: number
  /** Seconds. */
  readonly inactive: number
  /** How many answers of either kind are kept. */
  readonly max: number
}

const known = {
  clientId: true,
  clientSecret: true,
  privateKey: true,
  assertionAudience: true,
  endpoint: true,
  prefix: true,
  audience: true,
  cache: true,
} as const satisfies Record<keyof IntrospectionOptions, true>

const knownCache = {
  active: true,
  inactive: true,
  max: true,
} as const satisfies Record<keyof IntrospectionCacheOptions, true>

/**
 * The option `introspection`. Messages name its members by `of` and a name.
 *
 * @param common The client that the issuer's option `client` describes.
 */
export function resolveIntrospection(
  of: string,
  value: unknown,
  common: Client | undefined,
  insecureHosts: InsecureHosts,
): IntrospectionSettings | undefined {
  if (value === undefined) return undefined
  const options = knownOptions(`${of}introspection'`, value, known)
  const inside = `${of}introspection.`
  const { endpoint, prefix, audience } = options
  const flaw = endpoint === undefined ? undefined : urlFlaw(endpoint, insecureHosts)
  if (flaw !== undefined) wrongOption(`${inside}endpoint'`, flaw)
  if (audience !== undefined && audience !== 'trusted') {
    const fix =
      "must be 'trusted' or left out: which audiences are accepted is the option 'audience'"
    wrongOption(`${inside}audience'`, fix)
  }
  return Object.freeze({
    client: resolveAsker(of, options, common),
    endpoint: endpoint as string | undefined,
    prefix: prefix === undefined ? undefined : prefixOf(`${inside}prefix'`, prefix),
    trustsAudience: audience === 'trusted',
    ...resolveCache(`${inside}cache`, options['cache']),
  })
}

/** RFC 7662 section 2.1: an endpoint that answers everybody would let anybody try tokens. */
function resolveAsker(
  of: string,
  options: Readonly<Record<string, unknown>>,
  common: Client | undefined,
): Client {
  const names = { id: 'clientId', secret: 'clientSecret', key: 'privateKey' }
  const ofClient = [...Object.values(names), 'assertionAudience']
  const isOwn = ofClient.some((name) => options[name] !== undefined)
  if (isOwn) return clientOf(`${of}introspection.`, options, names)
  if (common !== undefined) return common
  return wrongOption(
    `${of}introspection'`,
    "needs a client that asks: give it 'clientId' and 'clientSecret' (or 'privateKey'), or the issuer the option 'client'. Is an environment variable missing?",
  )
}

/** RFC 6749 appendix A.12: what a token may be made of. */
function prefixOf(option: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,256}$/.test(value)) {
    const fix = 'must be what the tokens begin with, 1 to 256 printable ASCII characters'
    wrongOption(option, `${fix} without space, not ${kindOf(value)}`)
  }
  return value
}

function resolveCache(
  option: string,
  value: unknown,
): Pick<IntrospectionSettings, 'active' | 'inactive' | 'max'> {
  if (value === false) return { active: 0, inactive: 0, max: 1 }
  const options = knownOptions(`${option}'`, value === undefined ? {} : value, knownCache)
  const within = (name: string, standard: number, min: number, max: number, whole = false) => {
    const given = options[name]
    if (given === undefined) return standard
    return numberWithin(`${option}.${name}'`, given, { min, max, whole })
  }
  return {
    active: within('active', 60, 0, 300),
    inactive: within('inactive', 10, 0, 300),
    max: within('max', 10_000, 1, 1_000_000, true),
  }
}
