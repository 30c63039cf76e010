import type { Algorithm } from '../algorithms.ts'
import type { Awaitable } from '../awaitable.ts'
import { attempt } from '../awaitable.ts'
import { UnavailableError } from '../errors.ts'
import type { Emit, IssuerReport } from '../events.ts'
import { kidField } from '../events.ts'
import type { Loaded } from '../remote/attempts.ts'
import type { Available, CachedDocument } from '../remote/cached-document.ts'
import { createCachedDocument } from '../remote/cached-document.ts'
import { within } from '../remote/deadline.ts'
import { fetchJson } from '../remote/documents.ts'
import type { HttpOptions } from '../remote/http.ts'
import { atLocation, isNotFound, LoadError } from '../remote/load-error.ts'
import type { CachedMetadata } from '../remote/metadata.ts'
import { createForcedAttempts } from './forced-attempts.ts'
import { createIgnoredKeys } from './ignored-keys.ts'
import type { KeySet } from './key-set.ts'
import { readKeySet } from './key-set.ts'
import { createDiscoveringLocator, createFixedLocator } from './locator.ts'
import type { KeyHealth, KeyLocation, KeySource, Keys } from './source.ts'
import { readBundle } from './spiffe-bundle.ts'

/** How keys are fetched and kept. Durations are in seconds. */
export interface KeySettings {
  readonly maxAge: number
  readonly staleIfError: number
  readonly cooldown: number
  readonly timeout: number
  readonly maxBytes: number
  readonly maxKeys: number
}

export interface RemoteSourceOptions extends IssuerReport {
  readonly algorithms: readonly Algorithm[]
  readonly location: Exclude<KeyLocation, { kind: 'static' }>
  readonly settings: KeySettings
  /** What the issuer says of itself, for keys that are found by discovery. */
  readonly metadata: CachedMetadata | undefined
  readonly http: HttpOptions
}

/** Keys over HTTP, found by discovery or at a configured location. */
export function createRemoteSource(options: RemoteSourceOptions): KeySource {
  const { issuer, emit, settings, location, metadata, http } = options
  const { now } = http
  const { timeout, maxAge, staleIfError } = settings
  const { algorithms } = options
  const rules = { algorithms, issuer, spelling: 'tolerant', maxKeys: settings.maxKeys } as const
  const forced = createForcedAttempts(settings.cooldown, now, location.kind === 'discovery')
  const locator =
    location.kind === 'jwks'
      ? createFixedLocator(location.jwksUri)
      : createDiscoveringLocator(metadata as CachedMetadata, maxAge + staleIfError)
  const document: CachedDocument<KeySet> = createCachedDocument<KeySet>({
    // Metadata and keys together get the time that a caller waits for them: otherwise the attempt
    // would outlast its callers.
    load(attempt) {
      asked = undefined
      return within(timeout, load(attempt), tooLate)
    },
    maxAge,
    staleIfError,
    timeout,
    lostAfter: timeout,
    now,
    endsAt: locator.endsAt,
    onLoaded: ({ keys: { length } }, duration) =>
      emit?.({ type: 'keys.refreshed', issuer, keys: length, duration }),
    onFailed: ({ message: error }, duration, retryAfter) =>
      emit?.({ type: 'keys.refresh-failed', issuer, error, duration, retryAfter }),
    onStale: (age) => emit?.({ type: 'keys.stale', issuer, age }),
  })
  /** Where the keys in use came from. */
  let loadedFrom: string | undefined
  /** Where the attempt under way asks for keys, once it has found out. */
  let asked: string | undefined
  /** Whether the last attempt to read the metadata for a token with an unknown key has failed. */
  let askingFailed = false

  metadata?.onMoved(() => {
    // The old location may go on to answer with keys that the issuer has withdrawn.
    if (loadedFrom !== undefined) void document.refresh()
  })

  async function load(attempt: { readonly forced: boolean }): Promise<Loaded<KeySet>> {
    const justRead = !locator.isKnown()
    const uri = await locator.locate()
    try {
      return await loadFrom(uri)
    } catch (error) {
      // The keys may have moved, or never have been there. Where a token with an unknown key can
      // lead here, reading the metadata once more costs the budget of such tokens; a forced attempt
      // has paid for it already.
      const cold = document.status().value === undefined
      const mayAsk = !justRead && (cold || isNotFound(error))
      if (!mayAsk || !(cold || attempt.forced || forced.takeMetadata())) throw error
      const moved = await locator.ask()
      if (moved === undefined || moved === uri) throw error
      return loadFrom(moved)
    }
  }

  function tooLate(): never {
    const error = new LoadError('timeout')
    throw asked === undefined ? error : atLocation(error, asked)
  }

  async function loadFrom(uri: string): Promise<Loaded<KeySet>> {
    asked = uri
    const { body, maxAge } = await fetchJson(uri, http)
    const previous = document.status().value?.keys ?? []
    const set = location.isBundle ? readBundle(body) : body
    const ignored = createIgnoredKeys(options)
    try {
      const value = await readKeySet(set, rules, previous, ignored.report)
      loadedFrom = uri
      return { value, maxAge }
    } catch (error) {
      throw error instanceof LoadError ? atLocation(error, uri) : error
    } finally {
      ignored.finish()
    }
  }

  function current(report: Emit): Awaitable<Keys> {
    return attempt(
      () => document.current(),
      keysOf,
      (error) => {
        throw error instanceof LoadError ? unavailable(error.details.heldBack ?? 0, report) : error
      },
    )
  }

  function unavailable(seconds: number, report: Emit): UnavailableError {
    const error = new UnavailableError('keys', seconds, [issuer])
    report?.({ type: 'keys.unavailable', issuer, retryAfter: error.retryAfter })
    return error
  }

  /**
   * One rule for cold starts, idle spells and background refreshes: a fetch that began before the
   * caller came may have missed the caller's key, so one more is made from the budget. A fetch that
   * began for the caller is the last word.
   */
  async function newer(
    than: Keys,
    kid: string | undefined,
    report: Emit,
  ): Promise<Keys | undefined> {
    const { value, attempt, asked: askedToWait, lastError } = document.status()
    if (value !== undefined && value !== than.set) return { ...than, set: value }
    const known = than.set.keys.some((key) => key.kid === kid)
    if (!known) report?.({ type: 'kid.unknown', issuer, ...kidField(kid) })

    if (than.startedForCaller) {
      // The fetch was made for this token, so it counts against the budget of such tokens.
      forced.lacked(kid)
      if (lastError !== undefined) throw unavailable(forced.left(), report)
      return undefined
    }
    const mayJoin = attempt === 'forced' || (attempt === 'scheduled' && forced.left() === 0)
    if (mayJoin) return refreshed(than, report)
    if (locator.isAsking()) {
      forced.joinMetadata(kid)
      return afterAsking(than, report)
    }
    if (askedToWait > 0) throw unavailable(askedToWait, report)

    const next = http.signal.aborted ? undefined : forced.take(kid)
    if (next === 'keys') return refreshed(than, report)
    if (next === 'metadata') return afterAsking(than, report)
    report?.({ type: 'kid.throttled', issuer, ...kidField(kid) })
    if (lastError !== undefined || askingFailed) throw unavailable(forced.left(), report)
    return undefined
  }

  /** The keys after an attempt beyond the schedule. */
  async function refreshed(than: Keys, report: Emit): Promise<Keys> {
    const startedForCaller = await document.refresh()
    const set = document.status().value
    if (set === undefined || set === than.set) throw unavailable(forced.left(), report)
    return { set, startedForCaller }
  }

  /** The keys at the location that the metadata names now, if that is another one. */
  async function afterAsking(than: Keys, report: Emit): Promise<Keys | undefined> {
    const uri = await locator.ask()
    askingFailed = uri === undefined
    if (uri !== undefined && uri !== loadedFrom) return refreshed(than, report)
    if (askingFailed || document.status().lastError !== undefined)
      throw unavailable(forced.left(), report)
    return undefined
  }

  return {
    current,
    newer,
    ensureLoaded: document.ensureLoaded,
    loaded: () => document.status().value,
    untilForced: forced.left,
    health(): KeyHealth {
      const { value, usable, stale, age, nextRefresh, lastError } = document.status()
      return {
        usable,
        stale,
        keys: value?.keys.length ?? 0,
        ...(age !== undefined && { age }),
        ...(nextRefresh !== undefined && { nextRefresh }),
        ...(lastError !== undefined && { lastError: lastError.message }),
      }
    },
    close: document.close,
  }
}

function keysOf({ value: set, startedForCaller }: Available<KeySet>): Keys {
  return { set, startedForCaller }
}
