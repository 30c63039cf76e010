/** Contenders that targets are about. Apart from what they are, which the report needs not load. */
export const tollgate = 'tollgate, `jwks` given'
export const tollgateDiscovered = 'tollgate, discovered'
export const jose = 'jose, key at hand'
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

/** How tokens come. */
export const way = (atOnce: number): string =>
  atOnce === 1 ? 'one at a time' : `${atOnce} at once`
