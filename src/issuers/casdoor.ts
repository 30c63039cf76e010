import type { IssuerOptions } from '../core/exports.ts'
import { frozenIssuer, presetOptions } from './preset-options.ts'

/** Options of `casdoor`. */
export interface CasdoorOptions {
  /**
   * The address of Casdoor as clients reach it (`origin` of its configuration), with or without a
   * slash at the end: it is the `iss` of every token.
   */
  url: string
}

const known = { url: true } as const satisfies Record<keyof CasdoorOptions, true>

/**
 * Access tokens of one installation of Casdoor, for people and machines. State the client id of the
 * application as `audience` of the verifier.
 *
 * The tokens do not follow RFC 9068: their header says `JWT`, and their `aud` is the client. They
 * are told from refresh tokens by `tokenType`, which is `access-token`. Casdoor gives a client one
 * and the same text as its access token and as its ID token: this preset cannot tell the two apart,
 * and neither can anybody else, so what clients do with their ID token puts their access token at
 * risk. The tokens may have the `nonce` of the sign-in.
 *
 * @throws TypeError for a wrong option.
 */
export function casdoor(options: CasdoorOptions): IssuerOptions {
  const given = presetOptions('casdoor', options, known)
  return frozenIssuer({
    issuer: given.url('url'),
    profile: {
      types: ['jwt'],
      accessToken: { claim: 'tokenType', is: 'access-token' },
      // In the format JWT-Custom, a refresh token has its kind here, and 'access-token' above.
      refused: [{ claim: 'TokenType', not: 'access-token' }],
      issuedAt: true,
      client: ['azp'],
      scopes: ['scope'],
      scopeArray: false,
      permissions: ['permissionNames'],
    },
  })
}
