import type { Principal } from '../auth.ts'
import { UnavailableError } from '../errors.ts'
import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import type { Confirmation, Times } from '../jwt/claims.ts'
import type { DecryptionSettings } from '../jwt/decryption-options.ts'
import { invalidToken, withDetail } from '../jwt/details.ts'
import type { JwsHeader } from '../jwt/header-cache.ts'
import { decryptJwe, isJwe, jweFault, readJweHeader } from '../jwt/jwe.ts'
import { isJws } from '../jwt/jws.ts'
import { checkCritical } from '../jwt/token-policy.ts'
import type { DecryptionKey } from '../keys/decryption-key.ts'
import { wrongOption } from '../option-checks.ts'
import type { SharedWork } from '../remote/shared-work.ts'
import { shareWork } from '../remote/shared-work.ts'
import type { FormatContext, TokenFormat, Verification, VerifiedToken } from './format.ts'
import type { SignedFormat } from './jwt.ts'
import { askIssuer } from './jwt-introspection.ts'
import { jweStagesOf } from './stages.ts'

/** A key of the options, and the issuer whose tokens it decrypts. */
interface Recipient {
  readonly issuer: ActiveIssuer
  readonly settings: DecryptionSettings
  readonly key: DecryptionKey
}

/**
 * Signed JWTs that are encrypted to this API (RFC 7519 section 5.2). To encrypt needs only a public
 * key, so it proves nothing of who has made a token: that the signature inside does.
 *
 * @returns Undefined where no issuer has the option `decryption`.
 */
export function createJweFormat(
  { issuers, now }: FormatContext,
  signed: SignedFormat,
): TokenFormat | undefined {
  const recipients = createRecipients(issuers.listed)
  if (recipients.size === 0) return undefined
  const room = createRoom(now)

  async function verify(token: string, run: Verification): Promise<VerifiedToken> {
    const header = readJweHeader(token)
    run.header = header
    checkCritical(header)
    const { issuer, key } = recipientOf(header)
    const inner = await room.take(token, () => decryptJwe(token, header, key))
    if (inner === undefined) throw invalidToken('decryption', { fault: 'failed' })
    run.encrypted = true
    // RFC 8725bis section 3.3: claims that are only encrypted could be anybody's.
    if (!isJws(inner)) {
      const fix = 'what is encrypted is no signed JWT (RFC 7519 section 5.2)'
      throw invalidToken('malformed', `${fix}. Have the issuer sign the token, then encrypt it`)
    }
    const verified = await signed.verify(inner, run, issuer)
    return new VerifiedJwe(verified, verified.principal(inner))
  }

  /** The key that the token names. None is guessed: each attempt would cost as much as a signature. */
  function recipientOf(header: JwsHeader): Recipient {
    const { kid } = header
    const recipient = recipients.get(kid)
    if (recipient === undefined) throw invalidToken('decryption', { fault: 'kid' })
    const { key, settings } = recipient
    const fault = jweFault(header, key, settings)
    if (fault !== undefined)
      throw invalidToken('decryption', { fault, encryption: settings.encryption })
    return recipient
  }

  return { name: 'jwe', matches: isJwe, verify, stages: jweStagesOf(signed.stages) }
}

function createRecipients(
  issuers: readonly ActiveIssuer[],
): ReadonlyMap<string | undefined, Recipient> {
  const recipients = new Map<string | undefined, Recipient>()
  for (const issuer of issuers) {
    const { decryption: settings } = issuer
    for (const key of settings?.keys ?? []) {
      const other = recipients.get(key.kid)
      if (other !== undefined) {
        const fix = "names the kid '%s' for the issuers %s and %s: give each key a kid of its own"
        const names = [key.kid, other.issuer.issuer, issuer.issuer]
        wrongOption("option 'decryption'", `${fix}, because a token says nothing else`, ...names)
      }
      recipients.set(key.kid, { issuer, settings: settings as DecryptionSettings, key })
    }
  }
  return recipients
}

/** To decrypt by RSA takes a core half a millisecond, and anybody can encrypt as much as they like. */
const mostAtOnce = 50
/** Seconds after which a decryption is given up: workerd drops those of a cancelled request. */
const longest = 9

function createRoom(now: () => number) {
  const begun = new Map<string, SharedWork<string | undefined>>()

  function forgetLost(t: number): void {
    for (const [token, work] of begun) if (!(work.left(t) > 0)) begun.delete(token)
  }

  /** One decryption for all who bring the same token at the same time. */
  function share(token: string, decrypt: () => Promise<string | undefined>) {
    const t = now() / 1000
    const current = begun.get(token)
    if (current !== undefined && current.left(t) > 0) return current
    if (begun.size >= mostAtOnce) forgetLost(t)
    if (begun.size >= mostAtOnce) throw crowded()
    const work = decrypt().finally(() => {
      if (begun.get(token) === shared) begun.delete(token)
    })
    const shared = shareWork(work, t, longest)
    begun.set(token, shared)
    return shared
  }

  return {
    /** Rejects with an UnavailableError if too many other tokens are being decrypted. */
    async take(token: string, decrypt: () => Promise<string | undefined>) {
      return share(token, decrypt).wait(longest, () => {
        throw crowded()
      })
    },
  }
}

function crowded(): UnavailableError {
  return withDetail(new UnavailableError('decryption', 1), 'decryption', { fault: 'crowded' })
}

/**
 * Keeps what the token says, and neither its text nor that of the signed token in it: to decrypt it
 * once more would take longer than all other checks together.
 */
class VerifiedJwe implements VerifiedToken {
  readonly issuer: ActiveIssuer
  readonly times: Times
  readonly confirmation: Confirmation | undefined
  readonly #signed: VerifiedToken
  readonly #principal: Principal

  constructor(signed: VerifiedToken, principal: Principal) {
    this.issuer = signed.issuer
    this.times = signed.times
    this.confirmation = signed.confirmation
    this.#signed = signed
    this.#principal = principal
  }

  stillHolds(run: Verification) {
    return this.#signed.stillHolds(run)
  }

  /** The issuer knows the token as it has given it: encrypted. */
  checkActive(token: string) {
    return askIssuer(this.issuer, token, this.#principal.tokenClaims)
  }

  principal(): Principal {
    return this.#principal
  }
}
