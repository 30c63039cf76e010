import type { TestIssuer } from '../../issuer.ts'
import type { Canary } from './canary.ts'

/** What the app did while it answered, besides its answers. */
export interface SideEffects {
  readonly keyFetches: number
  readonly outbound: readonly string[]
  readonly problems: readonly string[]
}

/**
 * Observes the requests to the issuer and to the canary, and Object.prototype, until `end()`.
 *
 * @param budget How many key fetches are allowed.
 */
export function observeSideEffects(
  issuer: TestIssuer,
  canary: Canary,
  budget: number,
): { end(): SideEffects } {
  const requestsBefore = issuer.requests.count()
  const membersBefore = new Set(Reflect.ownKeys(Object.prototype))

  return {
    end() {
      const requests = issuer.requests.all.slice(requestsBefore)
      const keyFetches = requests.filter(({ endpoint }) => endpoint === 'jwks').length
      // The fetch of the test issuer calls no other origin, but records that it was asked to.
      const origins = originsOf(issuer)
      const foreign = requests.filter(({ url }) => !origins.has(new URL(url).origin))
      const outbound = [...canary.received, ...foreign.map(({ method, url }) => `${method} ${url}`)]
      const added = Reflect.ownKeys(Object.prototype).filter((name) => !membersBefore.has(name))
      // A polluted Object.prototype would make later tests of this process fail.
      for (const name of added) Reflect.deleteProperty(Object.prototype, name)
      return {
        keyFetches,
        outbound,
        problems: [
          ...(keyFetches > budget
            ? [
                `The issuer was asked for its keys ${keyFetches} times, and budget.keyFetches is ${budget}: an attacker can make the app flood it with requests.`,
              ]
            : []),
          ...outbound.map((call) => `A hostile token made the app call out: ${call}`),
          ...added.map((name) => `A hostile token changed Object.prototype: ${String(name)}`),
        ],
      }
    },
  }
}

/** Where the issuer has been asked for what it serves. Some have their keys on an origin apart. */
function originsOf({ url, requests }: TestIssuer): ReadonlySet<string> {
  const served = requests.all.filter(({ endpoint }) => endpoint !== 'other')
  const urls = [url, ...served.map((request) => request.url)]
  return new Set(urls.filter((one) => URL.canParse(one)).map((one) => new URL(one).origin))
}
