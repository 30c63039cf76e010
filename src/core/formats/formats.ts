import type { Reason } from '../errors.ts'
import { formError } from '../jwt/jws.ts'
import type { FormatContext, Stage, TokenFormat } from './format.ts'
import { createJweFormat } from './jwe.ts'
import { createJwtFormat } from './jwt.ts'
import { createOpaqueFormat } from './opaque.ts'

/** Every format of tokens that is understood. */
export function createFormats(context: FormatContext): readonly TokenFormat[] {
  const isAsked = context.issuers.listed.some(({ introspection }) => introspection !== undefined)
  const signed = createJwtFormat(context)
  const encrypted = createJweFormat(context, signed)
  return [
    ...(isAsked ? [createOpaqueFormat(context)] : []),
    ...(encrypted === undefined ? [] : [encrypted]),
    signed,
  ]
}

/**
 * The checks of a token: those of its format, or of a JWT if it has none.
 *
 * @param afterwards The checks that are made after those of the format.
 */
export function stagesFor(
  token: unknown,
  formats: readonly TokenFormat[],
  afterwards: readonly Reason[],
): readonly Stage[] {
  const format = typeof token === 'string' && formats.find(({ matches }) => matches(token))
  const stages = (format || formats.at(-1))?.stages ?? []
  return stages.map(({ fills, checks }) =>
    fills === undefined ? { fills, checks: [...checks, ...afterwards] } : { fills, checks },
  )
}

/** @throws InvalidTokenError if no format matches, with the reason that the token's form gives. */
export function formatOf(token: string, formats: readonly TokenFormat[]): TokenFormat {
  const format = formats.find(({ matches }) => matches(token))
  if (format === undefined) throw formError(token)
  return format
}
