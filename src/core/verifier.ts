import type { Auth, JWTPayload } from './auth.ts'
import { answerAsGuard, isAuthOf } from './auth.ts'
import { createSignals } from './auth-signal.ts'
import type { Awaitable } from './awaitable.ts'
import { createDecisions } from './decision.ts'
import { AuthError } from './errors.ts'
import { createExchange } from './exchange/exchange.ts'
import type { ExchangeOptions } from './exchange/exchange-options.ts'
import type { ExchangedToken } from './exchange/exchanged-token.ts'
import type { Explanation } from './explain.ts'
import { createExplain } from './explain.ts'
import type { Verification } from './formats/format.ts'
import { createVerification } from './formats/format.ts'
import { createFormats, stagesFor } from './formats/formats.ts'
import type { IssuerHealth } from './health.ts'
import { healthOf, loadKeys } from './health.ts'
import { exchangeHintOf, hintOf, idTokenHintOf, userinfoHintOf } from './hints/hints.ts'
import type { IdToken } from './identity/id-token.ts'
import { createVerifyIdToken } from './identity/id-token.ts'
import type { IdTokenOptions } from './identity/id-token-options.ts'
import type { UserInfo } from './identity/user-info.ts'
import { createUserInfoSource } from './identity/userinfo.ts'
import { createListedIssuers } from './issuers/listed.ts'
import { createResolvedIssuers } from './issuers/resolved.ts'
import { checkNoMore, kindOf, wrongOption } from './option-checks.ts'
import type { UntypedOptions, VerifierOptions } from './options.ts'
import { resolveOptions } from './options.ts'
import { checkRevocation } from './revocation-check.ts'
import { share } from './shared-verifier.ts'
import { createTokenCache } from './token-cache.ts'

export interface Verifier<C extends object = JWTPayload> {
  /**
   * Checks an access token.
   *
   * @throws InvalidTokenError if it is refused; UnavailableError if that cannot be decided now.
   */
  verify(token: string): Promise<Auth<C>>
  /**
   * Explains what `verify()` does with a token: every check in order, and of the one that fails what
   * is wrong and what changes it. For developers, and never for the caller.
   *
   * It makes the same checks, and fetches only what `verify()` would fetch. But it looks at no cached
   * token and keeps none, and it emits no event about the token: only what it fetches is reported.
   * Where the verdict hangs on something that cannot be had now (503), the check that has failed names
   * it: `keys`, `resolver`, `introspection` or `revocation`.
   */
  explain(token: string): Promise<Explanation>
  /**
   * Checks an ID token (OIDC Core section 3.1.3.7): who has signed in at a client. It says nothing of
   * what somebody may do, so it opens no route, and what this gives is no `Auth`.
   *
   * It is verified with the same issuers, algorithms and keys as access tokens, and never cached.
   * Its `typ` is JWT or absent, and its `azp`, if there is one, is the client.
   *
   * @throws InvalidTokenError if it is refused (`nonce`: of another sign-in; `claims`: also for
   * `at_hash` and `auth_time`); UnavailableError if that cannot be decided now; TypeError if an
   * option is wrong, or present but undefined.
   */
  verifyIdToken(token: string, options: IdTokenOptions): Promise<IdToken>
  /**
   * Exchanges the token of a caller for one with which this API calls another service in the caller's
   * name (RFC 8693), as the `client` of its issuer. One call for all who ask the same at the same
   * time; the token is kept until it or the caller's token expires, whichever is earlier.
   *
   * @throws InvalidTokenError if the issuer no longer takes the token of the caller;
   * UnavailableError (`exchange`) if it gives no token; TypeError for an Auth that this verifier has
   * not made, a wrong option, or an issuer without the option `client`. Where a guard has admitted the
   * Auth, an error carries the headers and the body of the guard's answer (RFC 6750 section 3), so
   * that a framework which is handed it answers with them.
   */
  exchange(auth: Auth<C>, options?: ExchangeOptions): Promise<ExchangedToken>
  /**
   * What the issuer says of the user of an access token (OIDC Core section 5.3): name, email, and
   * whatever its scopes allow. The `userinfo_endpoint` of the issuer's metadata is asked with the
   * token, once for all who ask at the same time. An answer must be about the subject of the token;
   * it is kept for 60 seconds, never beyond `auth.expiresAt`, and 1,000 answers at most.
   *
   * @param auth What `verify()` of this verifier gave, or a guard that it stands behind.
   * @throws InvalidTokenError if the token has expired, or the issuer answers 401 (`inactive`);
   * InsufficientScopeError if the issuer demands the scope `openid`; UnavailableError (`userinfo`)
   * if there is no answer that can be used; TypeError for an Auth of another verifier, a copy, or
   * anything else. Headers and body as for `exchange()`.
   */
  userinfo(auth: Auth<C>): Promise<UserInfo>
  /**
   * Loads the keys of every listed issuer, in parallel. Stale keys count as usable; a resolver's
   * issuers are not asked for.
   *
   * @throws UnavailableError whose `issuers` are those without usable keys.
   */
  ready(): Promise<void>
  /** Every issuer loaded so far. */
  health(): readonly IssuerHealth[]
  /**
   * Forgets an issuer of a resolver, with its keys and all its cached tokens, at once: its next
   * token causes a call of the resolver. For a tenant that was removed, or whose options have
   * changed. Only a verification that is under way may still end well. Also forgets that the
   * resolver has refused the issuer. Does nothing if the issuer is not known.
   *
   * @throws TypeError if `issuer` is no string, or the options list the issuers: what they list
   * stays trusted.
   */
  forget(issuer: string): void
  /** Aborts fetches and starts no more. Loaded keys serve until they are too stale. */
  close(): void
}

/**
 * Verifies JWT access tokens of trusted issuers (RFC 9068 section 4, RFC 8725bis). Does no I/O and
 * starts no timer before the first token.
 *
 * Does not check: revocation without the option `revocation`, proof of possession (tokens with `cnf`
 * are refused), TLS, how often a token is used.
 *
 * @throws TypeError if an option is wrong; the message says how to fix it.
 */
export function createVerifier<C extends object = JWTPayload>(
  options: VerifierOptions<C> | UntypedOptions<C>,
): Verifier<C>
// The types show no further argument, so that ReturnType<typeof createVerifier> works.
export function createVerifier<C extends object = JWTPayload>(
  options: VerifierOptions<C> | UntypedOptions<C>,
  ...none: never[]
): Verifier<C> {
  checkNoMore('createVerifier', none)
  const settings = resolveOptions(options)
  const { emit, now, resolver, revocation } = settings
  const issuers = resolver
    ? createResolvedIssuers(resolver, settings)
    : createListedIssuers(settings.issuers, settings)
  const context = { issuers, schema: settings.claims, now }
  const formats = createFormats(context)
  const origin = { verifier: issuers, signalOf: createSignals({ now, revocation }) }
  const exchange = createExchange(context)
  const verifyIdToken = createVerifyIdToken(context)
  const userInfoSource = createUserInfoSource(context)
  const cache = settings.tokenCache > 0 ? createTokenCache(settings.tokenCache) : undefined
  const decides = { issuers, formats, cache, revocation, origin, emit, now, report }
  const { decide, check } = createDecisions(decides)

  function report(error: AuthError, run: Verification, hintFor = hintOf): void {
    if (emit === undefined) return
    emit({
      type: 'token.refused',
      ...(run.issuer !== undefined && { issuer: run.issuer.issuer }),
      reason: error.reason,
      ...hintFor({ error, issuers, ...run }),
    })
  }

  /** Does what is no verdict on an access token, and reports a refusal in words of its own. */
  async function reporting<T>(
    hintFor: typeof hintOf,
    work: (run: Verification) => Promise<T>,
  ): Promise<T> {
    const run = createVerification(emit, undefined)
    try {
      return await work(run)
    } catch (error) {
      if (error instanceof AuthError) report(error, run, hintFor)
      throw error
    }
  }

  /** Sends the token of an Auth on, unless it has been taken back since it was verified. */
  async function sending<T>(
    hintFor: typeof hintOf,
    auth: unknown,
    send: (run: Verification) => Promise<T>,
  ): Promise<T> {
    try {
      return await reporting(hintFor, async (run) => {
        if (revocation !== undefined && isAuthOf(issuers, auth)) {
          await checkRevocation(revocation, auth)
        }
        return send(run)
      })
    } catch (error) {
      // A handler may hand it to its framework, which then answers with it.
      if (error instanceof AuthError) answerAsGuard(auth, error)
      throw error
    }
  }

  function forget(issuer: string): void {
    if (typeof issuer !== 'string') {
      wrongOption('verifier.forget', `must be given the iss of an issuer, not ${kindOf(issuer)}`)
    }
    issuers.forget(issuer)
    cache?.dropTokensOf(issuer)
    exchange.forget(issuer)
    userInfoSource.forget(issuer)
  }

  const verifier: Verifier<C> = {
    // It brings no proof of possession, so tokens that are bound to a key are refused. Async, so
    // that what is thrown becomes a rejection.
    verify: async (token) => decide(token) as Awaitable<Auth<C>>,
    explain: createExplain(
      check,
      (token) => stagesFor(token, formats, revocation ? ['revocation', 'revoked'] : []),
      context,
    ),
    verifyIdToken: (token, options) =>
      reporting(idTokenHintOf, (run) => verifyIdToken(token, options, run)),
    userinfo: (auth) => sending(userinfoHintOf, auth, (run) => userInfoSource.ask(auth, run)),
    exchange: (auth, options) =>
      sending(exchangeHintOf, auth, (run) => exchange.exchange(auth, options, run)),
    ready: () => loadKeys(issuers),
    health: () => healthOf(issuers),
    forget,
    close: issuers.close,
  }
  const introspects = issuers.listed.some(({ introspection }) => introspection !== undefined)
  share(verifier, { emit, issuers, now, verify: verifier.verify, decide, introspects })
  return verifier
}
