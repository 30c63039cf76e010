import type { JWK } from 'jose'
import type { Algorithm } from '../index.ts'
import { readAlgorithm } from './algorithms.ts'
import { algorithmOf } from './jwk.ts'
import type { KeyOrigin } from './key-source.ts'
import { createKeySource } from './key-source.ts'
import { refuseUnknown } from './options.ts'
import type { KeyState, TestKey } from './test-key.ts'
import { createTestKey } from './test-key.ts'

/** How `keys.rotate()` goes. */
export interface RotateOptions {
  /** The algorithm of the new key (that of the current key). */
  alg?: Algorithm
  /** Whether the old key stays in the JWKS (true, but false with `kid: 'reuse'`). */
  overlap?: boolean
  /**
   * When the JWKS shows the new key ('with-use'). 'before-use': it is shown now, and signs once the
   * next plain `rotate()` or the retirement of the current key puts it to use. 'after-use': it
   * signs now, and is shown once `publish(kid)` is called.
   */
  publish?: 'with-use' | 'before-use' | 'after-use'
  /**
   * The `kid` of the new key ('new'). 'reuse': that of the old key, which then names another key.
   * 'none': neither the JWK nor the tokens state one.
   */
  kid?: 'new' | 'reuse' | 'none'
}

/** The keys of a test issuer. An unknown `kid` throws a TypeError. */
export interface KeyRing {
  /** The key that signs by default. */
  readonly current: TestKey
  /** Every key so far, oldest first: published, unpublished and retired. */
  readonly all: readonly TestKey[]
  /** Changes the signing key, and returns the new one. */
  rotate(options?: RotateOptions): TestKey
  /**
   * Takes a key out of the JWKS; `mint({}, { kid })` still signs with it. When it was the current
   * one, the newest published key signs from now on; the only key keeps signing, unpublished.
   */
  retire(kid: string): void
  /** Puts a key into the JWKS, for the first time or again. */
  publish(kid: string): void
  /** Adds a private JWK and publishes it; `mint({}, { kid })` signs with it. */
  add(jwk: JWK): TestKey
  /** A key that is never published: the same at every call, one per algorithm of the current key. */
  attacker(): TestKey
}

/** The key ring, and what minting and `reset()` need of it beyond that. */
export interface SigningRing {
  readonly keys: KeyRing
  /** The newest key that never was in the JWKS, made on demand. */
  unpublished(): TestKey
  /** The newest key that was taken out of the JWKS. */
  retired(): TestKey
  reset(): void
}

const rotateOptions = { alg: true, overlap: true, publish: true, kid: true } satisfies Record<
  keyof RotateOptions,
  true
>

export function createKeyRing(origin: KeyOrigin, preferred: Algorithm | undefined): SigningRing {
  const source = createKeySource(origin, preferred)
  const states = new Map<TestKey, KeyState>()
  const attackers = new Map<Algorithm, TestKey>()

  function enter(jwk: JWK, state: KeyState, kid?: string | null): TestKey {
    const key = createTestKey(jwk, algorithmOf(jwk, preferred), kid, states)
    states.set(key, state)
    return key
  }
  const newest = (matches: (key: TestKey, state: KeyState) => boolean): TestKey | undefined =>
    [...states].findLast(([key, state]) => matches(key, state))?.[0]

  function find(kid: string): TestKey {
    const key = newest((each) => each.kid === kid)
    if (key) return key
    const names = keys.all.map((each) => each.kid).join(', ')
    throw new TypeError(`The test issuer has no key "${kid}"; it has ${names}.`)
  }

  const initial = source.initial.map((jwk) => enter(jwk, 'published'))
  const first = initial[0] as TestKey
  let current = first
  let waiting: TestKey | undefined

  function use(key: TestKey): void {
    current = key
    if (key === waiting) waiting = undefined
  }
  function retire(key: TestKey): void {
    states.set(key, 'retired')
    if (key === waiting) waiting = undefined
    if (key === current) use(waiting ?? newest((_, state) => state === 'published') ?? current)
  }

  const keys: KeyRing = {
    get current() {
      return current
    },
    get all() {
      return Object.freeze([...states.keys()])
    },
    rotate(options = {}) {
      refuseUnknown('keys.rotate()', options, rotateOptions)
      const { publish = 'with-use', kid = 'new' } = options
      const old = current
      const alg = readAlgorithm(options.alg ?? waiting?.alg ?? old.alg)
      const overlap = options.overlap ?? kid !== 'reuse'
      if (publish === 'before-use' && !overlap) {
        throw new TypeError(
          "keys.rotate(): with publish 'before-use' the old key still signs, so it must overlap.",
        )
      }
      const plain = publish === 'with-use' && kid === 'new'
      const name = { new: undefined, reuse: old.kid, none: null }[kid]
      const state = publish === 'after-use' ? 'unpublished' : 'published'
      const key = plain && waiting?.alg === alg ? waiting : enter(source.next(alg), state, name)
      if (publish === 'before-use') waiting = key
      else use(key)
      if (!overlap) retire(old)
      return key
    },
    retire: (kid) => retire(find(kid)),
    publish: (kid) => void states.set(find(kid), 'published'),
    add: (jwk) => enter(jwk, 'published'),
    attacker() {
      const { alg } = current
      const key = attackers.get(alg) ?? createTestKey(source.foreign(alg), alg, undefined, states)
      attackers.set(alg, key)
      return key
    },
  }

  return {
    keys,
    unpublished: () =>
      newest((_, state) => state === 'unpublished') ??
      enter(source.next(current.alg), 'unpublished'),
    retired() {
      const key = newest((_, state) => state === 'retired')
      if (key) return key
      throw new TypeError(
        'No key is retired yet: call keys.retire(kid) or keys.rotate({ overlap: false }) first.',
      )
    },
    reset() {
      states.clear()
      for (const key of initial) states.set(key, 'published')
      current = first
      waiting = undefined
      source.rewind()
    },
  }
}
