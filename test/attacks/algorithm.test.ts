import { createHmac, createPublicKey, sign } from 'node:crypto'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { signingBy } from '../keys.ts'
import { attack, encode, partsOf, withHeader } from './stage.ts'

const rsa = () => ({ issuer: createTestIssuer(signingBy('RS256')) })
const ec = () => ({ issuer: createTestIssuer() })

function publicForms(issuer: TestIssuer): Record<string, string | Buffer> {
  const key = createPublicKey({ key: issuer.keys.current.publicJwk as never, format: 'jwk' })
  const spki = key.export({ type: 'spki', format: 'pem' }) as string
  const der = key.export({ type: 'spki', format: 'der' })
  const jwk = issuer.keys.current.publicJwk
  return {
    'SPKI PEM': spki,
    'trimmed PEM': spki.trim(),
    'PEM behind a space': ` ${spki}`,
    'SPKI DER': der,
    'DER in base64': der.toString('base64'),
    JWK: JSON.stringify(jwk),
    'a member of the JWK': Buffer.from((jwk.n ?? jwk.x) as string, 'base64url'),
    nothing: '',
    ...(key.asymmetricKeyType === 'rsa' && {
      'PKCS1 PEM': key.export({ type: 'pkcs1', format: 'pem' }) as string,
      'PKCS1 DER': key.export({ type: 'pkcs1', format: 'der' }),
    }),
  }
}

function macs(issuer: TestIssuer): Record<string, string> {
  const tokens: Record<string, string> = {}
  for (const [form, secret] of Object.entries(publicForms(issuer))) {
    for (const bits of [256, 384, 512]) {
      const header = { alg: `HS${bits}`, typ: 'at+jwt', kid: issuer.keys.current.kid }
      const input = `${encode(header)}.${partsOf(issuer.mint())[1]}`
      const mac = createHmac(`sha${bits}`, secret).update(input).digest('base64url')
      tokens[`HS${bits} with ${form}`] = `${input}.${mac}`
    }
  }
  return tokens
}

attack('T1', 'tokens signed by HMAC with the RSA public key as the secret', rsa, macs)
attack('T1', 'tokens signed by HMAC with the EC public key as the secret', ec, macs)

attack('T1', 'tokens whose alg is none in upper, lower or mixed case', ec, (issuer) => {
  const tokens: Record<string, string> = {}
  for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
    const [header, payload, signature] = partsOf(withHeader(issuer.mint(), { alg }))
    tokens[`${alg}, old signature`] = `${header}.${payload}.${signature}`
    tokens[`${alg}, empty signature`] = `${header}.${payload}.`
    tokens[`${alg}, two parts`] = `${header}.${payload}`
  }
  return tokens
})

attack('T1', 'tokens signed with a key that is embedded in their header', ec, (issuer) => {
  const jwk = issuer.keys.attacker().publicJwk
  const embedded = (kid: string | null) =>
    issuer.mint({}, { key: 'attacker', kid, header: { jwk } })
  return {
    'known kid': embedded(issuer.keys.current.kid),
    'unknown kid': embedded('attacker'),
    'no kid': embedded(null),
  }
})

attack('T1', 'tokens with an empty, missing or null signature', ec, (issuer) => {
  const [header, payload] = partsOf(issuer.mint())
  return {
    empty: `${header}.${payload}.`,
    missing: `${header}.${payload}`,
    'one zero': `${header}.${payload}.AA`,
    null: `${header}.${payload}.${encode('null')}`,
  }
})

attack(
  'T2',
  'tokens that use a key without alg with a second algorithm',
  () => {
    const issuer = createTestIssuer(signingBy('RS256'))
    issuer.fail('jwks', faults.jwks.noAlg())
    return { issuer }
  },
  (issuer) => {
    const signed = (alg: string, options: object = {}): string => {
      const header = { alg, typ: 'at+jwt', kid: issuer.keys.current.kid }
      const input = `${encode(header)}.${partsOf(issuer.mint())[1]}`
      const key = {
        key: issuer.keys.current.privateJwk as never,
        format: 'jwk' as const,
        ...options,
      }
      return `${input}.${sign(`sha${alg.slice(2)}`, Buffer.from(input), key).toString('base64url')}`
    }
    return {
      PS256: signed('PS256', { padding: 6, saltLength: 32 }),
      RS384: signed('RS384'),
      RS512: signed('RS512'),
    }
  },
)

attack('T2', 'tokens whose alg is allowed but is not that of their key', rsa, (issuer) => ({
  'RS256 signature as PS256': withHeader(issuer.mint(), { alg: 'PS256' }),
  'RS256 signature as ES256': withHeader(issuer.mint(), { alg: 'ES256' }),
  'RS256 signature as EdDSA': withHeader(issuer.mint(), { alg: 'EdDSA' }),
}))

attack(
  'T1',
  'tokens with zeros or edge values as ECDSA signature (CVE-2022-21449)',
  ec,
  (issuer) => {
    const [header, payload] = partsOf(issuer.mint())
    const order = Buffer.from(
      'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
      'hex',
    )
    const [zero, one] = [Buffer.alloc(32), Buffer.concat([Buffer.alloc(31), Buffer.of(1)])]
    const signed = (r: Buffer, s: Buffer) =>
      `${header}.${payload}.${Buffer.concat([r, s]).toString('base64url')}`
    return {
      'r = s = 0': signed(zero, zero),
      'r = 0': signed(zero, one),
      's = 0': signed(one, zero),
      'r = s = n': signed(order, order),
      'r = s = 1': signed(one, one),
      'DER zeros': `${header}.${payload}.${Buffer.from('3006020100020100', 'hex').toString('base64url')}`,
    }
  },
)
