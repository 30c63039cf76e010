import { kindOf, numberWithin, wrongOption } from '../core/option-checks.ts'
import { plainObject } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import type { IdTokenMintOptions, MintIdToken } from './id-token.ts'
import type { Mint, MintOptions } from './mint.ts'
import { checkMintOptions } from './mint.ts'
import { anyCount } from './number-bounds.ts'

/** The ways to get a good token: as it is, or as a request presents it. */
export interface Tokens {
  /**
   * A signed access token (RFC 9068). Throws a TypeError for claims that are no plain object, for a
   * wrong option, and if no key fits.
   */
  mint(claims?: Claims, options?: MintOptions): string
  /** This many tokens. The function gets the index of each token, and returns its claims. */
  mintMany(n: number, claims?: (index: number) => Claims, options?: MintOptions): string[]
  /** The value of an Authorization header with a new token. */
  bearer(claims?: Claims, options?: MintOptions): `Bearer ${string}`
  /** The Authorization header with a new token, as an object. */
  headers(claims?: Claims, options?: MintOptions): { authorization: string }
  /** A plugin for the `.use()` of supertest and superagent that sets the Authorization header. */
  as(
    claims?: Claims,
    options?: MintOptions,
  ): <R extends { set(field: string, value: string): unknown }>(request: R) => void
  /**
   * A signed ID token (OpenID Connect Core section 2), for `verifier.verifyIdToken()`. By default,
   * its `aud` is 'client-1', and it has neither `nonce` nor `at_hash`. With a shape, it is as that
   * issuer makes it. Throws a TypeError as `mint` does.
   */
  idToken(claims?: Claims, options?: IdTokenMintOptions): string
}

export function createTokens(mint: Mint, idToken: MintIdToken): Tokens {
  /** The function `bearer` under another name, which its errors show. */
  function bearer(call: string, claims?: Claims, options?: MintOptions): `Bearer ${string}` {
    return `Bearer ${mint(claimsOf(call, claims), options)}`
  }
  return {
    mint,
    idToken,
    mintMany(n, each, options) {
      numberWithin("argument 'n' of issuer.mintMany", n, { ...anyCount, whole: true })
      checkMintOptions(options)
      const claimsAt = claimsByIndex(each)
      return Array.from({ length: n }, (_, index) => mint(claimsAt(index), options))
    },
    bearer: (...token) => bearer('issuer.bearer', ...token),
    headers: (...token) => ({ authorization: bearer('issuer.headers', ...token) }),
    as(claims, options) {
      // The token is made for each request. Wrong arguments are an error of this line of the test.
      claimsOf('issuer.as', claims)
      checkMintOptions(options)
      return (request) => {
        request.set('Authorization', bearer('issuer.as', claims, options))
      }
    },
  }
}

/** A function that returns nothing would make every token one of the default user. */
function claimsByIndex(each: (index: number) => Claims = () => ({})): (index: number) => Claims {
  const argument = "argument 'claims' of issuer.mintMany"
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is code that holds a template
  const example = 'issuer.mintMany(3, (i) => ({ sub: `user-${i}` }))'
  if (typeof each !== 'function') {
    wrongOption(argument, `must be a function, not ${kindOf(each)}; write ${example}`)
  }
  return (index) => plainObject(`what ${argument} returns`, each(index), example)
}
