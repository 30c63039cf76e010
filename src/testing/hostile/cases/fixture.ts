import { createHmac } from 'node:crypto'
import type { Algorithm } from '../../../index.ts'
import { signBytes } from '../../algorithms.ts'
import type { TestIssuer } from '../../issuer.ts'
import type { Claims } from '../../mint.ts'
import type { TestKey } from '../../test-key.ts'

type Members = Readonly<Record<string, unknown>>
/** JSON, or the bytes themselves. */
type Content = Members | string | Uint8Array

/** The good token that every hostile one is made from, and the tools to make them. */
export interface Good {
  readonly issuer: TestIssuer
  readonly token: string
  /** The token's three parts, as they are. */
  readonly parts: readonly [header: string, payload: string, signature: string]
  readonly header: Members
  readonly claims: Members
  /** Seconds since the epoch, by the issuer's clock. */
  readonly now: number
  /** The key that signed it. */
  readonly key: TestKey
  /** A key that nobody trusts. */
  readonly attacker: TestKey
  /** A URL whose server must never be asked; it serves the attacker's keys. */
  readonly canary: string
  /** The good header and claims with changes, signed by the issuer; undefined removes a member. */
  signed(claims: Members, header?: Members): string
  /** The same, signed by the attacker. */
  forged(header: Members, claims?: Members): string
  /** Any header and payload, with a signature by the issuer's key or another. */
  compose(header: Content, payload: Content, key?: TestKey, alg?: Algorithm): string
  /** Two segments as they are, and a signature by the issuer over them. */
  seal(header: string, payload: string, key?: TestKey, alg?: Algorithm): string
  /** The good claims under an HMAC. */
  maced(header: Members, secret: string | Uint8Array): string
}

/** The payload with an admin claim, so that it is not the one that was signed. */
export function elevated({ claims }: Good): Members {
  return { ...claims, admin: true }
}

/** Base64url of JSON, of text or of bytes. */
export function encode(content: Content): string {
  return Buffer.from(
    typeof content === 'string' || content instanceof Uint8Array
      ? (content as Uint8Array)
      : JSON.stringify(content),
  ).toString('base64url')
}

/** The bytes of a base64url segment. */
export function decode(segment: string): Buffer {
  return Buffer.from(segment, 'base64url')
}

/** Mints the good token. */
export function createGood(issuer: TestIssuer, claims: Claims, canary: string): Good {
  const token = issuer.mint(claims)
  const parts = token.split('.') as [string, string, string]
  const [header, payload] = parts.slice(0, 2).map((part) => JSON.parse(decode(part).toString()))
  const key = issuer.keys.current
  const attacker = issuer.keys.attacker()
  const seal: Good['seal'] = (head, body, signer = key, alg = signer.alg) => {
    const input = `${head}.${body}`
    const signature = signBytes(alg, signer.privateJwk, Buffer.from(input))
    return `${input}.${encode(signature)}`
  }
  const compose: Good['compose'] = (head, body, signer, alg) =>
    seal(encode(head), encode(body), signer, alg)

  return {
    issuer,
    token,
    parts,
    header,
    claims: payload,
    now: Math.floor(issuer.now() / 1000),
    key,
    attacker,
    canary,
    compose,
    seal,
    signed: (changes, head) => compose({ ...header, ...head }, { ...payload, ...changes }),
    forged: (head, changes) =>
      compose({ ...header, ...head }, { ...payload, ...changes, admin: true }, attacker),
    maced(head, secret) {
      const changed = { ...header, alg: 'HS256', ...head }
      const input = `${encode(changed)}.${encode({ ...payload, admin: true })}`
      const digest = `sha${String(changed.alg).slice(2)}`
      return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`
    },
  }
}
