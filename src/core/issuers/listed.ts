import { policiesOf, subjectPrefixesOf } from '../jwt/token-kinds.ts'
import { widestHeaderPolicy } from '../jwt/token-policy.ts'
import { wrongOption } from '../option-checks.ts'
import type { ActiveIssuer, IssuerContext, TrustedIssuer } from './active-issuer.ts'
import { activate } from './active-issuer.ts'
import type { Issuers } from './issuers.ts'

/**
 * The issuers that the configuration lists.
 *
 * @throws TypeError if a token without `iss` could belong to two of them.
 */
export function createListedIssuers(
  trusted: readonly TrustedIssuer[],
  context: IssuerContext,
): Issuers {
  const listed = trusted.map((one) => activate(one, context))
  const byName = new Map(listed.map((one) => [one.issuer, one]))
  const findBySubject = createSubjectIndex(listed)
  return {
    headerPolicy: widestHeaderPolicy(listed.flatMap(policiesOf)),
    listed,
    all: () => listed,
    find: (iss, sub) => (iss === undefined ? findBySubject(sub) : byName.get(iss as string)),
    trusts: () => true,
    proven() {},
    forget: () =>
      wrongOption(
        'verifier.forget',
        'is for issuers that a resolver answers for. Listed issuers stay trusted: create a verifier without the one that is removed',
      ),
    close() {
      for (const issuer of listed) issuer.close()
    },
  }
}

/** Finds the issuer that is listed with the prefix of a subject. */
function createSubjectIndex(
  listed: readonly ActiveIssuer[],
): (sub: unknown) => ActiveIssuer | undefined {
  const entries = listed.flatMap((issuer) =>
    subjectPrefixesOf(issuer).map((prefix) => [prefix, issuer] as const),
  )
  checkPrefixes(entries.map(([prefix]) => prefix))
  const byPrefix = new Map(entries)
  const longest = Math.max(0, ...entries.map(([prefix]) => prefix.length))
  return (sub) => {
    if (typeof sub !== 'string') return undefined
    // Every prefix ends in a slash. The search ends where no prefix can: a caller may write a
    // subject of thousands of slashes.
    let end = sub.indexOf('/') + 1
    while (end > 0 && end <= longest) {
      const issuer = byPrefix.get(sub.slice(0, end))
      if (issuer !== undefined) return issuer
      end = sub.indexOf('/', end) + 1
    }
    return undefined
  }
}

/** In sorted order, a prefix stands directly before one that begins with it, if there is any. */
function checkPrefixes(prefixes: readonly string[]): void {
  const sorted = prefixes.toSorted()
  const at = sorted.findIndex((prefix, i) => i > 0 && prefix.startsWith(sorted[i - 1] as string))
  if (at < 0) return
  const fix =
    "is the beginning of '%s': a token without 'iss' would belong to two issuers. Give each issuer a subjectPrefix of its own"
  wrongOption(
    "option 'issuer': the subjectPrefix",
    `'%s' ${fix}`,
    sorted[at - 1] as string,
    sorted[at] as string,
  )
}
