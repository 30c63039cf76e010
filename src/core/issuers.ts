import type { Algorithm } from './algorithms.ts'
import { supportedAlgorithms } from './algorithms.ts'
import type { Policy } from './issuer-options.ts'
import type { LiveIssuer } from './live-issuer.ts'
import { bringToLife } from './live-issuer.ts'
import type { Settings } from './options.ts'
import type { Profile } from './profile.ts'
import { createResolvedIssuers } from './resolver.ts'

/** What a header may say before it is known whose token it is: the widest that any issuer allows. */
export interface Gate {
  readonly algorithms: readonly Algorithm[]
  readonly profile: Pick<Profile, 'types' | 'untyped'>
}

export interface Issuers {
  readonly gate: Gate
  /** The issuers that the configuration lists. */
  readonly listed: readonly LiveIssuer[]
  /** Every issuer loaded so far. */
  all(): readonly LiveIssuer[]
  /** Told that a token of this issuer was accepted. */
  proven(live: LiveIssuer): void
  /** Exact match (RFC 9068 section 4); no network but the resolver's own. Rejects with an UnavailableError if it fails. */
  find(iss: unknown): LiveIssuer | undefined | Promise<LiveIssuer | undefined>
  /** Whether an issuer that was found is still the one of its name. */
  trusts(live: LiveIssuer): boolean | Promise<boolean>
  close(): void
}

export function createIssuers(settings: Settings): Issuers {
  if (settings.resolver !== undefined) return createResolvedIssuers(settings, settings.resolver)
  const listed = settings.issuers.map((trusted) => bringToLife(trusted, settings))
  const byName = new Map(listed.map((live) => [live.issuer, live]))
  return {
    gate: gateOf(listed.map(({ policy }) => policy)),
    listed,
    all: () => listed,
    find: (iss) => byName.get(iss as string),
    trusts: () => true,
    proven() {},
    close() {
      for (const { keys } of listed) keys.close()
    },
  }
}

function gateOf(policies: readonly Policy[]): Gate {
  const [only] = policies
  if (only !== undefined && policies.length === 1) return only
  return {
    algorithms: supportedAlgorithms.filter((name) =>
      policies.some(({ algorithms }) => algorithms.includes(name)),
    ),
    profile: {
      types: policies.flatMap(({ profile }) => profile.types),
      untyped: policies.some(({ profile }) => profile.untyped),
    },
  }
}
