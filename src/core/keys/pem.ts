import { wrongOption } from '../option-checks.ts'

/** RFC 7468 section 13. Exactly one key: a second one would be ignored without a word. */
const onePublicKey = /^\s*-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----\s*$/

const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')

/**
 * One PEM (SPKI) public key as a JWK.
 *
 * @throws TypeError if the text is not that, or the runtime cannot read PEM.
 */
export function jwkOfPem(option: string, pem: string): unknown {
  const [, base64] = onePublicKey.exec(pem) ?? []
  if (base64 === undefined) {
    wrongOption(
      option,
      'must be one block from -----BEGIN PUBLIC KEY----- to its END if it is PEM text',
    )
  }
  if (crypto === undefined)
    wrongOption(option, 'cannot be PEM text on this runtime: give a JWK Set')
  try {
    return crypto.createPublicKey(inLines(base64)).export({ format: 'jwk' })
  } catch {
    return wrongOption(option, 'is not a PEM public key of a supported type')
  }
}

/**
 * The block with the lines that parsers demand, whatever white space is in it (RFC 7468 section 2): a
 * text in the source code is indented, and in a variable of the environment spaces often stand in the
 * place of line breaks.
 */
function inLines(base64: string): string {
  const lines = base64.replace(/\s/g, '').replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN PUBLIC KEY-----\n${lines}-----END PUBLIC KEY-----`
}
