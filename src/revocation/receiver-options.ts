import { kindOf, numberWithin, wrongOption } from '../core/option-checks.ts'
import { memberOf } from '../core/own-members.ts'
import type { RevocationStore } from '../core/revocation.ts'
import { emitOf, issuersOf, nowOf } from '../core/shared-verifier.ts'
import type { Trust } from './notice.ts'

/** The options that all handlers have in common. */
export interface ReceiverOptions {
  /**
   * The verifier whose issuers are listened to: one that `createVerifier` has made, or the `verifier`
   * that `createAuth` gives.
   */
  verifier: object
  /** Where it is kept what is revoked: the store that the option `revocation` of the verifier names. */
  store: RevocationStore
  /**
   * The longest lifetime in seconds of the issuer's access tokens: so long every revocation is kept.
   * A token that lives longer would be accepted again. Default: 86400. From 1 to 31536000.
   */
  tokenLifetime?: number | undefined
}

export interface ReceiverSettings {
  readonly trust: Trust
  readonly store: RevocationStore
  /** Seconds. */
  readonly tokenLifetime: number
}

export function resolveReceiver(options: Readonly<Record<string, unknown>>): ReceiverSettings {
  const { verifier, store, tokenLifetime = 86_400 } = options
  const lifetimes = { min: 1, max: 31_536_000 }
  return {
    trust: trustOf(verifier),
    store: checkStore(store),
    tokenLifetime: numberWithin("option 'tokenLifetime'", tokenLifetime, lifetimes),
  }
}

function trustOf(verifier: unknown): Trust {
  const issuers =
    typeof verifier === 'object' && verifier !== null ? issuersOf(verifier) : undefined
  if (issuers === undefined) {
    const fix = 'must be what createVerifier has made, or the verifier that createAuth gives'
    wrongOption("option 'verifier'", `${fix}, not ${kindOf(verifier)}`)
  }
  const own = verifier as object
  return { issuers, emit: emitOf(own), now: () => nowOf(own) }
}

function checkStore(store: unknown): RevocationStore {
  if (typeof memberOf(store as RevocationStore | null, 'revoke') === 'function') {
    return store as RevocationStore
  }
  const fix = 'must be a store of revocations, such as createMemoryStore() gives'
  return wrongOption("option 'store'", `${fix}, not ${kindOf(store)}`)
}

/** One name or several, each a text. */
export function namesIn(option: string, value: unknown): readonly string[] {
  const names: unknown[] = Array.isArray(value) ? [...value] : [value]
  const isText = (one: unknown): boolean => typeof one === 'string' && one !== ''
  if (names.length > 0 && names.every(isText)) return names as string[]
  return wrongOption(option, `must be a string or a list of strings, not ${kindOf(value)}`)
}
