import type { Auth } from '../auth.ts'
import { unanswered } from '../client/unanswered.ts'
import { InsufficientScopeError, InvalidTokenError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { FormatContext, Verification } from '../formats/format.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { findIssuerOf } from '../issuers/issuer-of-auth.ts'
import { checkOwnAuth } from '../own-auth.ts'
import { own } from '../own-members.ts'
import { askJsonOrJwt } from '../remote/documents.ts'
import { LoadError } from '../remote/load-error.ts'
import type { Answered } from '../remote/shared-answers.ts'
import { createSharedAnswers, refusalLifetime } from '../remote/shared-answers.ts'
import { digestOf } from '../token-digest.ts'
import { readSignedUserInfo } from './signed-user-info.ts'
import type { UserInfo } from './user-info.ts'
import { readUserInfo } from './user-info.ts'

/** Asks issuers what they say of the users of access tokens (OIDC Core section 5.3). */
export interface UserInfoSource {
  /** @param run Its issuer is filled in once it is known who is asked. */
  ask(auth: unknown, run: Verification): Promise<UserInfo>
  /** Drops what an issuer has said. */
  forget(issuer: string): void
}

/** What the issuer says of a user, or why it says nothing to this token. */
type Said = UserInfo | 'inactive' | 'scope'

/** Answers that are kept, for all issuers together. */
const mostAnswers = 1000
/**
 * Seconds, whatever `Cache-Control` says: such answers mostly say `no-store`, so that no proxy keeps
 * them. No answer outlives its token.
 */
const lifetime = 60

const signedType = 'application/jwt'

export function createUserInfoSource({
  issuers,
  now,
}: Pick<FormatContext, 'issuers' | 'now'>): UserInfoSource {
  const answers = createSharedAnswers<Said>({ max: mostAnswers, now })

  async function ask(auth: unknown, run: Verification): Promise<UserInfo> {
    checkOwnAuth('verifier.userinfo', auth, issuers)
    const issuer = await findIssuerOf(auth, run, { issuers, now })
    const said = await waitForAnswer(auth, issuer, run.emit)
    if (said === 'inactive') throw new InvalidTokenError(said)
    if (said === 'scope') throw new InsufficientScopeError(said)
    return said
  }

  async function waitForAnswer(auth: Auth, issuer: ActiveIssuer, emit: Emit): Promise<Said> {
    const { timeout } = issuer.http
    const key = `${await digestOf(auth.token)} ${issuer.issuer}`
    async function ask(t: number): Promise<Answered<Said>> {
      const value = await askEndpoint(auth, issuer, emit)
      const refuses = typeof value === 'string'
      const until = refuses ? t + refusalLifetime : Math.min(t + lifetime, auth.expiresAt)
      return { value, until, refuses }
    }
    try {
      return await answers.get({ key, issuer, timeout, anew: false, ask })
    } catch (error) {
      throw unanswered('userinfo', error, issuer.issuer)
    }
  }

  async function askEndpoint(auth: Auth, issuer: ActiveIssuer, emit: Emit): Promise<Said> {
    const { token, clientId, subject } = auth
    const { url } = await issuer.endpoints.find('userinfo_endpoint')
    const request = {
      url,
      accept: `application/json, ${signedType};q=0.9`,
      authorization: `Bearer ${token}`,
    }
    try {
      const answer = await askJsonOrJwt(request, [signedType], issuer.http)
      const context = { issuer, clientId, now: now(), emit }
      const jwt = own(answer, 'jwt') as string | undefined
      const body = jwt === undefined ? own(answer, 'body') : await readSignedUserInfo(jwt, context)
      return readUserInfo(body, subject)
    } catch (error) {
      const refusal = error instanceof LoadError ? refusalIn(error) : undefined
      if (refusal === undefined) throw error
      return refusal
    }
  }

  return {
    ask,
    forget(name) {
      answers.forget((issuer) => (issuer as ActiveIssuer).issuer === name)
    },
  }
}

/**
 * OIDC Core section 5.3.3, RFC 6750 section 3.1: 401 says that the token has expired, was revoked,
 * or is not good for this; 403 `insufficient_scope`, that it lacks the scope `openid`. Any other
 * answer says nothing of the token.
 */
function refusalIn({
  details: { status, oauthError },
}: LoadError): 'inactive' | 'scope' | undefined {
  if (status === 401) return 'inactive'
  return status === 403 && oauthError === 'insufficient_scope' ? 'scope' : undefined
}
