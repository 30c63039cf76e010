/**
 * Functions that verify a token. Each library is imported by its contender alone, so that a process
 * loads nothing that it does not measure.
 */
import { createPublicKey, verify as verifySignature } from 'node:crypto'
import type { Algorithm } from 'fast-jwt'
import { type Create, type Setting, tollgateOptions } from '../in-process/contender.ts'

/** All but the last check the issuer, the audience, the times and the algorithm, and `typ` if they can. */
export const verify: Readonly<Record<string, Create>> = {
  async tollgate(setting) {
    const { createVerifier }: typeof import('tollgate') = await import(setting.package)
    return { call: createVerifier(tollgateOptions(setting)).verify, caches: true }
  },
  /** Opaque tokens, which the issuer was asked about before. */
  'tollgate, opaque': (setting) => verify['tollgate']?.({ ...setting, opaque: true }) as never,
  async jose({ jwk, alg, issuer, audience }) {
    const { importJWK, jwtVerify } = await import('jose')
    const key = await importJWK(jwk, alg)
    const options = { algorithms: [alg], issuer, audience, typ: 'at+jwt' }
    return { call: (token: string) => jwtVerify(token, key, options) }
  },
  'fast-jwt, cache': (setting) => fastJwt(setting, true),
  'fast-jwt, no cache': (setting) => fastJwt(setting, false),
  async 'aws-jwt-verify'({ jwk, issuer, audience }) {
    const { JwtVerifier } = await import('aws-jwt-verify')
    const verifier = JwtVerifier.create({ issuer, audience })
    verifier.cacheJwks({ keys: [jwk] } as Parameters<typeof verifier.cacheJwks>[0])
    return { call: (token: string) => verifier.verifySync(token) }
  },
  /** One call for a signature, of bytes that were decoded before. It checks nothing else. */
  'crypto.verify'({ jwk, alg }) {
    // The parameters are members of the key itself: on Node 24, an object of options around the key
    // makes the call half as long again.
    const key = Object.assign(createPublicKey({ key: jwk as object, format: 'jwk' }), {
      dsaEncoding: 'ieee-p1363' as const,
      // 6 is RSA_PKCS1_PSS_PADDING. The salt is as long as the digest (RFC 7518 section 3.5).
      ...(alg === 'PS256' && { padding: 6, saltLength: 32 }),
    })
    const digest = alg === 'EdDSA' ? null : 'sha256'
    return {
      make(token) {
        const end = token.lastIndexOf('.')
        const signature = Buffer.from(token.slice(end + 1), 'base64url')
        return { data: Buffer.from(token.slice(0, end)), signature }
      },
      call({ data, signature }: { data: Buffer; signature: Buffer }) {
        if (!verifySignature(digest, data, key, signature)) throw new Error('Refused')
      },
      signatureOnly: true,
    }
  },
}

async function fastJwt({ jwk, alg, issuer, audience }: Setting, cache: boolean) {
  const { createVerifier } = await import('fast-jwt')
  const key = createPublicKey({ key: jwk as object, format: 'jwk' })
  const verifyToken = createVerifier({
    key: key.export({ type: 'spki', format: 'pem' }).toString(),
    cache,
    algorithms: [alg as Algorithm],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
  })
  return { call: (token: string) => verifyToken(token), caches: cache }
}
