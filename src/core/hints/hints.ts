import type { Reason } from '../errors.ts'
import { printable } from '../events.ts'
import { own } from '../own-members.ts'
import { audienceHint } from './audience.ts'
import { claimsHint } from './claims.ts'
import { encryptedHint, malformedHint, opaqueHint, tooLargeHint } from './form.ts'
import { algorithmHint, criticalHeaderHint, tokenTypeHint } from './header.ts'
import { issuerHint } from './issuer.ts'
import { keysHint, resolverHint, signatureHint, unknownKeyHint } from './keys.ts'
import type { MakeHint, Refused } from './refused.ts'
import { senderConstraintHint } from './sender-constraint.ts'
import { expiredHint, issuedInFutureHint, notYetValidHint } from './times.ts'

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

const hints: Readonly<Record<Exclude<Reason, RequestReason>, MakeHint>> = {
  'too-large': tooLargeHint,
  malformed: malformedHint,
  opaque: opaqueHint,
  encrypted: encryptedHint,
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
  keys: keysHint,
  resolver: resolverHint,
}

/** Characters. */
const longestHint = 500

/**
 * What a developer who meets a bare 401 should look at: what was found, what was expected, and what
 * changes it. It may show `iss`, `aud`, `typ`, `alg`, `kid`, the names of other claims, the path of
 * a schema's issue, and durations; never the value of another claim. It is only made when somebody
 * listens.
 */
export function hintFor(refused: Refused): string | undefined {
  const make = own(hints, refused.error.reason) as MakeHint | undefined
  try {
    return make && printable(make(refused), longestHint)
  } catch {
    // A hint decides nothing, so that nothing in it may change what the caller is answered.
    return undefined
  }
}
