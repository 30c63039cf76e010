import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `transactionTokens`. */
export interface TransactionTokensOptions {
  /**
   * The exact `iss` of the tokens: the transaction token service. Without `jwksUri` it is a URL, and
   * the keys are found by its metadata (RFC 8414).
   */
  issuer: string
  /** Where the keys of the service are. Default: where its metadata says. */
  jwksUri?: string
}

const known = {
  issuer: true,
  jwksUri: true,
} as const satisfies Record<keyof TransactionTokensOptions, true>

/**
 * Transaction tokens (draft-ietf-oauth-transaction-tokens), which carry the subject and the purpose
 * of a call through the services of one trust domain. State the name of the trust domain as
 * `audience` of the verifier. They are not in Authorization: give the guard
 * `tokenHeader: 'Txn-Token'`.
 *
 * A transaction token is no access token of RFC 9068: it is told from others by its type
 * `txntoken+jwt`, and `auth.clientId` is the workload that asked for it (`req_wl`). It is meant for
 * every service of the trust domain, and proves nothing about the workload that sends it: have
 * workloads prove who they are by other means, such as mutual TLS. A token without `iss`, which the
 * draft allows, is refused.
 *
 * @throws TypeError for a wrong option.
 */
export function transactionTokens(options: TransactionTokensOptions): IssuerOptions {
  const given = presetOptions('transactionTokens', options, known)
  const hasKeys = given.has('jwksUri')
  return frozenIssuer({
    issuer: hasKeys ? given.text('issuer') : given.exactUrl('issuer'),
    ...(hasKeys && { jwksUri: given.exactUrl('jwksUri') }),
    profile: {
      types: ['txntoken+jwt'],
      required: ['txn', 'req_wl', 'scope'],
      issuedAt: true,
      client: ['req_wl'],
      scopes: ['scope'],
    },
  })
}
