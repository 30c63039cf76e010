import type { KeySettings } from './keys/remote.ts'
import { knownOptions, numberWithin } from './option-checks.ts'

/** How keys are fetched and kept. Durations are in seconds. */
export interface KeyOptions {
  /**
   * Age in seconds at which keys must be fetched again. Default: 600. From 1 to 86400. If the
   * issuer's `Cache-Control: max-age` is shorter, it is used instead; a `max-age` under 60 counts
   * as 60.
   */
  maxAge?: number | undefined
  /**
   * How many seconds keys older than `maxAge` serve while the issuer cannot be reached. Default:
   * 86400. At most 604800; 0 means that they never do.
   */
  staleIfError?: number | undefined
  /**
   * Tokens with an unknown `kid` cause at most one key fetch in so many seconds. Default: 30. From
   * 1 to 3600.
   */
  cooldown?: number | undefined
  /**
   * How many seconds one attempt to fetch metadata and keys may take, with all headers and bodies,
   * and how many a request waits for it at most. Default: 5. At most 60.
   */
  timeout?: number | undefined
  /**
   * The largest key set or metadata document in bytes, after decompression. Default: 524288. From
   * 1024 to 16777216.
   */
  maxBytes?: number | undefined
  /**
   * The most keys of a fetched key set that can be used. Other members, such as keys for
   * encryption, do not count. Default: 100. At most 1000.
   */
  maxKeys?: number | undefined
}

const knownKeyOptions = {
  maxAge: true,
  staleIfError: true,
  cooldown: true,
  timeout: true,
  maxBytes: true,
  maxKeys: true,
} as const satisfies Record<keyof KeyOptions, true>

const keyDefaults: KeySettings = {
  maxAge: 600,
  staleIfError: 86_400,
  cooldown: 30,
  timeout: 5,
  maxBytes: 524_288,
  maxKeys: 100,
}

export function resolveKeys(value: unknown): KeySettings {
  if (value === undefined) return keyDefaults
  const options = knownOptions("option 'keys'", value, knownKeyOptions)
  const within = (name: keyof KeyOptions, min: number, max: number, whole = false): number =>
    options[name] === undefined
      ? keyDefaults[name]
      : numberWithin(`option 'keys.${name}'`, options[name], { min, max, whole })
  return Object.freeze({
    maxAge: within('maxAge', 1, 86_400),
    staleIfError: within('staleIfError', 0, 604_800),
    cooldown: within('cooldown', 1, 3_600),
    timeout: within('timeout', 0.001, 60),
    maxBytes: within('maxBytes', 1_024, 16_777_216, true),
    maxKeys: within('maxKeys', 1, 1_000, true),
  })
}
