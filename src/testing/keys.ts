import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { kindOf, optionalBoolean, wrongOption } from '../core/option-checks.ts'
import { resolveAlgorithm } from './algorithms.ts'
import { checkOptions } from './arguments.ts'
import { algorithmOf } from './jwk.ts'
import type { KeyOrigin } from './key-source.ts'
import { createKeySource } from './key-source.ts'
import type { KeyState, TestKey } from './test-key.ts'
import { createTestKey } from './test-key.ts'

/** Options of `keys.rotate()`. */
export interface RotateOptions {
  /** The algorithm of the new key. Default: that of the current key. */
  alg?: PublicKeyAlgorithm
  /** Whether the old key stays in the JWKS. Default: true, but false with `kid: 'reuse'`. */
  overlap?: boolean
  /**
   * When the new key is published. Default: 'with-use'.
   *
   * - 'with-use': it is published now, and signs from now on.
   * - 'before-use': it is published now. It signs after the next `rotate()` without `publish` and
   *   `kid`, or after the current key is retired.
   * - 'after-use': it signs from now on, and is published when `publish(kid)` is called.
   */
  publish?: 'with-use' | 'before-use' | 'after-use'
  /**
   * The `kid` of the new key. Default: 'new'.
   *
   * - 'new': a `kid` that no other key has.
   * - 'reuse': the `kid` of the old key.
   * - 'none': the JWK and the tokens state no `kid`.
   */
  kid?: 'new' | 'reuse' | 'none'
}

/** The keys of a test issuer. Its functions throw a TypeError for a `kid` that no key has. */
export interface KeyRing {
  /** The key that signs by default. */
  readonly current: TestKey
  /** Every key, the oldest first. Unpublished and retired keys are included. */
  readonly all: readonly TestKey[]
  /**
   * Changes the signing key, and returns the new one. An app that has keys fetches the new one when
   * it sees the first token of it, but only once in 30 seconds (option `keys.cooldown` of the app).
   * After another `rotate()`, or after a token with an unknown `kid` or a wrong signature such as
   * `bad.unknownKid()`, call `issuer.clock.advance(31)` or create a new app: otherwise the app
   * answers 401 to the token of the new key.
   */
  rotate(options?: RotateOptions): TestKey
  /**
   * Takes a key out of the JWKS. `mint({}, { kid })` still signs with it. If it was the current
   * key, the newest published key signs from now on. If there is no other key, it goes on signing.
   */
  retire(kid: string): void
  /** Puts a key into the JWKS, for the first time or once more. */
  publish(kid: string): void
  /** Adds a private JWK and publishes it. `mint({}, { kid })` signs with it. */
  add(jwk: JWK): TestKey
  /**
   * A key that is never published. It is the same at every call with the same current algorithm. An
   * RSA key may be that of other issuers, too.
   */
  attacker(): TestKey
}

/** The key ring, with functions for minting and for `reset()` that users do not get. */
export interface SigningRing {
  readonly keys: KeyRing
  /** The newest key that was never in the JWKS. It is made if there is none. */
  unpublished(): TestKey
  /** The newest key that was taken out of the JWKS. */
  retired(): TestKey
  reset(): void
}

const knownRotateOptions = {
  alg: true,
  overlap: true,
  publish: true,
  kid: true,
} as const satisfies Record<keyof RotateOptions, true>

function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return
  const fix = `must be one of '${choices.join("', '")}', not ${kindOf(value)}`
  wrongOption(`option '${name}' of keys.rotate`, fix)
}

export function createKeyRing(
  origin: KeyOrigin,
  preferred: PublicKeyAlgorithm | undefined,
): SigningRing {
  const source = createKeySource(origin, preferred)
  const states = new Map<TestKey, KeyState>()
  const attackers = new Map<PublicKeyAlgorithm, TestKey>()

  function addKey(
    jwk: JWK,
    alg: PublicKeyAlgorithm,
    state: KeyState,
    kid?: string | null,
  ): TestKey {
    const key = createTestKey(jwk, alg, kid, states)
    states.set(key, state)
    return key
  }
  const newest = (matches: (key: TestKey, state: KeyState) => boolean): TestKey | undefined =>
    [...states].findLast(([key, state]) => matches(key, state))?.[0]

  function find(option: string, kid: string): TestKey {
    const key = newest((each) => each.kid === kid)
    if (key) return key
    const kids = keys.all.map((each) => each.kid).join(', ')
    return wrongOption(option, `is '${kid}', which no key has: the kids are ${kids}`)
  }

  const initial = source.initial.map((jwk) =>
    addKey(jwk, algorithmOf("option 'keys' of the test issuer", jwk, preferred), 'published'),
  )
  const first = initial[0] as TestKey
  let current = first
  /** A key that is published already, and will sign later. */
  let announced: TestKey | undefined

  function makeCurrent(key: TestKey): void {
    current = key
    if (key === announced) announced = undefined
  }
  function retire(key: TestKey): void {
    states.set(key, 'retired')
    if (key === announced) announced = undefined
    if (key !== current) return
    makeCurrent(announced ?? newest((_, state) => state === 'published') ?? current)
  }

  const keys: KeyRing = {
    get current() {
      return current
    },
    get all() {
      return Object.freeze([...states.keys()])
    },
    rotate(options = {}) {
      const example = "keys.rotate({ alg: 'RS256' })"
      checkOptions('the options of keys.rotate', options, knownRotateOptions, example)
      const { publish = 'with-use', kid = 'new' } = options
      const old = current
      const wanted = options.alg ?? announced?.alg ?? old.alg
      const alg = resolveAlgorithm("option 'alg' of keys.rotate", wanted)
      checkChoice('publish', publish, ['with-use', 'before-use', 'after-use'])
      checkChoice('kid', kid, ['new', 'reuse', 'none'])
      const stated = optionalBoolean("option 'overlap' of keys.rotate", options.overlap)
      const overlap = stated ?? kid !== 'reuse'
      if (publish === 'before-use' && !overlap) {
        const fix = "must not be false with publish 'before-use', because the old key still signs"
        wrongOption("option 'overlap' of keys.rotate", fix)
      }
      const isPlain = publish === 'with-use' && kid === 'new'
      const newKid = { new: undefined, reuse: old.kid, none: null }[kid]
      const state = publish === 'after-use' ? 'unpublished' : 'published'
      const key =
        isPlain && announced?.alg === alg ? announced : addKey(source.next(alg), alg, state, newKid)
      if (publish === 'before-use') announced = key
      else makeCurrent(key)
      if (!overlap) retire(old)
      return key
    },
    retire: (kid) => retire(find("argument 'kid' of keys.retire", kid)),
    publish: (kid) => void states.set(find("argument 'kid' of keys.publish", kid), 'published'),
    add: (jwk) =>
      addKey(jwk, algorithmOf("argument 'jwk' of keys.add", jwk, preferred), 'published'),
    attacker() {
      const { alg } = current
      const known = attackers.get(alg)
      if (known) return known
      const own = keys.all.map(({ publicJwk }) => publicJwk)
      const key = createTestKey(source.foreign(alg, own), alg, undefined, states)
      attackers.set(alg, key)
      return key
    },
  }

  return {
    keys,
    unpublished: () =>
      newest((_, state) => state === 'unpublished') ??
      addKey(source.next(current.alg), current.alg, 'unpublished'),
    retired() {
      const key = newest((_, state) => state === 'retired')
      if (key) return key
      return wrongOption(
        "option 'key' of issuer.mint",
        "is 'retired', but no key is: call keys.retire(kid) or keys.rotate({ overlap: false }) first",
      )
    },
    reset() {
      states.clear()
      for (const key of initial) states.set(key, 'published')
      current = first
      announced = undefined
      source.rewind()
    },
  }
}
