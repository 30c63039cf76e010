import { InvalidTokenError } from '../errors.ts'
import { formFlaw } from '../jwt/jws.ts'
import type { TokenFormat } from './format.ts'
import type { JwtFormatOptions } from './jwt.ts'
import { createJwtFormat } from './jwt.ts'

export type FormatOptions = JwtFormatOptions

/** Every format of tokens that is understood. */
export function createFormats(options: FormatOptions): readonly TokenFormat[] {
  return [createJwtFormat(options)]
}

/** @throws InvalidTokenError if no format matches, with the reason that the token's form gives. */
export function formatOf(token: string, formats: readonly TokenFormat[]): TokenFormat {
  const format = formats.find(({ matches }) => matches(token))
  if (format === undefined) throw new InvalidTokenError(formFlaw(token))
  return format
}
