import type { JWK } from 'jose'
import type { DecryptionOptions } from 'tollgate'
import type { Setting as IssuerSetting } from '../contenders/contender.ts'
import type { PackageName } from '../prepare/package.ts'
import type { SignatureName } from '../tokens.ts'

/** What a contender is told, as data that goes from process to process. */
export interface Setting extends IssuerSetting {
  /** The tollgate that is measured. */
  readonly package: PackageName
  readonly alg: SignatureName
  /** The public key of the issuer. */
  readonly jwk: JWK
  /** The issuers that tollgate trusts, with their keys. It discovers `issuer` without them. */
  readonly trusted?: readonly {
    readonly issuer: string
    readonly jwks: { keys: readonly JWK[] }
    readonly decryption?: DecryptionOptions
  }[]
  /** Turns the token cache of tollgate off. */
  readonly tokenCache?: false
  /** Has tollgate accept opaque tokens of `issuer`, and ask about each once in five minutes. */
  readonly opaque?: true
  /** How many guards of tollgate are called in turn. Default: 1. */
  readonly routes?: number
}

export interface Contender {
  /** What `call` is given for a token, made outside of the time that is measured. Default: the token. */
  make?(token: string): unknown
  /** Throws or rejects if it refuses the token. */
  call(made: unknown): unknown
  /** Whether it keeps tokens: it is measured with a full cache. */
  readonly caches?: boolean
  /** Whether it looks at the signature alone. */
  readonly signatureOnly?: boolean
}

export type Create = (setting: Setting) => Contender | Promise<Contender>

const introspection = { clientId: 'bench', clientSecret: 'bench', cache: { active: 300 } }

/** Options that all entries of tollgate understand. */
export const tollgateOptions = ({ issuer, audience, trusted, tokenCache, opaque }: Setting) => ({
  issuer: opaque ? [{ issuer, introspection }] : (trusted ?? issuer),
  audience,
  allowInsecureLoopback: true,
  ...(tokenCache === false && { tokenCache }),
})
