/** The codes of RFC 8935 section 2.4, the first of which logout tokens are refused with as well. */
export type RefusalCode =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed'

/**
 * Something that was received is refused for what it is. The message is a hint for developers: it
 * shows no value of a claim.
 */
export class NoticeRefusal extends Error {
  readonly status: number
  readonly code: RefusalCode

  constructor(code: RefusalCode, hint: string, status = 400) {
    super(hint)
    this.code = code
    this.status = status
  }
}

/** The body of the request cannot be had, because somebody has read it before. */
export class BodyMissing extends Error {}

export function refuse(code: RefusalCode, hint: string): never {
  throw new NoticeRefusal(code, hint)
}
