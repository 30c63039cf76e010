import type { Contender } from './contender.ts'
import { createGuard } from './jwks-rsa.ts'

export const contender: Contender = {
  title: 'jwks-rsa + express-jwt, rate limit',
  packages: ['jwks-rsa', 'express-jwt'],
  note: '`rateLimit: true`, with its default of 10 requests a minute',
  createGuard: (setting) => createGuard(setting, { rateLimit: true }),
}
