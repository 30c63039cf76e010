import { createHash, randomBytes } from 'node:crypto'
import { kindOf, wrongOption } from '../core/option-checks.ts'
import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { Ids } from './deterministic.ts'
import type { Mint } from './mint.ts'
import { readPart } from './token-part.ts'

/** How an opaque token is made. */
export interface OpaqueOptions {
  /** What the token begins with. Default: nothing. */
  prefix?: string
  /** Seconds from `iat` to `exp` (`expiresIn` of the issuer). */
  expiresIn?: number
}

/** What the issuer knows of its tokens, beyond what stands in them. */
export interface TokenRegister {
  /** A text that nobody can read, and that the issuer knows as a token with these claims. */
  opaque(claims?: Claims, options?: OpaqueOptions): string
  /** The claims of an opaque token, whether it is still good or not. */
  claimsOf(token: string): Readonly<Record<string, unknown>> | undefined
  /** From now on, the issuer says that this token is not active, whatever form it has. */
  revoke(token: string): void
  isRevoked(token: string): boolean
  reset(): void
}

const known = { prefix: true, expiresIn: true } as const satisfies Record<keyof OpaqueOptions, true>
const example = "issuer.opaque({ scope: 'orders:read' }, { prefix: 'acme_' })"

export function createTokenRegister(mint: Mint, ids: Ids, deterministic = false): TokenRegister {
  const opaque = new Map<string, Readonly<Record<string, unknown>>>()
  const revoked = new Set<string>()

  /** Without its prefix. */
  function newText(): string {
    const octets = deterministic
      ? createHash('sha256').update(ids.next()).digest()
      : randomBytes(32)
    return octets.toString('base64url')
  }

  return {
    opaque(given, options = {}) {
      const claims = claimsOf('issuer.opaque', given)
      checkOptions('the options of issuer.opaque', options, known, example)
      const { prefix = '', expiresIn } = options
      if (typeof prefix !== 'string' || !/^[\x21-\x7e]*$/.test(prefix)) {
        wrongOption(
          "option 'prefix' of issuer.opaque",
          "must be printable ASCII without space, such as 'acme_'",
        )
      }
      // The claims are those of a JWT of this issuer, so that an API finds the same in both.
      const jwt = mint(claims, expiresIn === undefined ? {} : { expiresIn })
      const token = `${prefix}${newText()}`
      opaque.set(token, readPart(jwt.split('.')[1]) ?? {})
      return token
    },
    claimsOf: (token) => opaque.get(token),
    revoke(token) {
      if (typeof token !== 'string' || token === '') {
        wrongOption("argument 'token' of issuer.revoke", `must be a token, not ${kindOf(token)}`)
      }
      revoked.add(identityOf(token))
    },
    isRevoked: (token) => revoked.has(identityOf(token)),
    reset() {
      opaque.clear()
      revoked.clear()
    },
  }
}

/**
 * Signatures can be spelt in more than one way, so that a revoked JWT is known without its own.
 */
function identityOf(token: string): string {
  return token.split('.').length === 3 ? token.slice(0, token.lastIndexOf('.')) : token
}
