import type { Contender } from './contender.ts'

/** Loaded when it is needed, so that virtual time can be started before. */
type Load = () => Promise<{ readonly contender: Contender }>

export const contenders = {
  tollgate: () => import('./tollgate.ts'),
  'express-oauth2-jwt-bearer': () => import('./express-oauth2-jwt-bearer.ts'),
  'jwks-rsa': () => import('./jwks-rsa.ts'),
  jose: () => import('./jose.ts'),
  'get-jwks': () => import('./get-jwks.ts'),
  'jwks-rsa-rate-limit': () => import('./jwks-rsa-rate-limit.ts'),
  'jwks-rsa-fallback': () => import('./jwks-rsa-fallback.ts'),
} satisfies Record<string, Load>

export type ContenderName = keyof typeof contenders

/** The contenders with options that are off by default. */
export const variants: readonly ContenderName[] = ['jwks-rsa-rate-limit', 'jwks-rsa-fallback']
