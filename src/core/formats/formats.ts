import { formError } from '../jwt/jws.ts'
import type { FormatContext, TokenFormat } from './format.ts'
import { createJwtFormat } from './jwt.ts'

/** Every format of tokens that is understood. */
export function createFormats(context: FormatContext): readonly TokenFormat[] {
  return [createJwtFormat(context)]
}

/** @throws InvalidTokenError if no format matches, with the reason that the token's form gives. */
export function formatOf(token: string, formats: readonly TokenFormat[]): TokenFormat {
  const format = formats.find(({ matches }) => matches(token))
  if (format === undefined) throw formError(token)
  return format
}
