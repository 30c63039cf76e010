import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import { halfHash } from './half-hash.ts'
import type { MintDefaults, MintOptions, MintSteps } from './mint.ts'
import { encodePart, knownMintOptions } from './mint.ts'

/** How an ID token is made. */
export interface IdTokenMintOptions extends Omit<MintOptions, 'machine' | 'raw'> {
  /**
   * The access token that it is issued with: its hash becomes the claim `at_hash` (OpenID Connect
   * Core section 3.1.3.6). Default: none, and no `at_hash`.
   */
  accessToken?: string
}

export type MintIdToken = (claims?: Claims, options?: IdTokenMintOptions) => string

const { machine: _, raw: __, ...ofEveryToken } = knownMintOptions
const known = { ...ofEveryToken, accessToken: true } as const satisfies Record<
  keyof IdTokenMintOptions,
  true
>

/**
 * Makes the ID tokens of an issuer, as its shape has them, but for `nonce` and `at_hash`, which
 * follow from what the client has sent and got.
 */
export function createMintIdToken(
  { payloadOf, sign, algorithmOf }: MintSteps,
  { issuer, model: { idToken }, ids }: Pick<MintDefaults, 'issuer' | 'model' | 'ids'>,
): MintIdToken {
  return (given, { accessToken, ...options } = {}) => {
    const claims = claimsOf('issuer.idToken', given)
    const example = "issuer.idToken({ sub: 'ada', nonce }, { accessToken })"
    checkOptions('the options of issuer.idToken', { accessToken, ...options }, known, example)
    const access = payloadOf(claims, options)
    const { iat = 0, exp, nbf } = access
    const atHash = accessToken && halfHash(accessToken, algorithmOf(options))
    const stated = idToken.claims({ iat, id: ids.next(), access, atHash: atHash ?? '' })
    const own = { iss: issuer, iat, exp, nbf, ...stated, nonce: undefined, at_hash: atHash }
    return sign(idToken.typ, encodePart({ ...own, ...claims }), options)
  }
}
