import type { TestIssuer } from '../../issuer.ts'
import type { Canary } from './canary.ts'

/** What happened beside the answers. */
export interface Sightings {
  readonly keyFetches: number
  readonly outbound: readonly string[]
  readonly problems: readonly string[]
}

/** Watches the issuer's log, the canary and Object.prototype, from now on. */
export function watch(issuer: TestIssuer, canary: Canary, budget: number): { end(): Sightings } {
  const logged = issuer.requests.count()
  const members = new Set(Reflect.ownKeys(Object.prototype))
  const home = new URL(issuer.url).origin

  return {
    end() {
      const log = issuer.requests.all.slice(logged)
      const keyFetches = log.filter(({ endpoint }) => endpoint === 'jwks').length
      // The issuer's own fetch goes nowhere else, and notes what it was asked for.
      const strays = log.filter(({ url }) => new URL(url).origin !== home)
      const outbound = [...canary.heard, ...strays.map(({ method, url }) => `${method} ${url}`)]
      const added = Reflect.ownKeys(Object.prototype).filter((name) => !members.has(name))
      // What comes after in this process is not to suffer for it.
      for (const name of added) Reflect.deleteProperty(Object.prototype, name)
      return {
        keyFetches,
        outbound,
        problems: [
          ...(keyFetches > budget
            ? [
                `The issuer was asked for its keys ${keyFetches} times, and budget.keyFetches is ${budget}: strangers can make the app flood it.`,
              ]
            : []),
          ...outbound.map((call) => `A hostile token made the app call out: ${call}`),
          ...added.map((name) => `A hostile token changed Object.prototype: ${String(name)}`),
        ],
      }
    },
  }
}
