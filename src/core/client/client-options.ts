import type { JWK } from 'jose'
import { kindOf, knownOptions, wrongOption } from '../option-checks.ts'
import type { PrivateKey } from './private-key.ts'
import { resolvePrivateKey } from './private-key.ts'

/** This API as a client of an issuer (RFC 6749 section 2), with a secret or a private key. */
export interface ClientOptions {
  /** The `client_id` under which this API is registered at the issuer. */
  id: string
  /** The `client_secret`, for `client_secret_basic` or `client_secret_post`. */
  secret?: string | undefined
  /**
   * The private key for `private_key_jwt` (RFC 7523 section 2.2): RSA, P-256, P-384, P-521 or
   * Ed25519. `alg` says how it signs. Default: RS256 (or what the issuer lists), ES256, ES384,
   * ES512, EdDSA, by the type of the key.
   */
  privateKey?: JWK | undefined
  /**
   * The audience of the assertions that the private key signs (RFC 7523 section 3): the `issuer`, or
   * the URL of the `endpoint` that is called, which issuers such as Okta and Entra ID demand. Default:
   * 'issuer'.
   */
  assertionAudience?: 'issuer' | 'endpoint' | undefined
}

export type AssertionAudience = NonNullable<ClientOptions['assertionAudience']>

/** A client, checked and copied. It stays inside: no error, event or Auth holds any of it. */
export interface Client {
  readonly id: string
  readonly proof:
    | { readonly secret: string }
    | { readonly privateKey: PrivateKey; readonly audience: AssertionAudience }
  /** Equal for equal options. */
  readonly stated: string
}

const known = {
  id: true,
  secret: true,
  privateKey: true,
  assertionAudience: true,
} as const satisfies Record<keyof ClientOptions, true>

/** The option `client`. Messages name its members by `of` and a name. */
export function resolveClient(of: string, value: unknown): Client | undefined {
  if (value === undefined) return undefined
  const options = knownOptions(`${of}client'`, value, known)
  return clientOf(`${of}client.`, options, { id: 'id', secret: 'secret', key: 'privateKey' })
}

/** How options name the members of a client. */
interface ClientNames {
  readonly id: string
  readonly secret: string
  readonly key: string
}

/** The client that some members of options describe. */
export function clientOf(
  of: string,
  options: Readonly<Record<string, unknown>>,
  names: ClientNames,
): Client {
  const id = textOf(`${of}${names.id}'`, options[names.id])
  const secret = options[names.secret]
  const jwk = options[names.key]
  if (secret !== undefined && jwk !== undefined) {
    wrongOption(`${of}${names.key}'`, `excludes '${names.secret}': keep one of them`)
  }
  const audience = options['assertionAudience'] ?? 'issuer'
  if (audience !== 'issuer' && audience !== 'endpoint') {
    wrongOption(`${of}assertionAudience'`, "must be 'issuer' or 'endpoint'")
  }
  const stated = JSON.stringify([id, secret, jwk, audience])
  if (jwk !== undefined) {
    const privateKey = resolvePrivateKey(`${of}${names.key}'`, jwk)
    return Object.freeze({ id, proof: Object.freeze({ privateKey, audience }), stated })
  }
  if (options['assertionAudience'] !== undefined) {
    wrongOption(`${of}assertionAudience'`, `has no effect without '${names.key}': leave it out`)
  }
  if (secret === undefined) {
    const fix = `is missing, and '${names.key}' too: give one of them, as the issuer has registered this API. Is an environment variable missing?`
    wrongOption(`${of}${names.secret}'`, fix)
  }
  const proof = Object.freeze({ secret: textOf(`${of}${names.secret}'`, secret) })
  return Object.freeze({ id, proof, stated })
}

/** RFC 6749 appendices A.1 and A.2: printable ASCII. The message does not repeat the text. */
function textOf(option: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    const hint = value === undefined ? '. Is an environment variable missing?' : ''
    return wrongOption(option, `must be a non-empty string, not ${kindOf(value)}${hint}`)
  }
  if (!/^[\x20-\x7e]+$/.test(value)) {
    wrongOption(option, 'must hold printable ASCII characters only, and no line break')
  }
  return value
}
