import type { Principal } from '../auth.ts'
import type { Awaitable } from '../awaitable.ts'
import { andThen } from '../awaitable.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Answer } from '../introspection/answer.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import type { Confirmation, Times } from '../jwt/claims.ts'
import {
  checkAudience,
  checkKind,
  checkTimes,
  readConfirmation,
  readPrincipal,
  readTimes,
} from '../jwt/claims.ts'
import type { ReadClaims } from '../jwt/claims-schema.ts'
import { invalidToken, wrongClaim } from '../jwt/details.ts'
import { isHeader } from '../jwt/header-cache.ts'
import type { Claims } from '../jwt/jws.ts'
import { meantAs } from '../jwt/jws.ts'
import { profiles } from '../jwt/profile.ts'
import type { IssuerPolicy } from '../jwt/token-kinds.ts'
import { policyFor } from '../jwt/token-kinds.ts'
import { own } from '../own-members.ts'
import type { FormatContext, TokenFormat, Verification, VerifiedToken } from './format.ts'
import { checkConfirmable } from './format.ts'
import { createPrefixes } from './opaque-prefixes.ts'
import { opaqueStagesOf } from './stages.ts'

/**
 * Tokens that only their issuer can read, which is asked what they say (RFC 7662). What it says is
 * checked as the claims of a JWT are: the issuer answers whether a token is good, and not whether it
 * is for this API. `stages.ts` lists the checks in the order in which they are made here.
 */
export function createOpaqueFormat(context: FormatContext): TokenFormat {
  const { issuers, schema, now } = context
  const prefixes = createPrefixes(issuers.listed)
  const policies = new WeakMap<IssuerPolicy, IssuerPolicy>()

  function verify(token: string, run: Verification): Awaitable<VerifiedToken> {
    const meant = meantAs(token)
    // RFC 6749 appendix A.12. What is no token at all is not worth a question.
    if (meant !== undefined || !/^[\x20-\x7e]+$/.test(token)) throw invalidToken('opaque', meant)
    const issuer = prefixes.find(token)
    if (issuer?.introspection === undefined) throw invalidToken('opaque', undefined)
    run.issuer = issuer
    const { introspection } = issuer
    return andThen(introspection.ask(token, run.dry), (answer) => {
      if (!answer.active) throw new InvalidTokenError('inactive')
      return verifyAnswer(answer, issuer, run)
    })
  }

  function verifyAnswer(
    answer: Answer,
    issuer: ActiveIssuer,
    run: Verification,
  ): Awaitable<VerifiedToken> {
    const { claims } = answer
    run.claims = claims
    const iss = own(claims, 'iss')
    if (iss !== undefined && iss !== issuer.issuer) throw new InvalidTokenError('issuer')
    const stated = policyFor(issuer, claims)
    if (stated === undefined) throw invalidToken('token-type', { claim: '', shows: 'no kind' })
    const policy = policyForAnswers(stated)
    run.policy = policy
    const isUnnamed = own(claims, 'aud') === undefined && policy.profile.audience === 'aud'
    if (!isUnnamed || !issuer.introspection?.trustsAudience) checkAudience(claims, policy)
    const times = readTimes(claims, policy)
    run.times = times
    checkTimes(times, now())
    const confirmation = readConfirmation(claims)
    checkConfirmable(confirmation, run)
    checkKind({ claims: checkTokenType(claims), type: undefined }, policy.profile)
    checkSubject(claims, policy)
    const principal = readPrincipal(claims, issuer.issuer, policy, times.exp)
    run.principal = principal
    const verified = (lasting: Principal): VerifiedToken =>
      new VerifiedOpaque({ issuer, times, confirmation, answer }, lasting)
    return schema === undefined ? verified(principal) : askSchema(schema, principal).then(verified)
  }

  function policyForAnswers(policy: IssuerPolicy): IssuerPolicy {
    const known = policies.get(policy)
    if (known !== undefined) return known
    const made = answerPolicy(policy)
    policies.set(policy, made)
    return made
  }

  return {
    name: 'opaque',
    // By its form alone: what does not begin with the header of a JWT.
    matches: (token) => token !== '' && !isHeader(token.split('.', 1)[0] as string),
    verify,
    stages: opaqueStagesOf(context),
  }
}

/**
 * RFC 9068 is about JWTs. RFC 7662 section 2.2 leaves nearly every member of an answer to the issuer;
 * what an Auth is made of must be there all the same.
 */
function answerPolicy(policy: IssuerPolicy): IssuerPolicy {
  const { profile } = policy
  if (profile !== profiles.rfc9068) return policy
  return Object.freeze({
    ...policy,
    profile: Object.freeze({ ...profile, required: ['sub'], issuedAt: false }),
  })
}

/** What issuers write into `token_type` of a token that is presented as this API takes it. */
const bearerTypes = /^(bearer|access_token|urn:ietf:params:oauth:token-type:access_token)$/i

/**
 * RFC 7662 section 2.2: `token_type` is the type of the access token, such as DPoP. Refresh tokens are
 * active as well, and must not be taken for access tokens. Gives the claims by which the kind is told
 * further: Ory Hydra writes `token_use: 'access_token'` where Cognito writes 'access'.
 */
function checkTokenType(claims: Claims): Claims {
  const type = own(claims, 'token_type')
  const isBearer = typeof type === 'string' && bearerTypes.test(type)
  if (type !== undefined && type !== null && !isBearer) {
    throw invalidToken('token-type', { claim: 'token_type', shows: 'another kind' })
  }
  const isAccess = own(claims, 'token_use') === 'access_token'
  return isAccess ? { ...claims, token_use: 'access' } : claims
}

/** `username` names a person (RFC 7662 section 2.2), whose token is never one of the client. */
function checkSubject(claims: Claims, { profile: { subject } }: IssuerPolicy): void {
  const sub = own(claims, 'sub')
  if (subject !== 'client' || (sub !== undefined && sub !== '')) return
  if (!Object.hasOwn(claims, 'username')) return
  throw wrongClaim(
    ['sub'],
    "a string, because the claim 'username' shows that this is a person's token",
  )
}

/** The schema is given a copy, which it may change: what the issuer has said still counts. */
async function askSchema(schema: ReadClaims, principal: Principal): Promise<Principal> {
  const copy = JSON.parse(JSON.stringify(principal.tokenClaims)) as Record<string, unknown>
  return { ...principal, claims: (await schema(copy)) as Principal['claims'] }
}

interface Evidence {
  readonly issuer: ActiveIssuer
  readonly times: Times
  readonly confirmation: Confirmation | undefined
  readonly answer: Answer
}

class VerifiedOpaque implements VerifiedToken {
  readonly issuer: ActiveIssuer
  readonly times: Times
  readonly confirmation: Confirmation | undefined
  readonly #answer: Answer
  readonly #principal: Principal

  constructor({ issuer, times, confirmation, answer }: Evidence, principal: Principal) {
    this.issuer = issuer
    this.times = times
    this.confirmation = confirmation
    this.#answer = answer
    this.#principal = principal
  }

  /** Once the answer is too old, the issuer is asked again, as about a token that is new. */
  stillHolds(): boolean {
    return this.issuer.introspection?.isFresh(this.#answer) ?? false
  }

  /** The issuer was asked for this token already. */
  checkActive(): undefined {}

  principal(): Principal {
    return this.#principal
  }
}
