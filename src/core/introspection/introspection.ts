import { LRUCache } from 'lru-cache'
import type { Awaitable } from '../awaitable.ts'
import { andThen } from '../awaitable.ts'
import type { CalledEndpoint } from '../client/call.ts'
import { callAsClient } from '../client/call.ts'
import { UnavailableError } from '../errors.ts'
import type { Emit } from '../events.ts'
import { withDetail } from '../jwt/details.ts'
import { own } from '../own-members.ts'
import { createBackoff } from '../remote/backoff.ts'
import type { HttpOptions } from '../remote/http.ts'
import { atLocation, LoadError } from '../remote/load-error.ts'
import type { SharedWork } from '../remote/shared-work.ts'
import { shareWork } from '../remote/shared-work.ts'
import { digestOf } from '../token-digest.ts'
import type { Answer } from './answer.ts'
import { readAnswer } from './answer.ts'
import type { IntrospectionSettings } from './introspection-options.ts'
import type { AnswerRules } from './signed-answer.ts'
import { readSignedAnswer } from './signed-answer.ts'

/** Asks an issuer about its tokens (RFC 7662), and remembers what it says. */
export interface Introspection {
  /** What opaque tokens of the issuer begin with; undefined if that is not stated. */
  readonly prefix: string | undefined
  /** Whether an answer without `aud` is for this API. */
  readonly trustsAudience: boolean
  /**
   * What the issuer says of a token. Rejects with an UnavailableError if that cannot be had.
   *
   * @param anew Whether no answer that is remembered counts, and this one is not remembered.
   */
  ask(token: string, anew: boolean): Awaitable<Answer>
  /** Whether an answer still counts. */
  isFresh(answer: Answer): boolean
}

export interface IntrospectionContext {
  readonly issuer: string
  readonly emit: Emit
  readonly http: HttpOptions
  /** Where the issuer is asked. Rejects with a LoadError if that is not known. */
  findEndpoint(): Promise<CalledEndpoint>
  readonly signed: Omit<AnswerRules, 'issuer' | 'emit'>
}

/**
 * Calls of one issuer at the same time. Anybody can send tokens that nobody has issued, and each is
 * a call: beyond these, the answer is 503 at once.
 */
const mostCalls = 100
/** Bytes. */
const longestAnswer = 65_536
/** Seconds after which an issuer is asked again of which it is not known where. */
const unknownEndpointWait = 60

export function createIntrospection(
  settings: IntrospectionSettings,
  { issuer, emit, http, findEndpoint, signed }: IntrospectionContext,
): Introspection {
  const { client, prefix, trustsAudience, max } = settings
  const { now, timeout } = http
  const bounded = { ...http, maxBytes: Math.min(http.maxBytes, longestAnswer) }
  // Kept apart: tokens that nobody has issued must not push out answers about those in use.
  const active = createAnswers(max)
  const inactive = createAnswers(max)
  const calls = new Map<string, SharedWork<Answer>>()
  const backoff = createBackoff()
  let lastError = 'no answer'

  /** Seconds since the epoch. */
  function clock(): number {
    const t = now() / 1000
    backoff.notAfter(t)
    return t
  }

  /** Both comparisons fail for a clock that gives no number, and the issuer is asked. */
  function isFresh({ at, until }: Answer): boolean {
    const t = now() / 1000
    return t >= at && t < until
  }

  function ask(token: string, anew: boolean): Awaitable<Answer> {
    return andThen(digestOf(token), (digest) => {
      const known = anew ? undefined : (active.get(digest) ?? inactive.get(digest))
      return known !== undefined && isFresh(known) ? known : waitForAnswer(token, digest, anew)
    })
  }

  /**
   * Every caller that waits gets an error of its own: one object in two requests would show one
   * caller the other's.
   */
  async function waitForAnswer(token: string, digest: string, anew: boolean): Promise<Answer> {
    try {
      return await shareCall(token, digest, anew).wait(timeout, () => {
        throw new LoadError('timeout')
      })
    } catch (error) {
      if (!(error instanceof LoadError)) throw error
      const unavailable = new UnavailableError('introspection', error.details.heldBack ?? 1, [
        issuer,
      ])
      throw withDetail(unavailable, 'introspection', error.message)
    }
  }

  /** One call for all who ask about the same token at the same time. */
  function shareCall(token: string, digest: string, anew: boolean): SharedWork<Answer> {
    const t = clock()
    const current = calls.get(digest)
    if (current !== undefined && (current.ended || current.left(t) > 0)) return current
    const heldBack = backoff.left(t)
    if (heldBack > 0) throw new LoadError(lastError, { heldBack })
    dropLost(t)
    if (calls.size >= mostCalls) throw new LoadError(`${mostCalls} calls are under way`)
    // While it fails, one call at a time finds out whether it still does.
    if (backoff.heardAt !== undefined && calls.size > 0) throw new LoadError(lastError)
    const work = call(token, digest, anew, t).finally(() => {
      if (calls.get(digest) === shared) calls.delete(digest)
    })
    // Metadata may have to be read first, which takes as long as the call at most.
    const shared = shareWork(work, t, 2 * timeout)
    calls.set(digest, shared)
    return shared
  }

  /** workerd drops a call with the request that made it, and then nobody takes it out again. */
  function dropLost(t: number): void {
    for (const [digest, work] of calls) if (work.left(t) <= 0) calls.delete(digest)
  }

  async function call(
    token: string,
    digest: string,
    anew: boolean,
    began: number,
  ): Promise<Answer> {
    const endpoint = await locate()
    let answer: Answer
    try {
      answer = await askEndpoint(token, endpoint)
    } catch (error) {
      throw failed(error, began)
    }
    if (!(began <= (backoff.heardAt ?? -Infinity))) backoff.clear()
    if (!anew) (answer.active ? active : inactive).set(digest, answer)
    if (!anew) (answer.active ? inactive : active).delete(digest)
    return answer
  }

  /** Metadata has a back-off of its own. */
  async function locate(): Promise<CalledEndpoint> {
    try {
      return await findEndpoint()
    } catch (error) {
      if (!(error instanceof LoadError)) throw error
      const { heldBack = unknownEndpointWait } = error.details
      throw new LoadError(error.message, { ...error.details, heldBack })
    }
  }

  async function askEndpoint(token: string, endpoint: CalledEndpoint): Promise<Answer> {
    const isSigned = endpoint.listed('introspection_signing_alg_values_supported') !== undefined
    const answered = await callAsClient(
      {
        issuer,
        client,
        endpoint,
        authenticatesAs: ['introspection_endpoint', 'token_endpoint'],
        form: { token, token_type_hint: 'access_token' },
        accept: isSigned ? `${signedType}, ${jsonType};q=0.9` : `${jsonType}, ${signedType};q=0.9`,
        jwtTypes: [signedType],
      },
      bounded,
    )
    try {
      const jwt = own(answered, 'jwt') as string | undefined
      const body =
        jwt === undefined
          ? own(answered, 'body')
          : await readSignedAnswer(jwt, now(), { ...signed, issuer, emit })
      return readAnswer(body, clock(), settings)
    } catch (error) {
      throw error instanceof LoadError ? atLocation(error, endpoint.url) : error
    }
  }

  /** The error for the callers of a call that failed. */
  function failed(error: unknown, began: number): unknown {
    if (!(error instanceof LoadError) || http.signal.aborted) return error
    const t = clock()
    // Of the calls that were under way when the issuer began to fail, only the first one counts.
    const isNews = !(began <= (backoff.heardAt ?? -Infinity))
    if (isNews && !isAboutToken(error)) {
      backoff.ask(t, error.details.retryAfter ?? 0)
      backoff.fail(t, 0)
      lastError = error.message
    }
    const heldBack = backoff.left(t)
    emit?.({ type: 'introspection.failed', issuer, error: error.message, retryAfter: heldBack })
    return new LoadError(error.message, { ...error.details, heldBack })
  }

  return { prefix, trustsAudience, ask, isFresh }
}

const jsonType = 'application/json'
/** RFC 9701 section 5. */
const signedType = 'application/token-introspection+jwt'

function createAnswers(max: number): Pick<LRUCache<string, Answer>, 'get' | 'set' | 'delete'> {
  // Made for the first answer: the library takes the memory for all of them at once.
  let cache: LRUCache<string, Answer> | undefined
  return {
    get: (digest) => cache?.get(digest),
    set(digest, answer) {
      cache ??= new LRUCache({ max })
      return cache.set(digest, answer)
    },
    delete: (digest) => cache?.delete(digest) ?? false,
  }
}

/**
 * Whether an issuer has refused the question because of the token: some answer so to a token whose
 * form they do not know. Anybody can send such tokens, and must not be able to hold back the calls
 * for all others.
 */
function isAboutToken({ details: { status, oauthError } }: LoadError): boolean {
  const isRefusal = status === 400 || status === 413 || status === 414 || status === 422
  return isRefusal && (oauthError === undefined || oauthError === 'invalid_request')
}
