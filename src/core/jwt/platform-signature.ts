import type { Awaitable } from '../awaitable.ts'
import type { ImportedKey, NodeKey } from '../keys/imported-key.ts'
import { takePlace } from '../turn.ts'
import { countElsewhere, takePlaceAlone } from './in-place.ts'

/** What was signed, and what is said to be its signature. */
export interface Signed {
  readonly data: Uint8Array
  readonly signature: Uint8Array
}

const nodeCrypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/**
 * Whether a signature or an HMAC is right, by the cryptography of the platform. What the platform
 * cannot read is no signature.
 */
export function isRight(key: ImportedKey, signed: Signed): Awaitable<boolean> {
  const { signatureLength, node } = key
  // Not left to the platform: some have read a longer signature, and then one token has many texts.
  if (signatureLength !== undefined && signed.signature.length !== signatureLength) return false
  if (node !== undefined && (node.isCheap ? takePlace() : takePlaceAlone())) {
    return isRightInPlace(node, signed)
  }
  return countElsewhere(isRightElsewhere(key, signed))
}

function isRightInPlace(key: NodeKey, { data, signature }: Signed): boolean {
  try {
    if (key.kind === 'public') {
      return nodeCrypto?.verify(key.digest, data, key.key as never, signature) === true
    }
    // In constant time, as WebCrypto compares as well: how long a comparison takes must not tell how
    // much of a forged HMAC is right.
    const right = nodeCrypto
      ?.createHmac(key.digest, key.secret as never)
      .update(data)
      .digest()
    return right !== undefined && nodeCrypto?.timingSafeEqual(right, signature) === true
  } catch {
    return false
  }
}

async function isRightElsewhere(
  { web: { key, parameters } }: ImportedKey,
  { data, signature }: Signed,
): Promise<boolean> {
  try {
    const right = await globalThis.crypto.subtle.verify(
      parameters,
      key as never,
      signature as Uint8Array<ArrayBuffer>,
      data as Uint8Array<ArrayBuffer>,
    )
    return right === true
  } catch {
    return false
  }
}
