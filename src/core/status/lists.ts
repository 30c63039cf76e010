import { LRUCache } from 'lru-cache'
import type { Awaitable } from '../awaitable.ts'
import { attempt } from '../awaitable.ts'
import { UnavailableError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { invalidToken, withDetail } from '../jwt/details.ts'
import type { Claims } from '../jwt/jws.ts'
import type { CachedDocument } from '../remote/cached-document.ts'
import { createCachedDocument } from '../remote/cached-document.ts'
import { within } from '../remote/deadline.ts'
import { LoadError } from '../remote/load-error.ts'
import type { StatusList } from './list.ts'
import type { StatusListSource } from './load.ts'
import { loadStatusList } from './load.ts'
import type { StatusPlaces, StatusReference } from './reference.ts'
import { readStatusReference } from './reference.ts'

/** The status lists of one issuer, kept under the rules by which keys are kept. */
export interface StatusLists {
  /**
   * What a token says of its status; undefined where it says nothing.
   *
   * @throws InvalidTokenError (`status`) if that cannot be understood.
   */
  read(claims: Claims): StatusReference | undefined
  /**
   * Decides about a token by its status. Throws or rejects with an InvalidTokenError (`revoked`,
   * `status`) unless the token is valid, or with an UnavailableError (`revocation`) if the list
   * cannot be had.
   *
   * @param emit Where the events go that this caller causes.
   */
  check(reference: StatusReference, emit: Emit): Awaitable<void>
  close(): void
}

export interface StatusListsOptions extends StatusListSource {
  readonly places: StatusPlaces
}

/** The one that was asked for least recently makes room for another. */
const mostLists = 100
/** Seconds. What a list says of its own lifetime counts from 60 seconds up to this. */
const longestLifetime = 86_400

export function createStatusLists(options: StatusListsOptions): StatusLists {
  const { issuer, emit, http, clockTolerance } = options
  const lists = new LRUCache<string, CachedDocument<StatusList>>({
    max: mostLists,
    disposeAfter: (list) => list.close(),
  })

  function listAt(uri: string): CachedDocument<StatusList> {
    const known = lists.get(uri)
    if (known !== undefined) return known
    const list = createList(uri)
    lists.set(uri, list)
    return list
  }

  function createList(uri: string): CachedDocument<StatusList> {
    /** Seconds since the epoch, by the claim `exp` of the newest list. */
    let endsAt = Infinity
    return createCachedDocument<StatusList>({
      load: () =>
        within(
          http.timeout,
          loadStatusList(uri, options).then(({ exp, ...loaded }) => {
            endsAt = exp === undefined ? Infinity : exp + clockTolerance
            return loaded
          }),
          () => {
            throw new LoadError('timeout')
          },
        ),
      maxAge: longestLifetime,
      // What is past its time says nothing: a token may have been revoked since.
      staleIfError: 0,
      timeout: http.timeout,
      lostAfter: http.timeout,
      now: http.now,
      endsAt: () => endsAt,
      onLoaded: (_, duration) => emit?.({ type: 'status-list.refreshed', issuer, duration }),
      onFailed: ({ message: error }, duration, retryAfter) =>
        emit?.({ type: 'status-list.refresh-failed', issuer, error, duration, retryAfter }),
    })
  }

  return {
    read: (claims) => readStatusReference(claims, options.places),
    check({ uri, index }, report) {
      return attempt(
        () => listAt(uri).current(),
        ({ value }) => judge(value, index),
        (error) => {
          if (!(error instanceof LoadError)) throw error
          const unavailable = new UnavailableError('revocation', error.details.heldBack ?? 0)
          const { retryAfter } = unavailable
          report?.({ type: 'status-list.unavailable', issuer, retryAfter })
          throw withDetail(unavailable, 'revocation', { statusList: error.message })
        },
      )
    },
    close() {
      for (const list of lists.values()) list.close()
    },
  }
}

/** Token Status List section 7.1. Any status but VALID refuses the token. */
function judge(list: StatusList, index: number): void {
  const status = list.at(index)
  if (status === 0x00) return
  if (status === 0x01) throw invalidToken('revoked', 'status list')
  throw invalidToken('status', describe(status))
}

function describe(status: number | undefined): string {
  if (status === undefined) return 'its status list has no status at its idx'
  if (status === 0x02) return 'its status list says that it is suspended (status 0x02)'
  const code = status.toString(16).padStart(2, '0')
  return `its status list gives it status 0x${code}, of which nothing is known here`
}
