import { InvalidTokenError } from '../errors.ts'

/** A claim that must be there, as a string that is not empty. */
export function requireText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new InvalidTokenError('claims')
  return value
}
