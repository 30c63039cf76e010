import { createPublicKey } from 'node:crypto'
import { JwtVerifier } from 'aws-jwt-verify'
import { createVerifier as createFastVerifier, type Algorithm as FastAlgorithm } from 'fast-jwt'
import { createLocalJWKSet, importJWK, type JWK, type JWTVerifyOptions, jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { createVerifier } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import type { SignatureName } from '../tokens.ts'
import { type ContenderName, fastJwtCache, jose, tollgate, tollgateDiscovered } from './names.ts'

export interface Setting {
  readonly issuer: TestIssuer
  readonly audience: string
  readonly alg: SignatureName
}

/** Returns claims or a promise of them; throws or rejects if it refuses the token. */
export type Verify = (token: string) => unknown

/** Creates a contender; undefined if it does not know the algorithm. */
type Create = (setting: Setting) => Verify | undefined | Promise<Verify | undefined>

/** All check the issuer, the audience, the times and the algorithm, and `typ` if they can. */
export const contenders: Readonly<Record<ContenderName, Create>> = {
  [tollgate]({ issuer: { url, jwks }, audience }) {
    const { verify } = createVerifier({ issuer: { issuer: url, jwks }, audience })
    return verify
  },
  [tollgateDiscovered]({ issuer: { url, fetch }, audience }) {
    const { verify } = createVerifier({ issuer: url, audience, fetch })
    return verify
  },
  async [jose](setting) {
    const key = await importJWK(publicJwk(setting), setting.alg)
    const options = joseOptions(setting)
    return (token) => jwtVerify(token, key, options)
  },
  'jose, local set'(setting) {
    const keys = createLocalJWKSet(setting.issuer.jwks)
    const options = joseOptions(setting)
    return (token) => jwtVerify(token, keys, options)
  },
  [fastJwtCache]: (setting) => fastJwt(setting, true, pem(setting)),
  'fast-jwt, cache, key by function'(setting) {
    const key = pem(setting)
    return fastJwt(setting, true, async () => key)
  },
  'fast-jwt, no cache': (setting) => fastJwt(setting, false, pem(setting)),
  jsonwebtoken(setting) {
    const { alg, issuer, audience } = setting
    if (alg === 'EdDSA') return undefined
    const key = createPublicKey(pem(setting))
    const options = { algorithms: [alg], issuer: issuer.url, audience }
    return (token) => jsonwebtoken.verify(token, key, options)
  },
  'aws-jwt-verify'({ alg, issuer, audience }) {
    if (alg === 'PS256') return undefined
    const verifier = JwtVerifier.create({ issuer: issuer.url, audience })
    verifier.cacheJwks(issuer.jwks as Parameters<typeof verifier.cacheJwks>[0])
    return (token) => verifier.verifySync(token)
  },
}

function fastJwt(
  { alg, issuer, audience }: Setting,
  cache: boolean,
  key: string | (() => Promise<string>),
): Verify {
  return createFastVerifier({
    key: key as string,
    cache,
    algorithms: [alg as FastAlgorithm],
    allowedIss: issuer.url,
    allowedAud: audience,
    checkTyp: 'at+jwt',
  })
}

const joseOptions = ({ alg, issuer, audience }: Setting): JWTVerifyOptions => ({
  algorithms: [alg],
  issuer: issuer.url,
  audience,
  typ: 'at+jwt',
})

const publicJwk = ({ issuer }: Setting): JWK => issuer.keys.current.publicJwk

function pem(setting: Setting): string {
  const key = createPublicKey({ key: publicJwk(setting) as object, format: 'jwk' })
  return key.export({ type: 'spki', format: 'pem' }).toString()
}
