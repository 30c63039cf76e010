import { decodeBase64url } from '../base64url.ts'
import { own } from '../own-members.ts'
import { LoadError } from '../remote/load-error.ts'

/** The statuses of many tokens (Token Status List section 4), each by the index of its token. */
export interface StatusList {
  /** The status at an index; undefined where the list has none. */
  at(index: number): number | undefined
}

/** Octets after decompression: the statuses of 33 million tokens with one bit each. */
const longestList = 4_194_304

/**
 * The list that the claim `status_list` of a status list token holds. Rejects with a LoadError if it
 * is none.
 */
export async function readStatusList(claim: unknown): Promise<StatusList> {
  const bits = own(claim, 'bits')
  if (bits !== 1 && bits !== 2 && bits !== 4 && bits !== 8) {
    throw new LoadError('status list without bits: 1, 2, 4 or 8')
  }
  const compressed = decodeBase64url(own(claim, 'lst'))
  if (compressed === undefined) throw new LoadError('status list without lst in base64url')
  const octets = await inflate(compressed)
  const perOctet = 8 / bits
  const mask = 2 ** bits - 1
  return {
    at(index) {
      const octet = octets[Math.floor(index / perOctet)]
      // The first status of an octet is in its least significant bits.
      return octet === undefined ? undefined : (octet >> ((index % perOctet) * bits)) & mask
    },
  }
}

/**
 * The octets that were compressed as ZLIB (RFC 1950). They are counted as they come: a thousand
 * octets may inflate to a million.
 */
async function inflate(compressed: Uint8Array): Promise<Uint8Array> {
  // Typed by what is used: the types of Node and of the web disagree about its streams.
  const inflated = new Blob([compressed as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream('deflate'))
    .getReader()
  const parts: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = await next(inflated)
    if (done || value === undefined) return join(parts, length)
    length += value.byteLength
    if (length > longestList) {
      inflated.cancel().catch(() => {})
      throw new LoadError('status list too large')
    }
    parts.push(value)
  }
}

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>
}

async function next(reader: Reader): ReturnType<Reader['read']> {
  try {
    return await reader.read()
  } catch {
    throw new LoadError('status list that is no ZLIB')
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.byteLength
  }
  return joined
}
