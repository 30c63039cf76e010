import { detailOf } from '../jwt/details.ts'
import type { Explain } from './refused.ts'

export const senderConstraintHint: Explain = ({ error }) =>
  `the token is bound to ${detailOf(error, 'sender-constraint')}, which is not supported: expected is a token without cnf. Have the issuer give this client plain bearer tokens`
