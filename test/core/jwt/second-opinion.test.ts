import { generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import type { JWK } from 'jose'
import { compactVerify, createLocalJWKSet, importJWK } from 'jose'
import type { InvalidTokenError } from 'tollgate'
import { createTestIssuer, hostileTokens } from 'tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'
import type { PublicKeyAlgorithm } from '../../../src/core/algorithms.ts'
import { publicKeyAlgorithms } from '../../../src/core/algorithms.ts'
import type { Signed } from '../../../src/core/jwt/platform-signature.ts'
import { isRight } from '../../../src/core/jwt/platform-signature.ts'
import { verifySignature } from '../../../src/core/jwt/signature.ts'
import { importPublicKey } from '../../../src/core/keys/imported-key.ts'
import type { PublicJwk } from '../../../src/core/keys/public-key.ts'
import { signingBy } from '../../keys.ts'
import { runs } from '../../runs.ts'

/**
 * jose is the second opinion about every signature. It is asked about the same octets as the two
 * ways in which the library checks them: in place, and on another thread.
 */
interface Opinions {
  readonly inPlace: boolean
  readonly elsewhere: boolean
  readonly jose: boolean
}

/** Ends the turn of the event loop, after which signatures may be checked in place again. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url')
}

async function importAll(algorithm: PublicKeyAlgorithm, jwk: JWK) {
  const key = await importPublicKey(jwk as PublicJwk, algorithm)
  return { key, josesKey: await importJWK(jwk, algorithm) }
}

const imported = new Map<string, ReturnType<typeof importAll>>()

async function opinionsOn(
  algorithm: PublicKeyAlgorithm,
  jwk: JWK,
  signed: Signed,
): Promise<Opinions> {
  const name = `${algorithm} ${JSON.stringify(jwk)}`
  const importing = imported.get(name) ?? importAll(algorithm, jwk)
  imported.set(name, importing)
  const { key, josesKey } = await importing
  const token = `${Buffer.from(signed.data).toString('latin1')}.${textOf(signed.signature)}`
  const asked = compactVerify(token, josesKey, { algorithms: [algorithm] })
  const jose = await asked.then(
    () => true,
    () => false,
  )
  const elsewhere = await isRight({ ...key, node: undefined }, signed)
  if (key.node !== undefined) await nextTurn()
  return { inPlace: await isRight(key, signed), elsewhere, jose }
}

const agreed = (right: boolean): Opinions => ({ inPlace: right, elsewhere: right, jose: right })

/** A key pair for each algorithm, made by the cryptography of Node and no code of the library. */
function createSigner(algorithm: PublicKeyAlgorithm) {
  const [family, bits] = [algorithm.slice(0, 2), algorithm.slice(2)]
  const { publicKey, privateKey } = keyPair(algorithm)
  const options = {
    ...(family === 'ES' && { dsaEncoding: 'ieee-p1363' as const }),
    ...(family === 'PS' && { padding: 6, saltLength: Number(bits) / 8 }),
  }
  const digest = family.startsWith('E') && family !== 'ES' ? null : `sha${bits}`
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const dataOf = (payload: string): Buffer =>
    Buffer.from(
      `${textOf(Buffer.from(JSON.stringify({ alg: algorithm })))}.${textOf(Buffer.from(payload))}`,
    )
  const signData = (data: Uint8Array, other = {}): Uint8Array =>
    sign(digest, data, { key: privateKey, ...options, ...other })
  return { jwk, dataOf, signData }
}

function keyPair(algorithm: PublicKeyAlgorithm) {
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return generateKeyPairSync('ed25519')
  const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
  const namedCurve = curves[algorithm]
  return namedCurve === undefined
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve })
}

const signers = new Map(publicKeyAlgorithms.map((name) => [name, createSigner(name)]))
const signerOf = (name: PublicKeyAlgorithm) => signers.get(name) as ReturnType<typeof createSigner>

function bigInt(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString('hex') || '0'}`)
}

function fixed(number: bigint, length: number): Uint8Array {
  return Buffer.from(
    number
      .toString(16)
      .padStart(2 * length, '0')
      .slice(-2 * length),
    'hex',
  )
}

const orders: Readonly<Record<string, bigint>> = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES384:
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
}

/** Changes that make another signature of one. Each gives undefined where it does not apply. */
const changes: Readonly<
  Record<string, (signature: Uint8Array, n: number, algorithm: PublicKeyAlgorithm) => Uint8Array>
> = {
  'one bit is flipped': (signature, n) => {
    const changed = Uint8Array.from(signature)
    const at = n % changed.length
    changed[at] = (changed[at] ?? 0) ^ (1 << (n % 8))
    return changed
  },
  'the end is cut off': (signature, n) => signature.slice(0, n % signature.length),
  'the beginning is cut off': (signature, n) => signature.slice(1 + (n % signature.length)),
  'octets follow': (signature, n) => Buffer.concat([signature, new Uint8Array(1 + (n % 70))]),
  'a zero octet comes first': (signature) => Buffer.concat([new Uint8Array(1), signature]),
  'its halves change places': (signature) => {
    const half = signature.length / 2
    return Buffer.concat([signature.slice(half), signature.slice(0, half)])
  },
  'its first half is zero': (signature) =>
    Buffer.concat([new Uint8Array(signature.length / 2), signature.slice(signature.length / 2)]),
  'its second half is zero': (signature) =>
    Buffer.concat([signature.slice(0, signature.length / 2), new Uint8Array(signature.length / 2)]),
  'all of it is zero': (signature) => new Uint8Array(signature.length),
  'all of its bits are set': (signature) => new Uint8Array(signature.length).fill(255),
  'its second number is the order less itself, which ECDSA permits': (signature, _, algorithm) => {
    const order = orders[algorithm]
    if (order === undefined) return signature
    const half = signature.length / 2
    const s = bigInt(signature.slice(half))
    return Buffer.concat([signature.slice(0, half), fixed(order - s, half)])
  },
  'the order of Ed25519 is added to its second number': (signature, _, algorithm) => {
    if (!/^Ed/.test(algorithm)) return signature
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const s = bigInt(Buffer.from(signature.slice(32)).reverse()) + order
    return Buffer.concat([signature.slice(0, 32), Buffer.from(fixed(s, 32)).reverse()])
  },
}

afterEach(nextTurn)

describe('a signature, as the library and as jose judge it', () => {
  it.each(publicKeyAlgorithms)('%s: a right signature is right to all', async (algorithm) => {
    const { jwk, dataOf, signData } = signerOf(algorithm)
    const data = dataOf('{"sub":"alice"}')
    expect(await opinionsOn(algorithm, jwk, { data, signature: signData(data) })).toEqual(
      agreed(true),
    )
  })

  it.each(vectors())('%s is right to all', async (_, algorithm, token, jwk) => {
    const at = token.lastIndexOf('.')
    const data = Buffer.from(token.slice(0, at))
    const signature = Buffer.from(token.slice(at + 1), 'base64url')
    expect(await opinionsOn(algorithm, jwk, { data, signature })).toEqual(agreed(true))
    const longer = Buffer.concat([data, Buffer.from('A')])
    expect(await opinionsOn(algorithm, jwk, { data: longer, signature })).toEqual(agreed(false))
  })

  it.each(['PS256', 'PS384', 'PS512'] as const)(
    '%s: a signature with a salt of another length is wrong to all (RFC 7518 section 3.5)',
    async (algorithm) => {
      const { jwk, dataOf, signData } = signerOf(algorithm)
      const data = dataOf('{}')
      for (const saltLength of [0, 20, 31, 33]) {
        const signature = signData(data, { saltLength })
        expect(await opinionsOn(algorithm, jwk, { data, signature })).toEqual(agreed(false))
      }
    },
  )

  it.each(['ES256', 'ES384', 'ES512'] as const)(
    '%s: a signature in DER is wrong to all (RFC 7518 section 3.4)',
    async (algorithm) => {
      const { jwk, dataOf, signData } = signerOf(algorithm)
      const data = dataOf('{}')
      const signature = signData(data, { dsaEncoding: 'der' })
      expect(await opinionsOn(algorithm, jwk, { data, signature })).toEqual(agreed(false))
    },
  )

  it('a signature of RS256 is wrong as one of PS256, and the other way round', async () => {
    for (const [one, other] of [
      ['RS256', 'PS256'],
      ['PS256', 'RS256'],
    ] as const) {
      const { jwk, dataOf, signData } = signerOf(one)
      const data = dataOf('{}')
      expect(await opinionsOn(other, jwk, { data, signature: signData(data) })).toEqual(
        agreed(false),
      )
    }
  })

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'] as const)(
    '%s: no hostile token whose signature jose finds wrong is accepted, and none that it finds right is refused for its signature',
    async (alg) => {
      const issuer = createTestIssuer(signingBy(alg))
      const reasons: unknown[] = []
      for (const { id, token } of hostileTokens(issuer)) {
        const ours = await verifySignature(token, issuer.jwks, [alg]).then(
          () => 'accepted',
          ({ reason }: InvalidTokenError) => reason,
        )
        const algorithms = [alg]
        const josesOpinion = compactVerify(token, createLocalJWKSet(issuer.jwks), { algorithms })
        const right = await josesOpinion.then(
          () => true,
          () => false,
        )
        reasons.push(ours)
        if (ours === 'accepted') expect([id, right]).toEqual([id, true])
        if (ours === 'signature') expect([id, right]).toEqual([id, false])
      }
      expect(reasons).toEqual(expect.arrayContaining(['accepted', 'signature', 'malformed']))
    },
  )

  it('for any change of a signature, of what was signed, or of the key, all three are of one opinion', async () => {
    // Of these a single check takes longer than twenty of the others.
    const slow = ['ES384', 'ES512']
    const quick = publicKeyAlgorithms.filter((name) => !slow.includes(name))
    const algorithms = fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(...quick) },
      { weight: 1, arbitrary: fc.constantFrom(...(slow as PublicKeyAlgorithm[])) },
    )
    const prepared = new Map(
      publicKeyAlgorithms.map((name) => {
        const { dataOf, signData } = signerOf(name)
        const data = dataOf('{"sub":"alice"}')
        return [name, { data, signature: signData(data) }]
      }),
    )
    const property = fc.asyncProperty(
      algorithms,
      fc.constantFrom(...Object.keys(changes)),
      fc.nat(),
      fc.option(fc.nat(), { freq: 5 }),
      async (algorithm, change, n, flip) => {
        const { jwk } = signerOf(algorithm)
        const good = prepared.get(algorithm) as Signed
        const data = Uint8Array.from(good.data)
        // Only among the letters, so that the token keeps its form.
        if (flip !== null) data[flip % data.length] = data[flip % data.length] === 46 ? 46 : 65
        const signature = changes[change]?.(good.signature, n, algorithm) as Uint8Array
        const opinions = await opinionsOn(algorithm, jwk, { data, signature })
        expect(opinions).toEqual(agreed(opinions.jose))
      },
    )
    await fc.assert(property, runs(2000))
  }, 120_000)
})

/** Examples of the standards. */
function vectors(): [string, PublicKeyAlgorithm, string, JWK][] {
  const claims =
    'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'
  return [
    [
      'RFC 7515 appendix A.2',
      'RS256',
      `eyJhbGciOiJSUzI1NiJ9.${claims}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`,
      {
        kty: 'RSA',
        n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
        e: 'AQAB',
      },
    ],
    [
      'RFC 7515 appendix A.3',
      'ES256',
      `eyJhbGciOiJFUzI1NiJ9.${claims}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`,
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    ],
    [
      'RFC 8037 appendix A.4',
      'EdDSA',
      'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
      { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    ],
  ]
}
