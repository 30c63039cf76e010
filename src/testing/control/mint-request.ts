import { isPublicKeyAlgorithm } from '../../core/algorithms.ts'
import { isPlainObject, kindOf, knownOptions, wrongOption } from '../../core/option-checks.ts'
import type { BadTokens } from '../bad.ts'
import type { Claims } from '../claims.ts'
import type { HostileId } from '../hostile/cases/case.ts'
import { hostileTokens } from '../hostile/cases/catalogue.ts'
import type { TestIssuer } from '../issuer.ts'
import type { MintOptions } from '../mint.ts'
import { knownMintOptions } from '../mint.ts'
import type { IssuerShape } from '../shapes/shapes.ts'
import { shapes } from '../shapes/shapes.ts'
import { shapedToken } from './shaped-token.ts'

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

/** How a token is made by an issuer in another process: what JSON can say of `MintOptions`. */
export interface RemoteMintOptions extends Omit<MintOptions, 'key' | 'raw'> {
  /** The key that signs (the current one). */
  key?: 'attacker' | 'unpublished' | 'retired'
  /** The text of the payload, which is signed instead of claims. Default: none. */
  raw?: string
}

/** Which token is wanted. Control endpoints get it as JSON. */
export interface MintRequest extends Readonly<RemoteMintOptions> {
  readonly claims?: Claims
  readonly bad?: BadToken
  /** A case of the hostile catalogue, whose request has more than its token in some cases. */
  readonly hostile?: HostileId
  /** Whose claims the token has. `iss` and the key stay those of this issuer. */
  readonly shape?: IssuerShape
  /** Members that are `undefined`, which JSON cannot say: the token is to be without them. */
  readonly without?: { readonly claims?: readonly string[]; readonly header?: readonly string[] }
}

const knownMembers = {
  claims: true,
  ...knownMintOptions,
  bad: true,
  hostile: true,
  shape: true,
  without: true,
} as const satisfies Record<keyof MintRequest, true>

/** What a request says of members that are `undefined`. */
export function withoutIn(claims: object, header: object = {}): Pick<MintRequest, 'without'> {
  const undefinedIn = (object: object): string[] =>
    Object.entries(object).flatMap(([name, value]) => (value === undefined ? [name] : []))
  const without = { claims: undefinedIn(claims), header: undefinedIn(header) }
  return without.claims.length + without.header.length === 0 ? {} : { without }
}

/** @throws TypeError for what is no request for a token. */
export function readMintRequest(body: unknown): MintRequest {
  const { claims = {}, ...rest } = knownOptions('the request', body, knownMembers)
  if (!isPlainObject(claims)) wrongOption("member 'claims'", 'must be an object')
  const { alg, bad, shape, key, raw, header, kid } = rest
  if (alg !== undefined && !isPublicKeyAlgorithm(alg))
    wrongOption("member 'alg'", 'is no algorithm')
  oneOf('bad', bad, Object.keys(badTokens))
  oneOf('shape', shape, Object.keys(shapes))
  oneOf('key', key, ['attacker', 'unpublished', 'retired'])
  if (header !== undefined && !isPlainObject(header)) {
    wrongOption("member 'header'", 'must be an object')
  }
  for (const [name, value] of Object.entries({ raw, kid: kid ?? undefined })) {
    if (value !== undefined && typeof value !== 'string') {
      wrongOption(`member '${name}'`, `must be a text, not ${kindOf(value)}`)
    }
  }
  const left = readWithout(rest['without'])
  const { without: _, ...others } = rest
  return {
    ...others,
    claims: { ...(claims as Claims), ...left.claims },
    ...((header !== undefined || left.header) && { header: { ...header, ...left.header } }),
  }
}

/** Objects whose members are `undefined`. */
function readWithout(without: unknown = {}): { claims?: object; header?: object } {
  const lists = knownOptions("member 'without'", without, { claims: true, header: true })
  const entries = Object.entries(lists).map(([name, names]): [string, object] => {
    if (!Array.isArray(names)) return wrongOption(`member '${name}' of without`, 'must be a list')
    return [name, Object.fromEntries(names.map((one) => [String(one), undefined]))]
  })
  return Object.fromEntries(entries.filter(([, members]) => Object.keys(members).length > 0))
}

function oneOf(name: string, value: unknown, values: readonly string[]): void {
  if (value === undefined || values.includes(value as string)) return
  wrongOption(`member '${name}'`, `must be one of ${values.join(', ')}`)
}

/** @throws TypeError if the issuer has no key for the algorithm, or cannot mint such a token. */
export function mintOn(issuer: TestIssuer, request: MintRequest): string {
  const { claims = {}, bad, hostile, shape, ...options } = request
  checkAlgorithm(issuer, request)
  if (bad !== undefined || hostile !== undefined) checkAlone(request)
  if (bad !== undefined) return issuer.bad[badTokens[bad]](claims)
  if (hostile !== undefined) {
    const found = hostileTokens({ issuer, claims }).find(({ id }) => id === hostile)
    return found?.token ?? wrongOption("member 'hostile'", 'is no hostile token of this issuer')
  }
  return shape === undefined
    ? issuer.mint(claims, options)
    : shapedToken(issuer, shape, claims, options)
}

function checkAlgorithm(issuer: TestIssuer, { alg, bad }: MintRequest): void {
  if (alg === undefined) return
  const published = issuer.keys.all.filter((key) => key.published).map((key) => key.alg)
  if (bad === undefined ? published.includes(alg) : alg === published[0]) return
  const signs = `this issuer signs ${published.join(', ')}`
  wrongOption('the algorithm', `is ${alg}, but ${signs}: start it with --alg ${alg}`)
}

/** A wrong token is wrong in one way, so that options of a good one would be ignored. */
function checkAlone({ claims: _, alg: _alg, bad, hostile, ...others }: MintRequest): void {
  const other = bad !== undefined && hostile !== undefined ? 'hostile' : Object.keys(others)[0]
  if (other === undefined) return
  const what = bad === undefined ? 'hostile' : 'bad'
  wrongOption(`member '${what}'`, `cannot be combined with '${other}': give claims alone`)
}
