import type { Algorithm } from '../algorithms.ts'
import type { Principal } from '../auth.ts'
import { deepFreeze } from '../auth.ts'
import type { Awaitable } from '../awaitable.ts'
import { andThen } from '../awaitable.ts'
import { InvalidTokenError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { bindKey } from '../jwt/bind-key.ts'
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
import { invalidToken } from '../jwt/details.ts'
import type { Claims, CompactJws } from '../jwt/jws.ts'
import { isJws, readClaims, readClaimsAgain, readJws } from '../jwt/jws.ts'
import { findSigner } from '../jwt/signature.ts'
import type { IssuerPolicy } from '../jwt/token-kinds.ts'
import { policyFor } from '../jwt/token-kinds.ts'
import { judgeHeader, mediaType } from '../jwt/token-policy.ts'
import type { Key } from '../keys/key.ts'
import { own } from '../own-members.ts'
import type { StatusReference } from '../status/reference.ts'
import type { FormatContext, TokenFormat, Verification, VerifiedToken } from './format.ts'
import { checkConfirmable } from './format.ts'
import { askIssuer } from './jwt-introspection.ts'
import { jwtStagesOf } from './stages.ts'

/** The format of what is signed, and may have been encrypted after that. */
export interface SignedFormat extends TokenFormat {
  /** @param encryptedFor The issuer for whose tokens it was encrypted; undefined if it was not. */
  verify(token: string, run: Verification, encryptedFor?: ActiveIssuer): Awaitable<VerifiedToken>
}

/**
 * Signed JWTs (RFC 9068 section 4). `stages.ts` lists the checks in the order in which they are made
 * here.
 */
export function createJwtFormat(context: FormatContext): SignedFormat {
  const { issuers, schema, now } = context

  function verify(
    token: string,
    run: Verification,
    encryptedFor?: ActiveIssuer,
  ): Awaitable<VerifiedToken> {
    run.encrypted = encryptedFor !== undefined
    const jws = readJws(token)
    run.header = jws.header
    const algorithm = judgeHeader(jws.header, issuers.headerPolicy)
    const claims = readClaims(jws)
    run.claims = claims
    return andThen(issuers.find(own(claims, 'iss'), own(claims, 'sub')), (issuer) => {
      if (issuer === undefined) throw new InvalidTokenError('issuer')
      if (encryptedFor !== undefined && encryptedFor !== issuer) {
        throw invalidToken('issuer', { encryptedFor: encryptedFor.issuer })
      }
      run.issuer = issuer
      // RFC 9068 section 4: where encryption was agreed on, a token without it is refused.
      if (encryptedFor === undefined && issuer.decryption?.required === true) {
        throw new InvalidTokenError('not-encrypted')
      }
      return verifyFor(issuer, { token, jws, claims, algorithm }, run)
    })
  }

  /** Makes the checks that need to know whose token it is, the signature last. */
  function verifyFor(
    issuer: ActiveIssuer,
    read: ReadToken,
    run: Verification,
  ): Awaitable<VerifiedToken> {
    const { jws, claims } = read
    const policy = policyFor(issuer, claims)
    if (policy === undefined) throw invalidToken('token-type', { claim: '', shows: 'no kind' })
    run.policy = policy
    const { profile } = policy
    if (own(claims, 'iss') === undefined && profile.subjectPrefix === undefined) {
      throw new InvalidTokenError('issuer')
    }
    // Only where issuers or kinds have different rules for headers, and the rules above were the
    // widest of them.
    const algorithm =
      policy === issuers.headerPolicy ? read.algorithm : judgeHeader(jws.header, policy)
    checkAudience(claims, policy)
    const times = readTimes(claims, policy)
    run.times = times
    checkTimes(times, now())
    const confirmation = readConfirmation(claims)
    checkConfirmable(confirmation, run)
    checkKind({ claims, type: mediaType(jws.header.typ) }, profile)
    const principal = readPrincipal(claims, issuer.issuer, policy, times.exp)
    const status = issuer.statusLists?.read(claims)
    run.principal = principal

    const signer = andThen(findSigner(jws, algorithm, issuer.keys, run.emit), (key) => {
      run.key = key
      if (!run.dry) issuers.proven(issuer)
      // Not before: until then, anybody may have written where the list is.
      return andThen(checkStatus(issuer, status, run.emit), () => key)
    })
    return andThen(signer, (key) => {
      run.status = 'valid'
      deepFreeze(claims)
      const evidence = { issuer, policy, times, confirmation, key, status }
      if (schema !== undefined) {
        return askSchema(schema, evidence, principal, { ...read, algorithm }, run)
      }
      bindKey({ issuer: evidence.issuer.issuer, key: evidence.key, algorithm }, run)
      return new VerifiedJwt(evidence, principal, undefined)
    })
  }

  /**
   * The application's schema comes after the signature: it is never given claims that nobody has
   * signed. What it is given is a copy, which it may change: the claims of the token still count.
   */
  async function askSchema(
    schema: ReadClaims,
    evidence: Evidence,
    principal: Principal,
    { token, algorithm }: ReadToken,
    run: Verification,
  ): Promise<VerifiedToken> {
    const given = await schema(readClaimsAgain(token))
    const lasting = { ...principal, claims: given as Principal['claims'] }
    bindKey({ issuer: evidence.issuer.issuer, key: evidence.key, algorithm }, run)
    return new VerifiedJwt(evidence, undefined, lasting)
  }

  return { name: 'jwt', matches: isJws, verify, stages: jwtStagesOf(context) }
}

/** A token whose parts have been read, and nothing of which is verified. */
interface ReadToken {
  readonly token: string
  readonly jws: CompactJws
  readonly claims: Claims
  readonly algorithm: Algorithm
}

interface Evidence {
  readonly issuer: ActiveIssuer
  readonly policy: IssuerPolicy
  readonly times: Times
  readonly confirmation: Confirmation | undefined
  readonly key: Key
  readonly status: StatusReference | undefined
}

/** @throws InvalidTokenError, UnavailableError unless a list of the issuer says that it is valid. */
function checkStatus(
  { statusLists }: ActiveIssuer,
  status: StatusReference | undefined,
  emit: Emit,
): Awaitable<void> {
  if (status !== undefined) return statusLists?.check(status, emit)
}

/**
 * Keeps no claims until the token comes again. Most tokens of a busy API come once, and to keep all
 * that JSON.parse makes of such a token costs more (12 µs of garbage collection) than to parse the
 * payload once more for one that does come again (3 µs). So the principal that the verification has
 * read is handed over once and then forgotten; the second call reads it from the token anew, and
 * keeps it.
 */
class VerifiedJwt implements VerifiedToken {
  readonly issuer: ActiveIssuer
  readonly times: Times
  readonly confirmation: Confirmation | undefined
  readonly #policy: IssuerPolicy
  readonly #key: Key
  readonly #status: StatusReference | undefined
  #first: Principal | undefined
  #lasting: Principal | undefined

  /**
   * @param first What the first call of `principal` gives, unless `lasting` is there.
   * @param lasting What every call gives: the application's schema has made it, and is asked once
   * for each cached token.
   */
  constructor(
    { issuer, policy, times, confirmation, key, status }: Evidence,
    first: Principal | undefined,
    lasting: Principal | undefined,
  ) {
    this.issuer = issuer
    this.times = times
    this.confirmation = confirmation
    this.#policy = policy
    this.#key = key
    this.#status = status
    this.#first = first
    this.#lasting = lasting
  }

  stillHolds({ emit }: Verification): Awaitable<boolean> {
    return andThen(this.issuer.keys.current(emit), ({ set }) => {
      if (!set.has(this.#key)) return false
      return andThen(checkStatus(this.issuer, this.#status, emit), () => true)
    })
  }

  checkActive(token: string): Awaitable<void> {
    return askIssuer(this.issuer, token, readClaimsAgain(token))
  }

  principal(token: string): Principal {
    if (this.#lasting !== undefined) return this.#lasting
    const first = this.#first
    if (first !== undefined) {
      this.#first = undefined
      return first
    }
    const { issuer, times } = this
    const claims = deepFreeze(readClaimsAgain(token))
    this.#lasting = readPrincipal(claims, issuer.issuer, this.#policy, times.exp)
    return this.#lasting
  }
}
