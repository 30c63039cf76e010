import type { KeyObject } from 'node:crypto'
import { createPublicKey, verify } from 'node:crypto'
import type { TestIssuer } from 'tollgate/testing'

/** A check that a verifier can forget. */
export type Check =
  | 'alg'
  | 'aud'
  | 'client_id'
  | 'cnf'
  | 'crit'
  | 'encoding'
  | 'exp'
  | 'format'
  | 'iat'
  | 'iss'
  | 'jti'
  | 'kid'
  | 'nbf'
  | 'scope'
  | 'signature'
  | 'size'
  | 'sub'
  | 'typ'
  | 'utf8'

export type Members = Record<string, unknown>

/** A token, taken apart and decoded. */
export interface ParsedToken {
  readonly issuer: TestIssuer
  readonly parts: readonly string[]
  readonly header: Members
  readonly payload: Buffer
  readonly signature: Buffer
  /** The bytes that the signature is over. */
  readonly input: Buffer
  readonly key: KeyObject
  readonly alg: string
}

/** How a verifier is flawed: it leaves out checks, or does one of them in another way. */
export interface Flaw {
  readonly without?: readonly Check[]
  /** Replaces the checks of the signature, of alg and of kid. */
  readonly trusts?: (parsed: ParsedToken) => boolean | Promise<boolean>
  /** Replaces the parsing of the payload. */
  readonly reads?: (payload: Buffer, header: Members) => unknown
  /** Makes another token from the one that was sent, and that one is verified. */
  readonly transforms?: (token: string, issuer: TestIssuer) => string | undefined
}

const compact = /^[\w-]+\.[\w-]+\.[\w-]+$/
const fatal = new TextDecoder('utf-8', { fatal: true })

/**
 * Whether a token is valid. This verifier uses node:crypto alone and shares no code with tollgate,
 * so that a mistake in tollgate cannot hide here, too.
 */
export async function isValid(
  token: string,
  issuer: TestIssuer,
  flaw: Flaw = {},
): Promise<boolean> {
  try {
    return await checkToken(flaw.transforms?.(token, issuer) ?? token, issuer, flaw)
  } catch {
    return false
  }
}

async function checkToken(token: string, issuer: TestIssuer, flaw: Flaw): Promise<boolean> {
  const { without = [], trusts = isSigned(without), reads = parse(without) } = flaw
  const checks = (one: Check): boolean => !without.includes(one)
  if (checks('size') && token.length > 16_384) return false
  if (checks('format') && !compact.test(token)) return false
  const parts = token.split('.')
  const [head = '', body = '', signature = ''] = parts
  if (checks('encoding') && ![head, body, signature].every(isCanonical)) return false
  if (checks('size') && head.length > 4096) return false
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Members
  const payload = Buffer.from(body, 'base64url')
  const { publicJwk, alg } = issuer.keys.current
  const parsed: ParsedToken = {
    issuer,
    parts,
    header,
    payload,
    signature: Buffer.from(signature, 'base64url'),
    input: Buffer.from(`${head}.${body}`),
    key: createPublicKey({ key: publicJwk, format: 'jwk' }),
    alg,
  }
  if (!(await trusts(parsed))) return false
  if (checks('kid') && !flaw.trusts && header['kid'] !== publicJwk.kid) return false
  if (checks('typ') && header['typ'] !== 'at+jwt') return false
  if (checks('crit') && ('crit' in header || 'b64' in header)) return false
  return hasValidClaims(reads(payload, header) as Members, issuer, checks)
}

function parse(without: readonly Check[]) {
  return (payload: Buffer): unknown =>
    JSON.parse(without.includes('utf8') ? payload.toString() : fatal.decode(payload))
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value <= 1e12
}

function hasValidClaims(
  claims: Members,
  issuer: TestIssuer,
  checks: (one: Check) => boolean,
): boolean {
  const { iss, aud, exp, nbf, iat, sub, scope, jti } = claims
  const now = Math.floor(issuer.now() / 1000)
  if (checks('iss') && iss !== issuer.url) return false
  const named = [aud].flat()
  const isAudience = named.every(isText) && named.includes(issuer.audience)
  if (checks('aud') && !isAudience) return false
  if (checks('exp') && !(isDate(exp) && now < exp)) return false
  if (checks('nbf') && nbf !== undefined && !(isDate(nbf) && nbf <= now)) return false
  if (checks('iat') && !(isDate(iat) && iat <= now)) return false
  if (checks('sub') && !isText(sub)) return false
  if (checks('client_id') && !isText(claims['client_id'])) return false
  if (checks('jti') && !isText(jti)) return false
  if (checks('size') && String(jti).length > 256) return false
  if (checks('scope') && scope !== undefined && typeof scope !== 'string') return false
  return !(checks('cnf') && 'cnf' in claims)
}

/** Whether a segment is the canonical base64url text of its bytes. */
function isCanonical(segment: string): boolean {
  return Buffer.from(segment, 'base64url').toString('base64url') === segment
}

function isSigned(without: readonly Check[]) {
  return ({ header, alg, ...parsed }: ParsedToken): boolean => {
    if (without.includes('signature')) return true
    if (!without.includes('alg')) return header['alg'] === alg && isSignedWith(parsed, alg)
    const digests = ['256', '384', '512']
    const schemes = alg.startsWith('ES') ? ['ES'] : ['RS', 'PS']
    const all = schemes.flatMap((scheme) => digests.map((digest) => scheme + digest))
    return [alg, ...all].some((one) => isSignedWith(parsed, one))
  }
}

/** Whether the signature was made with this algorithm and with the private half of this key. */
export function isSignedWith(
  { input, signature, key }: Pick<ParsedToken, 'input' | 'signature' | 'key'>,
  alg: string,
  dsaEncoding: 'ieee-p1363' | 'der' = 'ieee-p1363',
): boolean {
  const digest = alg.startsWith('Ed') ? null : `sha${alg.slice(2)}`
  // 6 is RSA_PKCS1_PSS_PADDING, and -1 a salt that is as long as the digest.
  const pss = alg.startsWith('PS') && { padding: 6, saltLength: -1 }
  return verify(digest, input, { key, dsaEncoding, ...pss }, signature)
}
