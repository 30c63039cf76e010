import { wrongOption } from '../option-checks.ts'

/** RFC 7468 section 13. Exactly one key: a second one would be ignored without a word. */
const onePublicKey = /^\s*-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----\s*$/

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/**
 * One PEM (SPKI) public key as a JWK.
 *
 * @throws TypeError if the text is not that, or the runtime cannot read PEM.
 */
export function jwkOfPem(option: string, pem: string): unknown {
  if (!onePublicKey.test(pem)) {
    wrongOption(
      option,
      'must be one block from -----BEGIN PUBLIC KEY----- to its END if it is PEM text',
    )
  }
  if (crypto === undefined)
    wrongOption(option, 'cannot be PEM text on this runtime: give a JWK Set')
  try {
    return crypto.createPublicKey(pem).export({ format: 'jwk' })
  } catch {
    return wrongOption(option, 'is not a PEM public key of a supported type')
  }
}
