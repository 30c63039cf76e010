import type { Endpoint } from '../../endpoints.ts'
import type { Fault } from '../../fault.ts'
import { faults } from '../../faults.ts'
import type { TestIssuer } from '../../issuer.ts'

/** One way in which an issuer can fail. */
export interface FaultScenario {
  readonly id: string
  readonly endpoint: Endpoint | '*'
  /**
   * What an app without keys can verify with under this fault. 'nothing': no key arrives. 'key':
   * the good key arrives among bad ones. 'either': the app may accept the document or refuse it.
   */
  readonly leaves: 'nothing' | 'key' | 'either'
  /** @param timeout Seconds that the app gives a fetch. A slow answer takes longer than that. */
  readonly createFault: (issuer: TestIssuer, timeout: number) => Fault
  /** Seconds from the end of the fault until the app is asked again. Default: 301. */
  readonly recovers?: number
}

const redirectTarget = 'https://canary.test'

/** Origins that faults try to lead the app to. No app may follow. */
export const forbiddenOrigins: readonly string[] = [redirectTarget, 'http://insecure.test']

type CreateFault = FaultScenario['createFault']

/** Two scenarios for each fault: one for every endpoint, and one for the JWKS alone. */
function atEveryEndpoint(
  group: string,
  creators: Readonly<Record<string, CreateFault>>,
): readonly FaultScenario[] {
  return Object.entries(creators).flatMap(([name, createFault]) => [
    { id: `${group}/${name}`, endpoint: '*', leaves: 'nothing', createFault },
    { id: `${group}/${name}-jwks`, endpoint: 'jwks', leaves: 'nothing', createFault },
  ])
}

function at(
  endpoint: FaultScenario['endpoint'],
  group: string,
  leaves: FaultScenario['leaves'],
  creators: Readonly<Record<string, CreateFault>>,
): readonly FaultScenario[] {
  return Object.entries(creators).map(([name, createFault]) => ({
    id: `${group}/${name}`,
    endpoint,
    leaves,
    createFault,
  }))
}

function jwksText({ jwks }: TestIssuer): string {
  return JSON.stringify(jwks)
}

/** Larger than any real key set. An app that reads all of it can still bear it in a test. */
const hugeBytes = 16_777_216

/** Every fault that `assertSurvivesIssuerFaults` runs. */
export const faultScenarios: readonly FaultScenario[] = [
  ...atEveryEndpoint('transport', {
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
  ...atEveryEndpoint('http', {
    500: () => faults.status(500),
    503: () => faults.status(503),
    429: () => faults.status(429, { headers: { 'retry-after': '120' } }),
    404: () => faults.status(404),
    204: () => faults.status(204),
    redirect: () => faults.redirect(`${redirectTarget}/keys`),
    'redirect-loop': ({ url }) => faults.redirect(`${url}/jwks`),
  }),
  ...atEveryEndpoint('body', {
    html: () => faults.body('<!doctype html><title>Sign in</title>', 'text/html'),
    empty: () => faults.body(''),
    null: () => faults.body('null'),
    'deep-json': () => faults.body('['.repeat(100_000)),
    truncated: () => faults.truncate(),
    huge: () => faults.huge(hugeBytes),
    'gzip-bomb': () => faults.gzipBomb(hugeBytes),
  }),
  ...at('jwks', 'body', 'either', {
    bom: (issuer) => faults.body(`\ufeff${jwksText(issuer)}`),
    'content-type': (issuer) => faults.body(jwksText(issuer), 'text/html'),
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
    createFault: () => faults.metadata.foreignJwksUri(),
    // The document is valid, because an issuer may keep its keys on another origin. An app may
    // therefore keep it for an hour, and recovers only then.
    recovers: 3601,
  },
]
