import type { VerifierOptions } from 'tollgate'

/**
 * While an issuer moves to a domain of your own. New tokens name the new domain, and the old ones go
 * on until they expire.
 */
export const duringTheMove = {
  issuer: ['https://login.acme.com', 'https://acme.eu.issuer.example'],
  audience: 'https://api.acme.com',
} satisfies VerifierOptions

/** When the last old token has expired. */
export const afterTheMove = {
  issuer: 'https://login.acme.com',
  audience: 'https://api.acme.com',
} satisfies VerifierOptions

/** Tokens name the domain of your own, but this API reaches the issuer elsewhere only. */
export const reachedElsewhere = {
  issuer: {
    issuer: 'https://login.acme.com',
    metadataUrl: 'https://acme.eu.issuer.example/.well-known/openid-configuration',
  },
  audience: 'https://api.acme.com',
} satisfies VerifierOptions
