import { isCanonical } from '../base64url.ts'
import type { DecryptionAlgorithm, DecryptionKey } from '../keys/decryption-key.ts'
import { own } from '../own-members.ts'
import type { DecryptionSettings } from './decryption-options.ts'
import type { DecryptionFault } from './details.ts'
import { invalidToken } from './details.ts'
import type { JwsHeader } from './header-cache.ts'
import { headerIn, notCanonical, parseHeader } from './header-cache.ts'
import { checkHeaderSize } from './jws.ts'
import { mediaType } from './token-policy.ts'

/**
 * The five parts of a JWE (RFC 7516 section 7.1). Only the encrypted key may be empty: where the two
 * sides agree on the key itself, there is none.
 */
const compactForm = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/
const fiveParts = /^[^.]+(?:\.[^.]*){4}$/

/** Whether a token is meant to be a JWE: five parts, the first of which is a JSON object. */
export function isJwe(token: string): boolean {
  return fiveParts.test(token) && headerIn(token.slice(0, token.indexOf('.'))) !== undefined
}

/**
 * The header of a JWE, which nobody has verified. It is not cached as that of a JWS is: where keys
 * are agreed on, each token has another one.
 */
export function readJweHeader(token: string): JwsHeader {
  const end = token.indexOf('.')
  checkHeaderSize(end)
  if (!compactForm.test(token) || !token.split('.').every(isCanonical)) {
    throw invalidToken('malformed', notCanonical('token'))
  }
  return parseHeader(token.slice(0, end))
}

/**
 * What is wrong with the header of a JWE, measured by what the options allow for its key (RFC 8725bis
 * section 3.1). Undefined if nothing is. All of it is public, and comes before any work.
 */
export function jweFault(
  header: JwsHeader,
  key: DecryptionKey,
  { encryption }: DecryptionSettings,
): DecryptionFault | undefined {
  if (!key.fits(header.alg as DecryptionAlgorithm)) return 'alg'
  if (!encryption.includes(own(header, 'enc') as never)) return 'enc'
  // RFC 8725bis section 3.6: what compresses well has shown what it holds by its length, and a few
  // octets can become gigabytes.
  if (Object.hasOwn(header, 'zip')) return 'zip'
  const content = own(header, 'cty')
  if (content !== undefined && !/^(?:.+\+)?jwt$/.test(mediaType(content) ?? '')) return 'cty'
  return key.accepts(own(header, 'epk')) ? undefined : 'epk'
}

/** Loaded with the first encrypted token: most verifiers never see one. */
let loaded: typeof import('jose/jwe/compact/decrypt') | undefined

const ascii = new TextDecoder('latin1')

/**
 * The text that was encrypted, or undefined. Why a token cannot be decrypted is told to nobody: how
 * an attacker's changes fail would tell about the content (RFC 7516 section 11.4).
 */
export async function decryptJwe(
  token: string,
  { alg, enc }: JwsHeader,
  key: DecryptionKey,
): Promise<string | undefined> {
  loaded ??= await import('jose/jwe/compact/decrypt')
  try {
    const privateKey = await key.import(alg as DecryptionAlgorithm)
    const { plaintext } = await loaded.compactDecrypt(token, privateKey, {
      keyManagementAlgorithms: [alg as string],
      contentEncryptionAlgorithms: [enc as string],
      maxDecompressedLength: 0,
    })
    return ascii.decode(plaintext)
  } catch {
    return undefined
  }
}
