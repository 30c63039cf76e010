import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { isPublicKeyAlgorithm } from '../core/algorithms.ts'
import { isPlainObject, knownOptions, wrongOption } from '../core/option-checks.ts'
import type { BadTokens, Claims, TestIssuer } from '../testing.ts'

/** The wrong tokens, by the names that the command line has for them. */
export const badTokens: { readonly [Name in BadToken]: keyof BadTokens } = {
  expired: 'expired',
  'not-yet-valid': 'notYetValid',
  tampered: 'tampered',
  'wrong-key': 'wrongKey',
  'unknown-kid': 'unknownKid',
  'wrong-audience': 'wrongAudience',
  'wrong-issuer': 'wrongIssuer',
  unsigned: 'unsigned',
  'id-token': 'idToken',
  garbage: 'garbage',
}

/** Seconds for which the tokens of the command line are valid by default. */
export const defaultExpiry = 3600

/** A wrong token, by its name on the command line. */
export type BadToken =
  | 'expired'
  | 'not-yet-valid'
  | 'tampered'
  | 'wrong-key'
  | 'unknown-kid'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'unsigned'
  | 'id-token'
  | 'garbage'

/** Which token is wanted. The control endpoint of a running issuer gets it as JSON. */
export interface MintRequest {
  readonly claims?: Claims
  /** Seconds. */
  readonly expiresIn?: number
  readonly alg?: PublicKeyAlgorithm
  readonly bad?: BadToken
}

const knownMembers = {
  claims: true,
  expiresIn: true,
  alg: true,
  bad: true,
} as const satisfies Record<keyof MintRequest, true>

/** @throws TypeError for what is no request for a token. */
export function readMintRequest(body: unknown): MintRequest {
  const { claims = {}, bad, alg, ...rest } = knownOptions('the request', body, knownMembers)
  if (!isPlainObject(claims)) wrongOption("member 'claims'", 'must be an object')
  if (bad !== undefined && !isBadToken(bad)) {
    wrongOption("member 'bad'", `must be one of ${Object.keys(badTokens).join(', ')}`)
  }
  if (alg !== undefined && !isPublicKeyAlgorithm(alg))
    wrongOption("member 'alg'", 'is no algorithm')
  return { ...rest, claims: claims as Claims, ...(bad && { bad }), ...(alg && { alg }) }
}

function isBadToken(name: unknown): name is BadToken {
  return typeof name === 'string' && Object.hasOwn(badTokens, name)
}

/** @throws TypeError if the issuer has no key for the algorithm, or cannot mint such a token. */
export function mintOn(issuer: TestIssuer, { claims, expiresIn, alg, bad }: MintRequest): string {
  const published = issuer.keys.all.filter((key) => key.published).map((key) => key.alg)
  if (alg !== undefined && (bad === undefined ? !published.includes(alg) : alg !== published[0])) {
    const signs = `this issuer signs ${published.join(', ')}`
    wrongOption('the algorithm', `is ${alg}, but ${signs}: start it with --alg ${alg}`)
  }
  if (bad !== undefined) return issuer.bad[badTokens[bad]](claims)
  return issuer.mint(claims, {
    ...(expiresIn !== undefined && { expiresIn }),
    ...(alg !== undefined && { alg }),
  })
}
