import type { ActiveIssuer } from '../issuers/active-issuer.ts'
import { wrongOption } from '../option-checks.ts'

/** Whose opaque token is whose. */
export interface Prefixes {
  /** The one issuer that may be asked about a token; undefined if none may. */
  find(token: string): ActiveIssuer | undefined
}

const option = "option 'introspection.prefix'"

/**
 * An opaque token says nothing of its issuer, and one that is sent to the wrong issuer is given away:
 * whoever runs that issuer could use it. So several issuers are told apart by what their tokens begin
 * with.
 *
 * @throws TypeError if a token could belong to two of them.
 */
export function createPrefixes(listed: readonly ActiveIssuer[]): Prefixes {
  const asked = listed.filter(({ introspection }) => introspection !== undefined)
  const prefixes = asked.map(({ introspection }) => introspection?.prefix ?? '')
  if (prefixes.length > 1) {
    const unnamed = asked[prefixes.indexOf('')]
    if (unnamed !== undefined) {
      const fix =
        "is missing at issuer %s: where several issuers have 'introspection', each states what its opaque tokens begin with, so that no issuer is sent the tokens of another"
      wrongOption(option, fix, unnamed.issuer)
    }
    const sorted = prefixes.toSorted()
    const at = sorted.findIndex((prefix, i) => i > 0 && prefix.startsWith(sorted[i - 1] as string))
    if (at > 0) {
      const fix = "'%s' is the beginning of '%s': a token could belong to two issuers"
      wrongOption(option, fix, sorted[at - 1] as string, sorted[at] as string)
    }
  }
  return { find: (token) => asked.find((_, i) => token.startsWith(prefixes[i] as string)) }
}
