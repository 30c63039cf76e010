import type { Reason } from '../errors.ts'
import { own } from '../own-members.ts'
import { audienceHint } from './audience.ts'
import { claimsHint } from './claims.ts'
import { decryptionHint, encryptedHint, notEncryptedHint } from './encryption.ts'
import { exchangeHints } from './exchange.ts'
import { malformedHint, opaqueHint, tooLargeHint } from './form.ts'
import { algorithmHint, criticalHeaderHint, tokenTypeHint } from './header.ts'
import { idTokenHints } from './id-token.ts'
import { inactiveHint, introspectionHint } from './introspection.ts'
import { issuerHint } from './issuer.ts'
import { keysHint, resolverHint, signatureHint, unknownKeyHint } from './keys.ts'
import { presetAdvice } from './preset.ts'
import type { Explain, Refused } from './refused.ts'
import { revocationHint, revokedHint, statusHint } from './revocation.ts'
import { senderConstraintHint } from './sender-constraint.ts'
import { expiredHint, issuedInFutureHint, notYetValidHint } from './times.ts'
import { userinfoHints } from './userinfo.ts'
import { hintField } from './wording.ts'

/** Reasons that are found in a request and not in a token: `verify()` never gives them. */
type RequestReason =
  | 'no-credentials'
  | 'malformed-credentials'
  | 'multiple-credentials'
  | 'scope'
  | 'role'
  | 'permission'
  | 'claim'
  | 'actor'
  | 'check'

/** Reasons of `verifyIdToken()`, `userinfo()` and `exchange()` alone. */
type SpecialReason = 'nonce' | 'userinfo' | 'exchange'

const hints: Readonly<Record<Exclude<Reason, RequestReason | SpecialReason>, Explain>> = {
  'too-large': tooLargeHint,
  malformed: malformedHint,
  opaque: opaqueHint,
  encrypted: encryptedHint,
  decryption: decryptionHint,
  'not-encrypted': notEncryptedHint,
  algorithm: algorithmHint,
  'critical-header': criticalHeaderHint,
  'token-type': tokenTypeHint,
  issuer: issuerHint,
  audience: audienceHint,
  expired: expiredHint,
  'not-yet-valid': notYetValidHint,
  'issued-in-future': issuedInFutureHint,
  claims: claimsHint,
  'sender-constraint': senderConstraintHint,
  'unknown-key': unknownKeyHint,
  signature: signatureHint,
  status: statusHint,
  revoked: revokedHint,
  keys: keysHint,
  resolver: resolverHint,
  revocation: revocationHint,
  inactive: inactiveHint,
  introspection: introspectionHint,
}

/** The member `hint` of the event about a token that was refused. */
export function hintOf(refused: Refused): { readonly hint?: string } {
  const explain = own(hints, refused.error.reason) as Explain | undefined
  return hintField(explain && (() => explain(refused)), () => presetAdvice(refused))
}

/** The same for an ID token. It advises no preset: presets say what access tokens look like. */
export function idTokenHintOf(refused: Refused): { readonly hint?: string } {
  return hintIn(idTokenHints, refused)
}

/** The same for an access token whose user the issuer was asked for. */
export function userinfoHintOf(refused: Refused): { readonly hint?: string } {
  return hintIn(userinfoHints, refused)
}

/** The same for an access token that the issuer was asked to exchange. */
export function exchangeHintOf(refused: Refused): { readonly hint?: string } {
  return hintIn(exchangeHints, refused)
}

function hintIn(
  special: Partial<Record<Reason, Explain>>,
  refused: Refused,
): { readonly hint?: string } {
  const { reason } = refused.error
  const explain = (own(special, reason) ?? own(hints, reason)) as Explain | undefined
  return hintField(explain && (() => explain(refused)))
}
