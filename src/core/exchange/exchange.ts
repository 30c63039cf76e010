import type { Auth } from '../auth.ts'
import { callAsClient } from '../client/call.ts'
import type { Client } from '../client/client-options.ts'
import { unanswered } from '../client/unanswered.ts'
import type { FormatContext, Verification } from '../formats/format.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { findIssuerOf } from '../issuers/issuer-of-auth.ts'
import type { TokenRefusal } from '../jwt/details.ts'
import { invalidToken } from '../jwt/details.ts'
import { wrongOption } from '../option-checks.ts'
import { checkOwnAuth } from '../own-auth.ts'
import { own } from '../own-members.ts'
import { atLocation, LoadError } from '../remote/load-error.ts'
import type { Answered } from '../remote/shared-answers.ts'
import { createSharedAnswers, refusalLifetime } from '../remote/shared-answers.ts'
import { digestOf } from '../token-digest.ts'
import type { ExchangeTarget } from './exchange-options.ts'
import { resolveExchange } from './exchange-options.ts'
import type { ExchangedToken } from './exchanged-token.ts'
import { readExchangedToken } from './exchanged-token.ts'

/** Exchanges tokens of callers for tokens of other services (RFC 8693). */
export interface Exchange {
  /** @param run Its issuer is filled in once it is known who is asked. */
  exchange(auth: unknown, options: unknown, run: Verification): Promise<ExchangedToken>
  /** Drops the tokens of an issuer. */
  forget(issuer: string): void
}

/** What the issuer gives, or by which code it does not take the token of the caller. */
type Given = ExchangedToken | TokenRefusal

/** Tokens that are kept, for all issuers together. */
const mostTokens = 1000
/** Seconds for which a token is kept whose issuer does not say how long it lasts. */
const unknownLifetime = 60

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token'

export function createExchange({ issuers, now }: Pick<FormatContext, 'issuers' | 'now'>): Exchange {
  const tokens = createSharedAnswers<Given>({ max: mostTokens, now })

  async function exchange(
    auth: unknown,
    options: unknown,
    run: Verification,
  ): Promise<ExchangedToken> {
    checkOwnAuth('verifier.exchange', auth, issuers)
    const target = resolveExchange(options)
    const issuer = await findIssuerOf(auth, run, { issuers, now })
    const { client } = issuer
    if (client === undefined) {
      const fix = "needs the option 'client' of issuer %s: { id, secret } or { id, privateKey }"
      wrongOption('verifier.exchange', fix, issuer.issuer)
    }
    const given = await waitForToken(auth, issuer, client, target)
    if (typeof given === 'string') throw invalidToken('inactive', given)
    return given
  }

  async function waitForToken(
    auth: Auth,
    issuer: ActiveIssuer,
    client: Client,
    target: ExchangeTarget,
  ): Promise<Given> {
    const { timeout } = issuer.http
    const { audience, scope, resource } = target
    const digest = await digestOf(auth.token)
    const key = JSON.stringify([issuer.issuer, digest, audience, scope, resource])
    async function ask(t: number): Promise<Answered<Given>> {
      const value = await askEndpoint(auth.token, issuer, client, target, t)
      if (typeof value === 'string') return { value, until: t + refusalLifetime, refuses: true }
      const until = Math.min(value.expiresAt ?? t + unknownLifetime, auth.expiresAt)
      return { value, until, refuses: false }
    }
    try {
      return await tokens.get({ key, issuer, timeout, anew: false, ask })
    } catch (error) {
      throw unanswered('exchange', error, issuer.issuer)
    }
  }

  async function askEndpoint(
    token: string,
    { issuer, endpoints, http }: ActiveIssuer,
    client: Client,
    target: ExchangeTarget,
    at: number,
  ): Promise<Given> {
    const endpoint = await endpoints.find('token_endpoint')
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: accessTokenType,
      requested_token_type: accessTokenType,
      ...target,
    }
    try {
      const answered = await callAsClient(
        {
          issuer,
          client,
          endpoint,
          authenticatesAs: ['token_endpoint'],
          form,
          accept: 'application/json',
          jwtTypes: [],
        },
        http,
      )
      return readAnswer(own(answered, 'body'), target.scope, at, endpoint.url)
    } catch (error) {
      const refusal = error instanceof LoadError ? tokenRefusalIn(error) : undefined
      if (refusal === undefined) throw error
      return refusal
    }
  }

  return {
    exchange,
    forget(name) {
      tokens.forget((issuer) => (issuer as ActiveIssuer).issuer === name)
    },
  }
}

function readAnswer(
  body: unknown,
  asked: string | undefined,
  at: number,
  location: string,
): ExchangedToken {
  try {
    return readExchangedToken(body, asked, at)
  } catch (error) {
    throw error instanceof LoadError ? atLocation(error, location) : error
  }
}

/**
 * RFC 8693 section 2.2.2: where the token of the caller is not valid "for any reason", or not
 * acceptable, an issuer must say `invalid_request`, which it also says of a request that is wrong. So
 * a code alone does not tell them apart, and the token is refused. Some issuers say `invalid_grant`
 * of the token.
 */
function tokenRefusalIn({ details: { oauthError } }: LoadError): TokenRefusal | undefined {
  return oauthError === 'invalid_request' || oauthError === 'invalid_grant' ? oauthError : undefined
}
