import type { Algorithm } from '../algorithms.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { kidField } from '../events.ts'
import type { Key } from '../keys/key.ts'

/** A token that was signed with a key, and what it may leave behind. */
interface Signing {
  readonly issuer: string
  readonly key: Key
  readonly algorithm: Algorithm
}

/**
 * RFC 8725bis section 3.1: one key is used with one algorithm. Called after every check, so that no
 * token which is refused decides about later ones. Of two tokens with different algorithms that are
 * verified at the same time, the first that arrives here wins.
 *
 * @throws InvalidTokenError (`signature`) if the key is used with another algorithm.
 */
export function bindKey(
  { issuer, key, algorithm }: Signing,
  { dry, emit }: { readonly dry: boolean; readonly emit: Emit },
): void {
  const bound = dry && key.fits(algorithm) ? 'same' : key.bind(algorithm)
  if (bound === 'other') throw new InvalidTokenError('signature')
  if (bound === 'new') emit?.({ type: 'keys.pinned', issuer, ...kidField(key.kid), algorithm })
}
