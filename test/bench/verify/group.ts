import type { Pace } from '../pace.ts'
import { type Group, type GroupReport, type Target, worst } from '../report/group.ts'
import { absent, times, whole, withSpread } from '../report/numbers.ts'
import { median, type Rounds, ratio } from '../report/statistics.ts'
import { table } from '../report/table.ts'
import type { SignatureName } from '../tokens.ts'
import { cached, fresh, measureAlgorithm, type Series, ways } from './measure.ts'
import { fastJwtCache, jose, tollgate, tollgateDiscovered, way } from './names.ts'
import type { Tokens } from './program.ts'

const algorithms: Readonly<Record<SignatureName, string>> = {
  RS256: 'RS256',
  PS256: 'PS256',
  ES256: 'ES256',
  EdDSA: 'Ed25519',
}

const names = Object.keys(algorithms) as SignatureName[]

type Results = ReadonlyMap<SignatureName, readonly Series[]>

export const group: Group = { measure }

async function measure(pace: Pace): Promise<GroupReport> {
  const results = new Map<SignatureName, readonly Series[]>()
  for (const alg of names) {
    results.set(alg, await measureAlgorithm(alg, pace))
  }
  return {
    title: 'verify: microseconds for a token',
    body: [
      'In brackets: the time as a multiple of that of tollgate with `jwks` given.',
      ...(['cached', 'new'] as const).flatMap((tokens) =>
        ways.flatMap((atOnce) => [heading(tokens, atOnce), tableOf(results, tokens, atOnce)]),
      ),
      method(pace),
    ],
    targets: targetsOf(results),
  }
}

const heading = (tokens: Tokens, atOnce: number): string =>
  `### ${tokens === 'new' ? 'New tokens' : 'Repeated tokens'}, ${way(atOnce)}`

function tableOf(results: Results, tokens: Tokens, atOnce: number): string {
  const contenders = new Set([...results.values()].flat().map(({ contender }) => contender))
  return table(
    ['', ...Object.values(algorithms)],
    [...contenders].map((contender) => [
      contender,
      ...names.map((alg) => {
        const rounds = roundsOf(results, alg, tokens, atOnce, contender)
        const own = roundsOf(results, alg, tokens, atOnce, tollgate)
        if (rounds === undefined || own === undefined) return absent
        return `${withSpread(rounds)} (${times(ratio(rounds, own))})`
      }),
    ]),
  )
}

function roundsOf(
  results: Results,
  alg: SignatureName,
  tokens: Tokens,
  atOnce: number,
  contender: string,
): Rounds | undefined {
  const is = (one: Series): boolean =>
    one.tokens === tokens && one.atOnce === atOnce && one.contender === contender
  return results.get(alg)?.find(is)?.rounds
}

function targetsOf(results: Results): readonly Target[] {
  const each = (tokens: Tokens, atOnce: number, value: (own: Rounds, peer: Rounds) => number) =>
    names.flatMap((alg) =>
      [tollgate, tollgateDiscovered].map((name) => {
        const own = roundsOf(results, alg, tokens, atOnce, name)
        const peer = tokens === 'new' ? jose : fastJwtCache
        const other = roundsOf(results, alg, tokens, atOnce, peer)
        if (own === undefined || other === undefined) throw new Error(`No rounds of ${peer}`)
        const where = `${algorithms[alg]}, ${name}`
        return { where, measured: value(own, other) }
      }),
    )
  return [
    ...ways.map((atOnce) =>
      worst(
        {
          what: `cached \`verify()\` / fast-jwt’s cache hit, ${way(atOnce)}`,
          limit: 1,
          side: 'at most',
          unit: '×',
        },
        each('cached', atOnce, ratio),
      ),
    ),
    worst(
      { what: 'cached `verify()`, one at a time', limit: 2, side: 'at most', unit: 'µs' },
      each('cached', 1, median),
    ),
    ...ways.map((atOnce) =>
      worst(
        {
          what: `new token / \`jose.jwtVerify\` alone, ${way(atOnce)}`,
          limit: 1.15,
          side: 'at most',
          unit: '×',
        },
        each('new', atOnce, ratio),
      ),
    ),
  ]
}

const method = ({ rounds, slice }: Pace): string =>
  [
    `- ${rounds} rounds of ${slice} ms for each contender, in turn, each in a process of its own. Each contender first had to accept a good token twice and to refuse a tampered, a foreign, an expired one and one of another key.`,
    '- All check signature, algorithm, `iss`, `aud` and times; tollgate, jose and fast-jwt also `typ`; tollgate also the claims that RFC 9068 demands.',
    `- Repeated: ${cached} tokens in turn, which the contender has seen before. New: ${whole(fresh)} in turn, so that a token comes again only after the caches (10,000 in tollgate, 1,000 in fast-jwt, their defaults) have dropped it; the caches store and drop tokens all the while.`,
    '- jsonwebtoken, aws-jwt-verify and fast-jwt with a given key block the thread while they verify, and are called without `await`; tollgate and jose use the thread pool of WebCrypto, from which 50 at once gain.',
  ].join('\n')
