import { createHmac } from 'node:crypto'
import type { PublicKeyAlgorithm } from '../../../core/algorithms.ts'
import { signBytes } from '../../algorithms.ts'
import type { Claims } from '../../claims.ts'
import type { TestIssuer } from '../../issuer.ts'
import type { TestKey } from '../../test-key.ts'

type Members = Readonly<Record<string, unknown>>
/** An object is written as JSON. Text and bytes are taken as they are. */
type Content = Members | string | Uint8Array

/** The good token that every case is built from, and the functions that build variants of it. */
export interface CaseFixture {
  readonly issuer: TestIssuer
  readonly token: string
  /** The three encoded parts of the good token. */
  readonly parts: readonly [header: string, payload: string, signature: string]
  readonly header: Members
  readonly claims: Members
  /** Seconds since the epoch, by the issuer's clock. */
  readonly now: number
  /** The issuer's key that signed the good token. */
  readonly key: TestKey
  /** A key that the app does not trust. */
  readonly attacker: TestKey
  /** The URL of a server that serves the attacker's keys. The app under test must never call it. */
  readonly canary: string
  /** The good header and claims with changes, signed by the issuer. Undefined removes a member. */
  signed(claims: Members, header?: Members): string
  /** The good header and claims with changes and an admin claim, signed by the attacker. */
  forged(header: Members, claims?: Members): string
  /** Encodes any header and payload, and signs them with the issuer's key or another. */
  sign(header: Content, payload: Content, key?: TestKey, alg?: PublicKeyAlgorithm): string
  /** Signs two segments that are encoded already, with the issuer's key or another. */
  signSegments(header: string, payload: string, key?: TestKey, alg?: PublicKeyAlgorithm): string
  /** The good header with changes, the claims with an admin claim, and an HMAC as signature. */
  signedWithHmac(header: Members, secret: string | Uint8Array): string
}

/** The good claims with an admin claim that the issuer never signed. */
export function withAdminClaim({ claims }: CaseFixture): Members {
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

/** Mints the good token, unless it is given, and makes a fixture from it. */
export function createCaseFixture(
  issuer: TestIssuer,
  claims: Claims,
  canary: string,
  token: string = issuer.mint(claims),
): CaseFixture {
  const parts = token.split('.') as [string, string, string]
  const [header, payload] = parts.slice(0, 2).map((part) => JSON.parse(decode(part).toString()))
  const issuerKey = issuer.keys.current
  const attacker = issuer.keys.attacker()

  function signSegments(head: string, body: string, key = issuerKey, alg = key.alg): string {
    const input = `${head}.${body}`
    const signature = signBytes(alg, key.privateJwk, Buffer.from(input))
    return `${input}.${encode(signature)}`
  }
  function sign(head: Content, body: Content, key?: TestKey, alg?: PublicKeyAlgorithm): string {
    return signSegments(encode(head), encode(body), key, alg)
  }

  return {
    issuer,
    token,
    parts,
    header,
    claims: payload,
    now: Math.floor(issuer.now() / 1000),
    key: issuerKey,
    attacker,
    canary,
    sign,
    signSegments,
    signed: (changes, head) => sign({ ...header, ...head }, { ...payload, ...changes }),
    forged: (head, changes) =>
      sign({ ...header, ...head }, { ...payload, ...changes, admin: true }, attacker),
    signedWithHmac(head, secret) {
      const changed = { ...header, alg: 'HS256', ...head }
      const input = `${encode(changed)}.${encode({ ...payload, admin: true })}`
      const digest = `sha${String(changed.alg).slice(2)}`
      return `${input}.${createHmac(digest, secret).update(input).digest('base64url')}`
    },
  }
}
