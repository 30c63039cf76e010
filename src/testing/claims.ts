import { plainObject } from './arguments.ts'

/**
 * Claims of a token. A claim that is `undefined` is left out. A `scope` list is joined with spaces.
 */
export type Claims = {
  iss?: string | undefined
  sub?: string | undefined
  aud?: string | readonly string[] | undefined
  exp?: number | undefined
  nbf?: number | undefined
  iat?: number | undefined
  jti?: string | undefined
  client_id?: string | undefined
  scope?: string | readonly string[] | undefined
} & { readonly [claim: string]: unknown }

/**
 * The claims that a function was given, or none if they were left out.
 *
 * @param call The function, such as `issuer.mint`.
 */
export function claimsOf(call: string, claims: Claims | undefined): Claims {
  if (claims === undefined) return {}
  return plainObject(`argument 'claims' of ${call}`, claims, `${call}({ sub: 'ada' })`)
}

/** The option `claims`, or none if it was left out. */
export function claimsOption(owner: string, claims: Claims | undefined): Claims {
  if (claims === undefined) return {}
  return plainObject(`option 'claims' of ${owner}`, claims, "claims: { sub: 'ada' }")
}
