import { UnavailableError } from './errors.ts'
import type { ActiveIssuer } from './issuers/active-issuer.ts'
import type { Issuers } from './issuers/issuers.ts'
import type { KeyHealth } from './keys/source.ts'
import { memberOf } from './own-members.ts'

/** The state of one trusted issuer. Ages and times are in seconds. */
export interface IssuerHealth extends KeyHealth {
  readonly issuer: string
}

/** Every issuer that somebody asked for its keys so far, with or without success. */
export function healthOf(issuers: Issuers): readonly IssuerHealth[] {
  return issuers
    .all()
    .map(({ issuer, keys }) => ({ issuer, ...keys.health() }))
    .filter(wasAsked)
}

function wasAsked(health: IssuerHealth): boolean {
  return health.usable || Object.hasOwn(health, 'age') || Object.hasOwn(health, 'lastError')
}

/**
 * Loads the keys of every listed issuer, in parallel.
 *
 * @throws UnavailableError that names those without usable keys.
 */
export async function loadKeys({ listed }: Issuers): Promise<void> {
  await Promise.all(listed.map(({ keys }) => keys.ensureLoaded()))
  const missing = listed.filter(({ keys }) => !keys.health().usable)
  if (missing.length === 0) return
  throw new UnavailableError(
    'keys',
    shortestWait(missing),
    missing.map(({ issuer }) => issuer),
  )
}

/**
 * Seconds until keys are requested again from one of these issuers, which have none: the shortest
 * of their waits.
 */
function shortestWait(missing: readonly ActiveIssuer[]): number {
  return Math.min(...missing.map(({ keys }) => memberOf(keys.health(), 'nextRefresh') ?? 1))
}
