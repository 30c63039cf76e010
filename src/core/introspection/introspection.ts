import type { Awaitable } from '../awaitable.ts'
import { andThen, attempt } from '../awaitable.ts'
import type { CalledEndpoint } from '../client/call.ts'
import { callAsClient } from '../client/call.ts'
import type { Client } from '../client/client-options.ts'
import { unanswered } from '../client/unanswered.ts'
import type { Emit } from '../events.ts'
import { own } from '../own-members.ts'
import type { HttpOptions } from '../remote/http.ts'
import { stillCounts } from '../remote/kept-answers.ts'
import { atLocation, LoadError } from '../remote/load-error.ts'
import type { Answered } from '../remote/shared-answers.ts'
import { createSharedAnswers, refusalLifetime } from '../remote/shared-answers.ts'
import { digestOf } from '../token-digest.ts'
import type { Answer } from './answer.ts'
import { readAnswer } from './answer.ts'
import type { IntrospectionSettings } from './introspection-options.ts'
import type { AnswerRules } from './signed-answer.ts'
import { readSignedAnswer } from './signed-answer.ts'

/** Asks an issuer about its tokens (RFC 7662), and remembers what it says. */
export interface Introspection {
  /** Who asks. */
  readonly client: Client
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

export function createIntrospection(
  settings: IntrospectionSettings,
  { issuer, emit, http, findEndpoint, signed }: IntrospectionContext,
): Introspection {
  const { client, prefix, trustsAudience, max, inactive } = settings
  const { now, timeout } = http
  const answers = createSharedAnswers<Answer>({
    max,
    now,
    mostCalls,
    // Where every request asks, none is refused because of another.
    failureLifetime: Math.min(refusalLifetime, inactive),
    onFailed({ message: error }, retryAfter) {
      emit?.({ type: 'introspection.failed', issuer, error, retryAfter })
    },
  })

  function ask(token: string, anew: boolean): Awaitable<Answer> {
    return andThen(digestOf(token), (key) =>
      attempt(
        () => answers.get({ key, issuer: settings, timeout, anew, ask: (t) => call(token, t) }),
        (answer) => answer,
        (error) => {
          throw unanswered('introspection', error, issuer)
        },
      ),
    )
  }

  async function call(token: string, t: number): Promise<Answered<Answer>> {
    const endpoint = await findEndpoint()
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
      http,
    )
    try {
      const jwt = own(answered, 'jwt') as string | undefined
      const body =
        jwt === undefined
          ? own(answered, 'body')
          : await readSignedAnswer(jwt, now(), { ...signed, issuer, emit })
      const value = readAnswer(body, t, settings)
      return { value, until: value.until, refuses: !value.active }
    } catch (error) {
      throw error instanceof LoadError ? atLocation(error, endpoint.url) : error
    }
  }

  return {
    client,
    prefix,
    trustsAudience,
    ask,
    isFresh: (answer) => stillCounts(answer, now() / 1000),
  }
}

const jsonType = 'application/json'
/** RFC 9701 section 5. */
const signedType = 'application/token-introspection+jwt'
