import { together } from '../in-process/batch.ts'
import { type Comparison, compare, type Entries, type Figures } from '../in-process/compare.ts'
import type { Issuers, Kind } from '../issuers.ts'
import type { Goal, GroupReport } from '../report/goals.ts'
import { digits } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import type { Group } from '../run.ts'
import type { SignatureName } from '../tokens.ts'

const algorithms: Readonly<Record<SignatureName, string>> = {
  RS256: 'RS256',
  PS256: 'PS256',
  ES256: 'ES256',
  EdDSA: 'Ed25519',
}
const names = Object.keys(algorithms) as SignatureName[]
const way = (atOnce: number): string => (atOnce === 1 ? 'one at a time' : `${atOnce} at once`)
const peers = ['jose', 'fast-jwt, no cache', 'aws-jwt-verify']

const cachedTitle = 'verify, RS256, cached'
const opaqueTitle = 'verify, opaque, cached'
const newTitle = (alg: SignatureName, atOnce: number): string =>
  `verify, ${algorithms[alg]}, new, ${way(atOnce)}`

export const group: Group = async (run) => {
  const figures = await compare(comparisons(run.issuers), run)
  return report(
    figures,
    run.nodes.map(({ name }) => name),
  )
}

export const comparisons = (issuers: Issuers): readonly Comparison[] => [
  {
    title: cachedTitle,
    entries: () => entriesOf(issuers, 'RS256', ['tollgate', 'fast-jwt, cache'], 'cached', 1),
  },
  {
    title: opaqueTitle,
    entries: async () => ({
      ...(await entriesOf(issuers, 'RS256', ['tollgate'], 'cached', 1)),
      ...(await entriesOf(issuers, 'RS256', ['tollgate, opaque'], 'opaque', 1)),
    }),
  },
  ...names.flatMap((alg) => {
    // aws-jwt-verify does not know PS256.
    const able = peers.filter((peer) => alg !== 'PS256' || peer !== 'aws-jwt-verify')
    const contenders = ['tollgate', ...able]
    return [
      {
        title: newTitle(alg, 1),
        entries: () => entriesOf(issuers, alg, [...contenders, 'crypto.verify'], 'new', 1),
      },
      {
        title: newTitle(alg, together),
        entries: () => entriesOf(issuers, alg, contenders, 'new', together),
      },
    ]
  }),
]

async function entriesOf(
  issuers: Issuers,
  alg: SignatureName,
  contenders: readonly string[],
  kind: Kind,
  atOnce: number,
): Promise<Entries> {
  const { setting, files, bad } = await issuers.of(alg)
  return Object.fromEntries(
    contenders.map((contender) => [
      contender,
      { subject: 'verify', contender, setting, file: files[kind], bad, atOnce },
    ]),
  )
}

function report(figures: Figures, nodes: readonly string[]): GroupReport {
  const cell = (title: string, node: string, name: string) =>
    digits(figures.median(title, node, name))
  const against = (title: string, what: string, limit: number, ...others: string[]): Goal => ({
    what,
    limit,
    unit: '×',
    measured: (node) => figures.ratio(title, node, 'tollgate', ...others),
  })
  return {
    title: 'verify(): microseconds for a token',
    body: nodes.flatMap((node) => [
      table(
        [node, 'cached', ...names.map((alg) => `new ${algorithms[alg]}`)],
        ['tollgate', 'fast-jwt, cache', ...peers, 'crypto.verify'].map((name) => [
          name,
          cell(cachedTitle, node, name),
          ...names.map((alg) =>
            [1, together].map((atOnce) => cell(newTitle(alg, atOnce), node, name)).join(' / '),
          ),
        ]),
      ),
    ]),
    goals: [
      {
        what: '`verify()`, cached token',
        limit: 2,
        unit: 'µs',
        measured: (node) => figures.median(cachedTitle, node, 'tollgate'),
      },
      against(cachedTitle, 'the same / fast-jwt’s cache', 0.8, 'fast-jwt, cache'),
      {
        what: 'cached opaque token / cached JWT',
        limit: 1.2,
        unit: '×',
        measured: (node) => figures.ratio(opaqueTitle, node, 'tollgate, opaque', 'tollgate'),
      },
      ...(['RS256', 'PS256'] as const).flatMap((alg) => {
        const title = newTitle(alg, 1)
        return [
          against(title, `new ${alg}, one at a time / \`crypto.verify\``, 1.5, 'crypto.verify'),
          against(title, `new ${alg}, one at a time / fast-jwt, no cache`, 1, 'fast-jwt, no cache'),
          against(title, `new ${alg}, one at a time / \`jose.jwtVerify\``, 0.45, 'jose'),
        ]
      }),
      ...names.map((alg) => {
        const what = `new ${algorithms[alg]}, ${way(together)} / the best of the others`
        return against(newTitle(alg, together), what, 1, ...peers)
      }),
    ],
    short: [
      [
        '`verify()`, cached token, µs (fast-jwt’s cache)',
        ...nodes.map((node) => {
          const [own, other] = ['tollgate', 'fast-jwt, cache'].map((name) =>
            cell(cachedTitle, node, name),
          )
          return `${own} (${other})`
        }),
      ],
      ...[1, together].map((atOnce) => [
        `\`verify()\`, new RS256 tokens, ${way(atOnce)}, µs each (jose, fast-jwt)`,
        ...nodes.map((node) => {
          const title = newTitle('RS256', atOnce)
          const [own, jose, fast] = ['tollgate', 'jose', 'fast-jwt, no cache'].map((name) =>
            cell(title, node, name),
          )
          return `${own} (${jose}, ${fast})`
        }),
      ]),
    ],
  }
}
