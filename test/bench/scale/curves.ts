/** Measures what a request costs as the numbers of issuers, keys and routes grow. */
import { createVerifier, type VerifierOptions } from 'tollgate'
import { createAuth } from 'tollgate/express'
import { createTestIssuer, type TestIssuer } from 'tollgate/testing'
import { inTurn, type Pace } from '../pace.ts'
import { perform } from '../program.ts'
import { audience, mintTokens } from '../tokens.ts'
import { calibrate, createQueue, runBatch } from '../verify/batch.ts'

export interface Order {
  readonly pace: Pace
}

export type CurveName = 'issuers' | 'issuersNew' | 'keys' | 'keysNew' | 'routes'

export interface Point {
  readonly count: number
  /** Microseconds for a request. */
  readonly rounds: readonly number[]
}

export type Curves = Readonly<Record<CurveName, readonly Point[]>>

type Handle = (token: string) => unknown

/**
 * How many tokens every point of every curve gets. All issuers and keys sign the same share of
 * them.
 */
const tokenCount = 1_000
/** ES256, because its keys are made quickly. */
const alg = 'ES256'

await perform(async ({ pace }: Order): Promise<Curves> => {
  const issuers = [1, 10, 1_000].map((count) => ({ count, ...trustMany(count) }))
  const keys = [1, 10, 100].map((count) => ({ count, ...trustManyKeys(count) }))
  const routes = [1, 100, 1_000].map((count) => ({ count, ...guardRoutes(count) }))
  return {
    issuers: await measureCurve(pace, issuers, ({ options }) => verifyWith(options)),
    issuersNew: await measureCurve(pace, issuers, ({ options }) => verifyWith(options, false)),
    keys: await measureCurve(pace, keys, ({ options }) => verifyWith(options)),
    keysNew: await measureCurve(pace, keys, ({ options }) => verifyWith(options, false)),
    routes: await measureCurve(pace, routes, ({ handle }) => handle),
  }
})

interface Subject {
  readonly count: number
  /** The issuers and keys that sign the tokens, in turn. */
  readonly signers: readonly { readonly issuer: TestIssuer; readonly key: number }[]
}

async function measureCurve<S extends Subject>(
  pace: Pace,
  subjects: readonly S[],
  handleOf: (subject: S) => Handle,
): Promise<readonly Point[]> {
  const runners = []
  for (const subject of subjects) {
    const queue = createQueue(await mintInTurn(subject))
    const handle = handleOf(subject)
    for (let i = 0; i < tokenCount; i++) await handle(queue.next())
    const count = await calibrate(handle, queue, 1, pace)
    runners.push({ subject, handle, queue, count, took: [] as number[] })
  }
  for (let round = 0; round < pace.rounds; round++) {
    for (const { handle, queue, count, took } of inTurn(runners)) {
      took.push((1000 * (await runBatch(handle, queue, count, 1))) / count)
    }
  }
  return runners.map(({ subject, took }) => ({ count: subject.count, rounds: took }))
}

async function mintInTurn({ signers }: Subject): Promise<readonly string[]> {
  const share = Math.ceil(tokenCount / signers.length)
  const shares = await Promise.all(
    signers.map(({ issuer: { url, keys }, key }) => {
      const privateJwk = keys.all[key]?.privateJwk ?? keys.current.privateJwk
      return mintTokens({ url, audience, alg, privateJwk }, share)
    }),
  )
  return Array.from(
    { length: tokenCount },
    (_, i) => shares[i % shares.length]?.[Math.floor(i / shares.length)] as string,
  )
}

function trustMany(count: number): Omit<Subject, 'count'> & { options: VerifierOptions } {
  const issuers = Array.from({ length: count }, (_, i) =>
    createTestIssuer({ url: `https://issuer-${i}.test`, audience, alg }),
  )
  return {
    signers: issuers.map((issuer) => ({ issuer, key: 0 })),
    options: { audience, issuer: issuers.map(({ url, jwks }) => ({ issuer: url, jwks })) },
  }
}

function trustManyKeys(count: number): Omit<Subject, 'count'> & { options: VerifierOptions } {
  const issuer = createTestIssuer({ audience, alg })
  while (issuer.keys.all.length < count) issuer.keys.rotate()
  return {
    signers: issuer.keys.all.map((_, key) => ({ issuer, key })),
    options: { audience, issuer: { issuer: issuer.url, jwks: issuer.jwks } },
  }
}

function verifyWith(options: VerifierOptions, tokenCache?: false): Handle {
  return createVerifier({ ...options, tokenCache }).verify
}

/**
 * The guards alone, without the router of a framework: how long that looks for a route is not
 * measured.
 */
function guardRoutes(count: number): Omit<Subject, 'count'> & { handle: Handle } {
  const issuer = createTestIssuer({ audience, alg })
  const { requireAuth } = createAuth({
    audience,
    issuer: { issuer: issuer.url, jwks: issuer.jwks },
  })
  const guards = Array.from({ length: count }, () => requireAuth({ scope: 'orders:read' }))
  let at = 0
  return {
    signers: [{ issuer, key: 0 }],
    handle(token) {
      const guard = guards[at] as (typeof guards)[number]
      at = at + 1 === count ? 0 : at + 1
      const authorization = `Bearer ${token}`
      const request = {
        headers: { host: 'api.test', authorization },
        rawHeaders: ['Host', 'api.test', 'Authorization', authorization],
      }
      return new Promise<void>((resolve, reject) => {
        const end = () => reject(new Error('The guard refused a good token'))
        const response = { statusCode: 200, setHeader() {}, end }
        guard(request, response, (error) => (error === undefined ? resolve() : reject(error)))
      })
    },
  }
}
