import type { AuthError } from '../errors.ts'
import type { Verification } from '../formats/format.ts'
import type { Issuers } from '../issuers/issuers.ts'

/** A token that was refused, and what is known of it. */
export interface Refused extends Pick<Verification, 'issuer' | 'policy' | 'header' | 'claims'> {
  readonly error: AuthError
  readonly issuers: Pick<Issuers, 'listed' | 'headerPolicy'>
}

export type Explain = (refused: Refused) => string
