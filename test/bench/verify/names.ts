/**
 * The contenders that the limits are about. Their names are in a file of their own, so that the
 * report does not load the libraries.
 */
export const tollgate = 'tollgate, `jwks` given'
export const tollgateDiscovered = 'tollgate, discovered'
export const jose = 'jose, imported key'
export const fastJwtCache = 'fast-jwt, cache'

export const contenderNames = [
  tollgate,
  tollgateDiscovered,
  jose,
  'jose, local set',
  fastJwtCache,
  'fast-jwt, cache, key by function',
  'fast-jwt, no cache',
  'jsonwebtoken',
  'aws-jwt-verify',
] as const

export type ContenderName = (typeof contenderNames)[number]

/** Whether a contender gets the tokens one at a time or several at once. */
export const way = (atOnce: number): string =>
  atOnce === 1 ? 'one at a time' : `${atOnce} at once`
