import { auth } from 'express-oauth2-jwt-bearer'
import type { Contender } from './contender.ts'

export const contender: Contender = {
  title: 'express-oauth2-jwt-bearer',
  packages: ['express-oauth2-jwt-bearer'],
  createGuard: ({ issuer, audience }) => auth({ issuerBaseURL: issuer, audience }),
}
