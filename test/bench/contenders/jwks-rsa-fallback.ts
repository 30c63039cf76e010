import type { Contender } from './contender.ts'
import { createGuard } from './jwks-rsa.ts'

const day = 86_400_000

export const contender: Contender = {
  title: 'jwks-rsa + express-jwt, fallback',
  packages: ['jwks-rsa', 'express-jwt'],
  note: '`cacheMaxAgeFallback` of a day',
  createGuard: (setting) => createGuard(setting, { cacheMaxAgeFallback: day }),
}
