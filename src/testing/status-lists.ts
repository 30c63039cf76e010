import { deflateSync } from 'node:zlib'
import { numberWithin, wrongOption } from '../core/option-checks.ts'
import type { Answer } from './answer.ts'
import { answerText } from './answer.ts'
import { checkOptions } from './arguments.ts'
import type { Claims } from './claims.ts'
import { claimsOf } from './claims.ts'
import { clockSeconds } from './number-bounds.ts'
import type { MintStatement, StatementKind, StatementOptions } from './statement.ts'

/** Options of `issuer.statusList()`. */
export interface StatusListOptions {
  /** Bits of each status. Default: 1. With more of them, a token may be suspended. */
  bits?: 1 | 2 | 4 | 8
  /** How many statuses there are. Default: 1024. */
  size?: number
  /** Seconds for which the list may be kept: its claim `ttl`. Default: none is stated. */
  ttl?: number
  /** Seconds from its `iat` to its `exp`. Default: it has no `exp`. */
  expiresIn?: number
}

/** A list that the issuer publishes, and that says which of its tokens are revoked. */
export interface TestStatusList {
  /** Where it is: at the origin of the issuer, under the endpoint 'status-list'. */
  readonly uri: string
  /** The claim of a token whose status is at this index: `issuer.mint(list.claim(7))`. Default: 0. */
  claim(index?: number): { readonly status: unknown }
  /** Sets the status at an index to 0x01 (INVALID): its token is revoked. Default: 0. */
  revoke(index?: number): void
  /** Sets the status at an index: 0x00 is VALID, 0x01 INVALID, 0x02 SUSPENDED. */
  set(index: number, status: number): void
  /**
   * From the next request on, the JWT of the list has these claims in the place of its own, and is
   * made with these options: `list.replace({ sub: 'https://other.test' })`. Without arguments it is
   * right again.
   */
  replace(claims?: Claims, options?: StatementOptions): void
}

/** The status lists that an issuer publishes. */
export interface StatusLists {
  create(options?: StatusListOptions): TestStatusList
  /** @param location A URL without its query. */
  has(location: string): boolean
  answer(location: string): Answer
  reset(): void
}

const known = {
  bits: true,
  size: true,
  ttl: true,
  expiresIn: true,
} as const satisfies Record<keyof StatusListOptions, true>

const call = 'issuer.statusList'

/** @param origin Where the lists are published. */
export function createStatusLists(mintStatement: MintStatement, origin: string): StatusLists {
  const tokens = new Map<string, () => string>()

  function create(options: StatusListOptions = {}): TestStatusList {
    checkOptions(`the options of ${call}`, options, known, `${call}({ bits: 2 })`)
    const { bits = 1, size = 1024, ttl, expiresIn } = options
    if (![1, 2, 4, 8].includes(bits))
      wrongOption(`option 'bits' of ${call}`, 'must be 1, 2, 4 or 8')
    const sizes = { min: 1, max: 33_554_432 / bits, whole: true }
    numberWithin(`option 'size' of ${call}`, size, sizes)
    if (ttl !== undefined) numberWithin(`option 'ttl' of ${call}`, ttl, clockSeconds)
    const octets = new Uint8Array(Math.ceil((size * bits) / 8))
    const uri = `${origin}/statuslists/${tokens.size + 1}`
    let changed: { readonly claims?: Claims; readonly options?: StatementOptions } = {}

    const kind: StatementKind = {
      call,
      example: 'list.replace({}, { age: 60 })',
      typ: 'statuslist+jwt',
      expiresIn,
      claims: (): Claims => ({
        sub: uri,
        ...(ttl !== undefined && { ttl }),
        status_list: { bits, lst: deflateSync(octets).toString('base64url') },
      }),
    }
    tokens.set(uri, () => mintStatement(kind, changed.claims, changed.options))

    function set(index: number, status: number): void {
      numberWithin(`argument 'index' of list.set`, index, { min: 0, max: size - 1, whole: true })
      const statuses = { min: 0, max: 2 ** bits - 1, whole: true }
      numberWithin(`argument 'status' of list.set`, status, statuses)
      const at = Math.floor((index * bits) / 8)
      // The first status of an octet is in its least significant bits.
      const shift = (index * bits) % 8
      const others = (octets[at] as number) & ~((2 ** bits - 1) << shift)
      octets[at] = others | (status << shift)
    }

    return Object.freeze({
      uri,
      claim: (idx = 0) => ({ status: { status_list: { idx, uri } } }),
      revoke: (index = 0) => set(index, 0x01),
      set,
      replace(claims?: Claims, options?: StatementOptions) {
        const given = claimsOf('list.replace', claims)
        changed = { claims: given, ...(options && { options }) }
        // What is wrong with the options is an error of this line of the test.
        mintStatement(kind, given, options)
      },
    })
  }

  return {
    create,
    has: (location) => tokens.has(location),
    answer(location) {
      const token = tokens.get(location)
      if (token === undefined) return answerText(404, 'Not found')
      return answerText(200, token(), { 'content-type': 'application/statuslist+jwt' })
    },
    reset: () => tokens.clear(),
  }
}
