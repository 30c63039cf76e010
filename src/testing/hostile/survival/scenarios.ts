import type { Endpoint } from '../../endpoints.ts'
import type { Fault } from '../../fault.ts'
import { faults } from '../../faults.ts'
import type { TestIssuer } from '../../issuer.ts'

/** One way in which an issuer can fail. */
export interface FaultPlan {
  readonly id: string
  readonly endpoint: Endpoint | '*'
  /**
   * What it leaves: 'nothing' to verify with, the good 'key' among bad ones, or 'either', where
   * accepting the document is as right as refusing it.
   */
  readonly leaves: 'nothing' | 'key' | 'either'
  /** @param timeout Seconds that the app gives a fetch: what is slow is slower than that. */
  readonly make: (issuer: TestIssuer, timeout: number) => Fault
  /** After how many seconds without the fault the app is asked again (301). */
  readonly recovers?: number
}

const elsewhere = 'https://canary.test'

/** Where a redirect leads, and what is no https: nobody may go there. */
export const forbidden: readonly string[] = [elsewhere, 'http://insecure.test']

type Make = FaultPlan['make']

/** The same fault at every endpoint, and at the JWKS alone. */
function everywhere(group: string, makes: Readonly<Record<string, Make>>): readonly FaultPlan[] {
  return Object.entries(makes).flatMap(([name, make]) => [
    { id: `${group}/${name}`, endpoint: '*', leaves: 'nothing', make },
    { id: `${group}/${name}-jwks`, endpoint: 'jwks', leaves: 'nothing', make },
  ])
}

function at(
  endpoint: FaultPlan['endpoint'],
  group: string,
  leaves: FaultPlan['leaves'],
  makes: Readonly<Record<string, Make>>,
): readonly FaultPlan[] {
  return Object.entries(makes).map(([name, make]) => ({
    id: `${group}/${name}`,
    endpoint,
    leaves,
    make,
  }))
}

function document({ jwks }: TestIssuer): string {
  return JSON.stringify(jwks)
}

/** More than any key set needs, and less than hurts an app that reads it all. */
const hugeBytes = 16_777_216

/** Every fault that an app is put through. */
export const faultPlans: readonly FaultPlan[] = [
  ...everywhere('transport', {
    refuse: () => faults.refuse(),
    'dns-failure': () => faults.dnsFailure(),
    reset: () => faults.reset(),
    'reset-in-body': () => faults.reset(10),
    hang: () => faults.hang(),
  }),
  ...at('jwks', 'transport', 'nothing', {
    'slow-jwks': (_, timeout) => faults.slow(timeout * 20),
    'drip-jwks': (_, timeout) => faults.drip(Math.max(1, 2 / timeout)),
  }),
  ...everywhere('http', {
    500: () => faults.status(500),
    503: () => faults.status(503),
    429: () => faults.status(429, { headers: { 'retry-after': '120' } }),
    404: () => faults.status(404),
    204: () => faults.status(204),
    redirect: () => faults.redirect(`${elsewhere}/keys`),
    'redirect-loop': ({ url }) => faults.redirect(`${url}/jwks`),
  }),
  ...everywhere('body', {
    html: () => faults.body('<!doctype html><title>Sign in</title>', 'text/html'),
    empty: () => faults.body(''),
    null: () => faults.body('null'),
    'deep-json': () => faults.body('['.repeat(100_000)),
    truncated: () => faults.truncate(),
    huge: () => faults.huge(hugeBytes),
    'gzip-bomb': () => faults.gzipBomb(hugeBytes),
  }),
  ...at('jwks', 'body', 'either', {
    bom: (issuer) => faults.body(`\ufeff${document(issuer)}`),
    'content-type': (issuer) => faults.body(document(issuer), 'text/html'),
  }),
  ...at('jwks', 'jwks', 'nothing', {
    empty: () => faults.jwks.empty(),
    'not-an-array': () => faults.jwks.notAnArray(),
    'enc-only': () => faults.jwks.encOnly(),
  }),
  ...at('jwks', 'jwks', 'key', {
    'symmetric-key': () => faults.jwks.symmetricKey(),
    'weak-rsa': () => faults.jwks.weakRsa(),
    'unknown-kty': () => faults.jwks.unknownKty(),
    many: () => faults.jwks.many(20),
  }),
  ...at('jwks', 'jwks', 'either', {
    'duplicate-kid': () => faults.jwks.duplicateKid(),
    'private-leaked': () => faults.jwks.privateLeaked(),
    'no-kid': () => faults.jwks.noKid(),
    'no-alg': () => faults.jwks.noAlg(),
    padded: () => faults.jwks.padded(),
    'far-too-many': () => faults.jwks.many(10_000),
  }),
  ...at('*', 'metadata', 'nothing', {
    'wrong-issuer': () => faults.metadata.wrongIssuer(),
    'trailing-slash': ({ url }) => faults.metadata.wrongIssuer(`${url}/`),
    'missing-jwks-uri': () => faults.metadata.missingJwksUri(),
    'insecure-jwks-uri': () => faults.metadata.insecureJwksUri(),
    'not-found': () => faults.metadata.notFound(),
  }),
  {
    id: 'metadata/foreign-jwks-uri',
    endpoint: '*',
    leaves: 'nothing',
    make: () => faults.metadata.foreignJwksUri(),
    // It is a valid document (an issuer may keep its keys elsewhere), and may be kept as one.
    recovers: 3601,
  },
]
