import type { Algorithm } from '../algorithms.ts'
import { within } from '../deadline.ts'
import { UnavailableError } from '../errors.ts'
import { named } from '../events.ts'
import type { KeySourceOptions } from '../issuer-options.ts'
import type { KeySettings } from '../options.ts'
import { download } from './download.ts'
import type { KeySet } from './key-set.ts'
import { readKeySet } from './key-set.ts'
import type { Lifecycle, Loaded } from './lifecycle.ts'
import { createLifecycle } from './lifecycle.ts'
import { LoadError, saysNotHere } from './load-error.ts'
import { createMetadata } from './metadata.ts'
import type { KeyHealth, KeySource, KeySourceContext, Renewed } from './source.ts'

export interface RemoteSourceOptions extends KeySourceContext {
  readonly algorithms: readonly Algorithm[]
  readonly place: Exclude<KeySourceOptions, { kind: 'static' }>
  readonly settings: KeySettings
  readonly allowInsecureLoopback: boolean
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
}

type Load = (attempt: { readonly forced: boolean }) => Promise<Loaded<KeySet>>

/** Keys over HTTP, found by discovery or at a configured place. */
export function createRemoteSource(options: RemoteSourceOptions): KeySource {
  const { issuer, emit, settings, now, place } = options
  const { timeout, staleIfError, cooldown } = settings
  const closing = new AbortController()
  const downloads = { ...settings, fetch: options.fetch, now, signal: closing.signal }

  const load = place.kind === 'jwks' ? () => loadFrom(place.jwksUri) : loadDiscovered(place)
  const keys = createLifecycle<KeySet>({
    // Metadata and keys together get the time that a request waits for them: else the attempt could outlast its waiters.
    load: (attempt) => within(timeout, load(attempt), tooLate),
    maxAge: settings.maxAge,
    staleIfError,
    timeout,
    lostAfter: timeout,
    now,
    onLoaded: ({ keys: { length } }, duration) =>
      emit?.({ type: 'keys.refreshed', issuer, keys: length, duration }),
    onFailed: ({ message: error }, duration, retryAfter) =>
      emit?.({ type: 'keys.refresh-failed', issuer, error, duration, retryAfter }),
    onStale: (age) => emit?.({ type: 'keys.stale', issuer, age }),
  })

  function loadDiscovered({ metadataUrl }: { readonly metadataUrl: string | undefined }): Load {
    const metadata: Lifecycle<string> = createMetadata({
      ...options,
      metadataUrl,
      staleIfError,
      download: downloads,
    })
    return async ({ forced }) => {
      const justRead = metadata.status().value === undefined
      const uri = await metadata.current()
      try {
        return await loadFrom(uri)
      } catch (error) {
        // The keys may have moved, or never have been there. Where strangers' tokens can lead here, it costs their budget,
        // which `forced` has paid.
        const cold = keys.status().value === undefined
        const mayAsk = !justRead && (cold || saysNotHere(error)) && metadata.status().asked === 0
        if (!mayAsk || !(cold || forced || spend())) throw error
        await metadata.force()
        const moved = metadata.status().value
        if (moved === undefined || moved === uri) throw error
        return loadFrom(moved)
      }
    }
  }

  async function loadFrom(uri: string): Promise<Loaded<KeySet>> {
    const { body, maxAge } = await download(uri, downloads)
    const previous = keys.status().value?.keys ?? []
    const limits = { algorithms: options.algorithms, maxKeys: settings.maxKeys }
    const value = await readKeySet(body, limits, previous, (kid, why) => {
      emit?.({ type: 'keys.ignored', issuer, ...named(kid), why })
    })
    return { value, maxAge }
  }

  /** When the one fetch that strangers may cause in a cooldown was started, in seconds since the epoch. */
  let spentAt = -Infinity

  /** Seconds until strangers may cause a fetch again. */
  function cooldownLeft(): number {
    const t = now() / 1000
    spentAt = Math.min(spentAt, t)
    return Math.max(0, spentAt + cooldown - t)
  }

  function spend(): boolean {
    if (cooldownLeft() > 0) return false
    spentAt = now() / 1000
    return true
  }

  function current(): KeySet | Promise<KeySet> {
    try {
      const set = keys.current()
      return set instanceof Promise ? set.catch(failing) : set
    } catch (error) {
      return failing(error)
    }
  }

  function failing(error: unknown): never {
    throw error instanceof LoadError ? unavailable(error.details.heldBack ?? 0) : error
  }

  function unavailable(seconds: number): UnavailableError {
    const error = new UnavailableError('keys', seconds, [issuer])
    emit?.({ type: 'keys.unavailable', issuer, retryAfter: error.retryAfter })
    return error
  }

  async function renew(
    { set: have, fetched }: Renewed,
    kid: string | undefined,
  ): Promise<Renewed | undefined> {
    const { value, attempt, asked, lastError } = keys.status()
    if (value !== undefined && value !== have) return { set: value, fetched }
    const known = have.keys.some((key) => key.kid === kid)
    if (!known) emit?.({ type: 'kid.unknown', issuer, ...named(kid) })
    if (fetched) {
      spend()
      if (lastError !== undefined) throw unavailable(cooldownLeft())
      return undefined
    }
    const shared = attempt === 'forced' || (attempt === 'scheduled' && cooldownLeft() === 0)
    if (!shared) {
      if (asked > 0) throw unavailable(asked)
      if (closing.signal.aborted || !spend()) {
        emit?.({ type: 'kid.throttled', issuer, ...named(kid) })
        if (lastError !== undefined) throw unavailable(cooldownLeft())
        return undefined
      }
    }
    await keys.force()
    const set = keys.status().value
    if (set === undefined || set === have) throw unavailable(cooldownLeft())
    // A refresh that was under way before the token came may have missed a key that is younger than it. An attempt that
    // strangers caused may have, too, but its cooldown has to pass first.
    return { set, fetched: attempt !== 'scheduled' }
  }

  return {
    current,
    renew,
    settle: keys.settle,
    health(): KeyHealth {
      const { value, usable, stale, age, nextRefresh, lastError } = keys.status()
      return {
        usable,
        stale,
        keys: value?.keys.length ?? 0,
        ...(age !== undefined && { age }),
        ...(nextRefresh !== undefined && { nextRefresh }),
        ...(lastError !== undefined && { lastError: lastError.message }),
      }
    },
    close() {
      keys.close()
      closing.abort()
    },
  }
}

function tooLate(): never {
  throw new LoadError('timeout')
}
