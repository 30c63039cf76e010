/** Functions that decrypt a token and verify the one in it. */
import type { JWK } from 'jose'
import { type Create, tollgateOptions } from '../in-process/contender.ts'

export const encrypted: Readonly<Record<string, Create>> = {
  async tollgate(setting) {
    const { createVerifier }: typeof import('tollgate') = await import(setting.package)
    return { call: createVerifier(tollgateOptions(setting)).verify, caches: true }
  },
  /** The two calls that nothing can do without, with the keys imported and the header believed. */
  async jose({ jwk, alg, issuer, audience, trusted }) {
    const { compactDecrypt, importJWK, jwtVerify } = await import('jose')
    const decryption = trusted?.[0]?.decryption
    if (decryption === undefined) throw new Error('There is no key to decrypt with')
    const [encryptedBy] = decryption.algorithms as readonly [string]
    const privateKey = await importJWK(decryption.keys[0] as JWK, encryptedBy)
    const publicKey = await importJWK(jwk, alg)
    const decryptOptions = {
      keyManagementAlgorithms: [...decryption.algorithms],
      contentEncryptionAlgorithms: [...decryption.encryption],
    }
    const verifyOptions = { algorithms: [alg], issuer, audience, typ: 'at+jwt' }
    const decoder = new TextDecoder()
    return {
      async call(token: string) {
        const { plaintext } = await compactDecrypt(token, privateKey, decryptOptions)
        return jwtVerify(decoder.decode(plaintext), publicKey, verifyOptions)
      },
    }
  },
}
