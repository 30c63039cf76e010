import type { Path } from './details.ts'
import { wrongClaim } from './details.ts'

export const aText = 'a string that is not empty'

/**
 * A claim that must be there, as a string that is not empty.
 *
 * @param paths The claims that the value may be in.
 */
export function requireText(value: unknown, paths: readonly Path[]): string {
  if (typeof value !== 'string' || value === '') throw wrongClaim(paths, aText)
  return value
}
