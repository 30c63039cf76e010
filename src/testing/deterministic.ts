import { randomUUID } from 'node:crypto'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { optionalBoolean, wrongOption } from '../core/option-checks.ts'
import type { TestIssuerOptions } from './issuer-options.ts'

/** The time at which the clock of a deterministic issuer stands still. */
const frozenAt = Date.UTC(2030, 0, 1)

const deterministicSeed = 'tollgate'

/**
 * The options, with the clock, the keys and the algorithm of a deterministic issuer where they were
 * left out. A shape keeps its own algorithm.
 */
export function resolveDeterminism(options: TestIssuerOptions): TestIssuerOptions {
  if (!optionalBoolean("option 'deterministic' of the test issuer", options.deterministic)) {
    return options
  }
  const { keys = { seed: deterministicSeed }, shape, now = () => frozenAt } = options
  if (keys === 'random') {
    const fix = "must not be 'random' with deterministic: leave it out, or give a seed or JWKs"
    wrongOption("option 'keys' of the test issuer", fix)
  }
  const isChosen = options.alg !== undefined || Array.isArray(keys) || shape !== undefined
  return { ...options, keys, now, ...(!isChosen && { alg: 'EdDSA' }) }
}

/** Signatures of these algorithms hold random numbers (FIPS 186-5 section 6.4, RFC 8017 section 8.1). */
const randomised = /^(ES|PS)/

/** @param alg What signs a token, or will sign the first ones. */
export function checkReproducible(option: string, alg: PublicKeyAlgorithm): void {
  if (!randomised.test(alg)) return
  const fix = `is ${alg}, whose signatures differ each time, and the issuer is deterministic: use EdDSA, Ed25519, or RS256 with private JWKs`
  wrongOption(option, fix)
}

/** Names for what must be named once: tokens, key ids that nobody knows. */
export interface Ids {
  next(): string
  reset(): void
}

export function createIds(deterministic = false): Ids {
  let count = 0
  return {
    next() {
      count += 1
      return deterministic ? `jti-${count}` : randomUUID()
    },
    reset() {
      count = 0
    },
  }
}
