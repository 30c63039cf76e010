import type { KeyPairKeyObjectResult } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWK } from 'jose'
import { decodeProtectedHeader } from 'jose'
import type { AuthEvent, DecryptionOptions, VerifierOptions } from 'tollgate'
import { afterEach, describe, expect, test } from 'vitest'
import { adapters } from '../../examples/adapters.ts'
import type { Issuer } from './issuer.ts'
import { close, listening, startIssuer } from './issuer.ts'

const resource = 'https://api.orders.test'
const readOrders = { resource, scope: 'orders:read' }
const pairs = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  EC: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}

type Combination = readonly [
  alg: DecryptionOptions['algorithms'][number],
  enc: DecryptionOptions['encryption'][number],
  pair: KeyPairKeyObjectResult,
]

const combinations: readonly [Combination, ...Combination[]] = [
  ['RSA-OAEP-256', 'A256GCM', pairs.RSA],
  ['RSA-OAEP-256', 'A128CBC-HS256', pairs.RSA],
  ['ECDH-ES', 'A256GCM', pairs.EC],
  ['ECDH-ES+A256KW', 'A128CBC-HS256', pairs.EC],
]

const started: { issuer?: Issuer; servers: Server[] } = { servers: [] }
afterEach(async () => {
  await Promise.all([started.issuer?.stop(), ...started.servers.splice(0).map(close)])
})

/** The Express example, which trusts an oidc-provider that encrypts its tokens. */
async function start([alg, enc, pair]: Combination) {
  const issuer = await startIssuer('RS256', { alg, enc, key: pair.publicKey, kid: 'orders-api' })
  started.issuer = issuer
  const key: JWK = { ...(pair.privateKey.export({ format: 'jwk' }) as JWK), kid: 'orders-api' }
  const decryption = { keys: [key], algorithms: [alg], encryption: [enc], required: true }
  const events: AuthEvent[] = []

  async function api(options: Partial<DecryptionOptions> | undefined): Promise<string> {
    const settings: VerifierOptions = {
      issuer: options
        ? { issuer: issuer.url, decryption: { ...decryption, ...options } }
        : issuer.url,
      audience: resource,
      allowInsecureLoopback: true,
      onEvent: (event) => void events.push(event),
    }
    const server = await listening((await adapters['express']?.(settings)) as RequestListener)
    started.servers.push(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`
  }

  const statusOf = async (url: string, token: string): Promise<number> =>
    (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status
  const refusal = (): unknown => events.findLast(({ type }) => type === 'token.refused')
  return { issuer, api, statusOf, refusal }
}

describe('the express example and an oidc-provider that encrypts its access tokens', () => {
  test.each(combinations)('a token that is encrypted by %s with %s is accepted', async (...how) => {
    const { issuer, api, statusOf } = await start(how)
    const url = await api({})
    const token = await issuer.token(readOrders)
    expect(token.split('.')).toHaveLength(5)
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: how[0], enc: how[1] })
    expect(await statusOf(url, token)).toBe(200)
    expect(await statusOf(url, token)).toBe(200)
    expect(await statusOf(url, await issuer.token({ resource, scope: 'orders:write' }))).toBe(403)
    expect(issuer.fetches()).toEqual({ metadata: 1, keys: 1 })
  })

  test('without the option, with another key, and for another resource, it is refused', async () => {
    const { issuer, api, statusOf, refusal } = await start(combinations[0])
    const token = await issuer.token(readOrders)
    expect(await statusOf(await api(undefined), token)).toBe(401)
    expect(refusal()).toMatchObject({
      reason: 'encrypted',
      hint: expect.stringContaining('decryption'),
    })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const other: JWK = { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: 'orders-api' }
    expect(await statusOf(await api({ keys: [other] }), token)).toBe(401)
    expect(refusal()).toMatchObject({ reason: 'decryption' })
    const elsewhere = await issuer.token({ ...readOrders, resource: 'https://api.billing.test' })
    expect(await statusOf(await api({}), elsewhere)).toBe(401)
    expect(refusal()).toMatchObject({ reason: 'audience' })
    expect(issuer.fetches()).toEqual({ metadata: 0, keys: 0 })
  })

  test('after the issuer has changed its signing key, the first encrypted token with it is accepted', async () => {
    const { issuer, api, statusOf } = await start(['ECDH-ES', 'A256GCM', pairs.EC])
    const url = await api({})
    expect(await statusOf(url, await issuer.token(readOrders))).toBe(200)
    await issuer.rotate()
    expect(await statusOf(url, await issuer.token(readOrders))).toBe(200)
  })
})
