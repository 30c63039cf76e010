import type { Auth } from '../core/auth.ts'
import { knownOptions, numberWithin, optionalFunction, wrongOption } from '../core/option-checks.ts'
import type { Kind, Revocation, RevocationStore } from '../core/revocation.ts'
import { checkIsAuth, kinds, namesOf } from '../core/revocation.ts'
import { digestOf } from '../core/token-digest.ts'
import { longestTolerance, readRevocation, revokes } from './entry.ts'
import { createListeners } from './listeners.ts'
import type { RedisClient } from './redis-client.ts'
import { createSend } from './redis-client.ts'
import { StoreError } from './store-error.ts'

export interface RedisStoreOptions {
  /**
   * What the names of all keys in Redis begin with. Default: 'tollgate:'. Stores with one prefix share
   * their revocations.
   */
  prefix?: string | undefined
  /** How many seconds Redis may take for an answer. Default: 1. From 0.01 to 60. */
  timeout?: number | undefined
  /** Gives the time in milliseconds since the epoch. Default: `Date.now`, looked up at each call. */
  now?: (() => number) | undefined
}

export interface RedisStore extends RevocationStore {
  /**
   * Marks the store as complete. An operator calls it once for a new store, and again after a loss of
   * data, when what must stay revoked was revoked again or may be forgotten. Never call it when a
   * process starts: after a loss of data, that would let every revoked token pass.
   *
   * @throws an Error whose `code` is `REVOCATION_STORE_EVICTS` if Redis may drop revocations to save
   * memory (`maxmemory-policy`).
   */
  initialize(): Promise<void>
}

const known = {
  prefix: true,
  timeout: true,
  now: true,
} as const satisfies Record<keyof RedisStoreOptions, true>

/**
 * Revokes unless the marker is missing, in one step: of two revocations of the same, the later
 * `before` and the later `until` count. The texts of numbers are kept as they came, because Lua would
 * write them with fewer digits. PEXPIREAT is known to every version of Redis and of Valkey.
 */
const revokeScript = `
if not redis.call('GET', KEYS[1]) then return 0 end
local before, ends = ARGV[1], ARGV[2]
local kept = redis.call('GET', KEYS[2])
if kept then
  local b, e = string.match(kept, '^(%S+) (%S+)$')
  if tonumber(b) > tonumber(before) then before = b end
  if tonumber(e) > tonumber(ends) then ends = e end
end
redis.call('SET', KEYS[2], before .. ' ' .. ends)
redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', math.ceil((tonumber(ends) + ${longestTolerance}) * 1000)))
return 1
`

/** In the place of Infinity, which Lua does not read on every system. */
const always = 1e300

/**
 * Keeps revocations in Redis or Valkey, where the processes of an API share them. Each question takes
 * one round trip. Whatever keeps Redis from answering makes `isRevoked` reject, which is a 503; so does
 * a store that nobody has initialized, such as one that was restarted without its data.
 *
 * @param client A client of the package `redis` (4 to 6) or `ioredis` (5, 6). Connecting it, and its
 * error events, are up to the application.
 * @throws TypeError if the client or an option is wrong; the message says how to fix it.
 */
export function createRedisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const given = knownOptions('the options of createRedisStore', options, known)
  const prefix = resolvePrefix(given['prefix'])
  const timeout = numberWithin("option 'timeout'", given['timeout'] ?? 1, { min: 0.01, max: 60 })
  const now = optionalFunction<() => number>("option 'now'", given['now']) ?? (() => Date.now())
  const send = createSend(client, timeout)
  const listeners = createListeners()
  const marker = `${prefix}initialized`

  async function keyOf(kind: Kind, issuer: string, value: string): Promise<string> {
    // JSON keeps two pairs of issuer and value from making one text, and also writes what UTF-8 does
    // not have, half a surrogate pair, as different texts. Hashed, because whoever reads the names of
    // keys must not find persons, and because a claim may be long.
    const digest = await digestOf(JSON.stringify([issuer, value]))
    return `${prefix}${kind}:${btoa(digest)}`
  }

  async function isRevoked(auth: Auth): Promise<boolean> {
    checkIsAuth(auth)
    const names = namesOf(auth)
    const keys = await Promise.all(
      kinds.flatMap((kind) => {
        const value = names.values[kind]
        return value === undefined ? [] : [keyOf(kind, names.issuer, value)]
      }),
    )
    // One command, so that no marker is read that is older or newer than the answer.
    const answer = await send('MGET', marker, ...keys)
    if (!Array.isArray(answer) || answer.length !== keys.length + 1) throw unexpectedAnswer()
    const [mark, ...entries] = answer.map(textOf)
    if (mark === undefined) throw notInitialized()
    return entries
      .filter((entry) => entry !== undefined)
      .map(readEntry)
      .some((entry) => revokes(entry, names, now()))
  }

  async function revoke(what: Revocation): Promise<void> {
    const entry = readRevocation(what, now())
    const { kind, issuer, value, before, until } = entry
    const key = await keyOf(kind, issuer, value)
    const numbers = [Math.min(before, always), until].map(String)
    const answer = await send('EVAL', revokeScript, '2', marker, key, ...numbers)
    if (Number(answer) === 0) throw notInitialized()
    if (Number(answer) !== 1) throw unexpectedAnswer()
    listeners.tell(entry)
  }

  async function initialize(): Promise<void> {
    await checkKeepsAll()
    const answer = await send('SET', marker, '1')
    if (textOf(answer) !== 'OK') throw unexpectedAnswer()
  }

  /** Where INFO is not allowed, it is up to the operator to know. */
  async function checkKeepsAll(): Promise<void> {
    const info = await send('INFO', 'memory').then(textOf, () => undefined)
    const [, limit] = /^maxmemory:(\d+)/m.exec(info ?? '') ?? []
    const [, policy] = /^maxmemory_policy:([\w-]+)/m.exec(info ?? '') ?? []
    if (limit === undefined || limit === '0' || policy === 'noeviction') return
    throw new StoreError(
      'REVOCATION_STORE_EVICTS',
      `Redis drops keys when its memory is full (maxmemory-policy ${policy}), and with them revocations: set it to noeviction`,
    )
  }

  return { isRevoked, revoke, subscribe: listeners.subscribe, initialize }
}

function resolvePrefix(prefix: unknown = 'tollgate:'): string {
  if (typeof prefix !== 'string' || !/^[\x21-\x7a]{1,100}$/.test(prefix)) {
    wrongOption(
      "option 'prefix'",
      'must be 1 to 100 printable ASCII characters without space, { and }',
    )
  }
  // The braces make a Redis Cluster keep all keys in one place: one command reads several of them.
  return `${prefix}{revocation}:`
}

/** Undefined for what is not there. A client may be told to give octets for texts. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  throw unexpectedAnswer()
}

function readEntry(text: string): { readonly before: number; readonly until: number } {
  const [before, until] = text.split(' ').map(Number)
  if (!Number.isFinite(before) || !Number.isFinite(until)) throw unexpectedAnswer()
  return { before: before as number, until: until as number }
}

function notInitialized(): StoreError {
  return new StoreError(
    'REVOCATION_STORE_NOT_INITIALIZED',
    'this store in Redis is new, or has lost its data: have an operator revoke again what must stay revoked, and call initialize()',
  )
}

function unexpectedAnswer(): StoreError {
  const why =
    'Redis has given an answer that this store does not understand: does something else write to its keys?'
  return new StoreError('REVOCATION_STORE_ANSWER', why)
}
