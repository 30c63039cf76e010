import type { AuthOptions } from 'tollgate/express'
import { transactionTokens } from 'tollgate/issuers'

/** The audience is the trust domain. The token is not in Authorization. */
export const behindTransactionTokens = {
  issuer: transactionTokens({ issuer: 'https://tts.acme.com' }),
  audience: 'acme.com',
  tokenHeader: 'Txn-Token',
} satisfies AuthOptions

/** The same, of a service that publishes its keys without metadata. */
export const behindTransactionTokensByKeys = {
  issuer: transactionTokens({
    issuer: 'https://tts.acme.com',
    jwksUri: 'https://tts.acme.com/keys',
  }),
  audience: 'acme.com',
  tokenHeader: 'Txn-Token',
} satisfies AuthOptions
