import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { compactDecrypt, importJWK } from 'jose'
import { createVerifier } from 'tollgate'
import { createTestIssuer, hostileTokens } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'

const issuer = createTestIssuer()
const token = issuer.mint({ sub: 'alice' })

function keyOf(type: 'rsa' | 'P-256' | 'P-384' | 'P-521'): JWK {
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: type })
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: type }
}

const algorithms = {
  rsa: ['RSA-OAEP-256'],
  'P-256': ['ECDH-ES', 'ECDH-ES+A256KW'],
  'P-384': ['ECDH-ES', 'ECDH-ES+A256KW'],
  'P-521': ['ECDH-ES', 'ECDH-ES+A256KW'],
} as const

async function decrypted(jwe: string, key: JWK) {
  const alg = JSON.parse(Buffer.from(jwe.split('.')[0] as string, 'base64url').toString()).alg
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, await importJWK(key, alg))
  return { text: Buffer.from(plaintext).toString(), header: protectedHeader }
}

describe('issuer.encrypt', () => {
  const combinations = Object.entries(algorithms).flatMap(([type, algs]) =>
    algs.flatMap((alg) =>
      (['A256GCM', 'A128CBC-HS256'] as const).map((enc) => [type, alg, enc] as const),
    ),
  )

  test.each(combinations)(
    'jose decrypts what it encrypts to a key %s by %s with %s',
    async (type, alg, enc) => {
      const key = keyOf(type as keyof typeof algorithms)
      for (const text of [token, 'x', 'x'.repeat(16)]) {
        const { text: found, header } = await decrypted(
          issuer.encrypt(text, { key, alg, enc }),
          key,
        )
        expect(found).toBe(text)
        expect(header).toMatchObject({ alg, enc, cty: 'JWT', kid: type })
      }
    },
  )

  test('needs a public key alone, and chooses the algorithm by its type', async () => {
    const rsa = keyOf('rsa')
    const { kty, n, e, kid } = rsa
    const jwe = issuer.encrypt(token, { key: { kty, n, e, kid } as JWK })
    expect((await decrypted(jwe, rsa)).header).toMatchObject({ alg: 'RSA-OAEP-256' })
  })

  test('encrypts to the key of issuer.decryption, which stays the same and is only for this issuer', async () => {
    const { decryption } = issuer
    expect(issuer.decryption).toBe(decryption)
    const jwe = issuer.encrypt(token, { header: { typ: 'at+jwt', cty: undefined } })
    const { text, header } = await decrypted(jwe, decryption.keys[0] as JWK)
    expect(text).toBe(token)
    expect(header).toMatchObject({ kid: decryption.keys[0]?.kid, alg: 'ECDH-ES', typ: 'at+jwt' })
    expect(header).not.toHaveProperty('cty')
    expect(createTestIssuer().decryption.keys[0]?.kid).not.toBe(decryption.keys[0]?.kid)
    issuer.reset()
    expect(issuer.decryption).toBe(decryption)
  })

  test.each<[string, () => unknown, RegExp]>([
    [
      'no token',
      () => issuer.encrypt(undefined as never),
      /argument 'token' of issuer\.encrypt must be a token/,
    ],
    [
      'an unknown option',
      () => issuer.encrypt(token, { algorithm: 'x' } as never),
      /'algorithm'.*issuer\.encrypt/,
    ],
    [
      'an alg that does not fit',
      () => issuer.encrypt(token, { alg: 'RSA-OAEP-256' }),
      /does not fit a key with kty EC/,
    ],
    [
      'an alg that does not exist',
      () => issuer.encrypt(token, { alg: 'dir' as never }),
      /'alg' of issuer\.encrypt is dir/,
    ],
    [
      'another enc',
      () => issuer.encrypt(token, { enc: 'A128GCM' as never }),
      /'enc' of issuer\.encrypt must be 'A256GCM'/,
    ],
    [
      'a deterministic issuer',
      () => createTestIssuer({ deterministic: true }).encrypt(token),
      /issuer\.encrypt is not for a deterministic issuer/,
    ],
  ])('throws a TypeError for %s', (_, encrypt, message) => {
    expect(encrypt).toThrow(TypeError)
    expect(encrypt).toThrow(message)
  })
})

test('T1: a verifier with the key refuses every hostile token, encrypted to it or not', async () => {
  const decryption = { ...issuer.decryption, required: false }
  const verifier = createVerifier(issuer.trust({ issuer: { issuer: issuer.url, decryption } }))
  await verifier.verify(issuer.encrypt(token))
  const cases = hostileTokens(issuer).filter(({ id }) => /^(jwe|alg|hmac|zip|crit|typ)\//.test(id))
  expect(cases.filter(({ id }) => id.startsWith('jwe/encrypted-'))).toHaveLength(5)
  for (const { id, token: hostile, expects } of cases) {
    if (expects === 'pass') continue
    const outcome = await verifier.verify(hostile).then(
      () => 'accepted',
      ({ status }) => status,
    )
    expect(outcome, id).toBe(401)
  }
})
