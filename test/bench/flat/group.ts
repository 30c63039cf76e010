import type { TestIssuer } from 'tollgate/testing'
import { type Comparison, compare, type Figures } from '../in-process/compare.ts'
import type { Issuers } from '../issuers.ts'
import type { Goal, GroupReport } from '../report/goals.ts'
import { digits } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import type { Group } from '../run.ts'
import { audience, mintTokens } from '../tokens.ts'

/** How many tokens take turns. All issuers and keys sign the same share of them. */
const tokenCount = 1_000
/** ES256, because its keys are made quickly. */
const alg = 'ES256'
const few = '1'

const curves = [
  { name: 'issuers', many: '1,000', title: 'flat, issuers, cached' },
  { name: 'issuers', many: '1,000', title: 'flat, issuers, token cache off' },
  { name: 'keys', many: '100', title: 'flat, keys, cached' },
  { name: 'keys', many: '100', title: 'flat, keys, token cache off' },
  { name: 'routes', many: '1,000', title: 'flat, routes, cached' },
] as const
type Name = (typeof curves)[number]['name']

/** The issuers and keys that sign the tokens, in turn. */
type Signers = readonly { readonly issuer: TestIssuer; readonly key: number }[]

export const group: Group = async (run) => {
  const figures = await compare(comparisons(run.issuers), run)
  return report(
    figures,
    run.nodes.map(({ name }) => name),
  )
}

const comparisons = (issuers: Issuers): readonly Comparison[] =>
  curves.map(({ name, many, title }) => ({
    title,
    entries: async () => ({
      [few]: await entryOf(name, 1, title, issuers),
      [many]: await entryOf(name, Number(many.replace(',', '')), title, issuers),
    }),
  }))

async function entryOf(name: Name, count: number, title: string, issuers: Issuers) {
  const { setting, files, bad } = await issuers.of(alg)
  if (name === 'routes') {
    const routes = { ...setting, routes: count }
    return { ...shared, subject: 'express' as const, setting: routes, file: files.cached, bad }
  }
  const signers = name === 'issuers' ? await manyIssuers(count) : await manyKeys(count)
  const trusted = [...new Set(signers.map(({ issuer }) => issuer))].map(({ url, jwks }) => ({
    issuer: url,
    jwks,
  }))
  return {
    ...shared,
    subject: 'verify' as const,
    setting: { ...setting, trusted, ...(title.endsWith('off') && { tokenCache: false as const }) },
    file: issuers.write(`${name}-${count}`, await mintInTurn(signers)),
    bad,
  }
}

const shared = { contender: 'tollgate', atOnce: 1 }

/**
 * Keys of a seed are not made by `generateKeyPairSync`. In Node 20, a garbage collection while such
 * a key is exported can stop the process for good: about one time in some ten thousand keys.
 */
const seed = (i: number) => ({ seed: `issuer-${i}` })

async function manyIssuers(count: number): Promise<Signers> {
  const { createTestIssuer } = await import('tollgate/testing')
  return Array.from({ length: count }, (_, i) => ({
    issuer: createTestIssuer({ url: `https://issuer-${i}.test`, audience, alg, keys: seed(i) }),
    key: 0,
  }))
}

async function manyKeys(count: number): Promise<Signers> {
  const { createTestIssuer } = await import('tollgate/testing')
  const issuer = createTestIssuer({ audience, alg, keys: seed(0) })
  while (issuer.keys.all.length < count) issuer.keys.rotate()
  return issuer.keys.all.map((_, key) => ({ issuer, key }))
}

async function mintInTurn(signers: Signers): Promise<readonly string[]> {
  const shares = await Promise.all(
    signers.map(({ issuer: { url, keys }, key }) => {
      const { privateJwk } = keys.all[key] ?? keys.current
      return mintTokens({ url, audience, alg, privateJwk }, tokenCount / signers.length)
    }),
  )
  return Array.from({ length: tokenCount }, (_, i) => {
    const share = shares[i % shares.length]
    return share?.[Math.floor(i / shares.length)] as string
  })
}

function report(figures: Figures, nodes: readonly string[]): GroupReport {
  const goal = (what: string, name?: Name): Goal => ({
    what: `${what}: the most / one`,
    limit: 1.2,
    unit: '×',
    measured(node) {
      const ratios = curves
        .filter((curve) => curve.name === name)
        .map(({ title, many }) => figures.ratio(title, node, many, few))
      const known = ratios.filter((ratio) => ratio !== undefined)
      return known.length === 0 ? undefined : Math.max(...known)
    },
  })
  return {
    title: 'Flatness: microseconds with one / with the most, ES256; the worse one counts',
    body: [
      table(
        ['', 'the most', ...nodes],
        curves.map(({ title, many }) => [
          title.replace('flat, ', ''),
          many,
          ...nodes.map((node) =>
            [few, many].map((count) => digits(figures.median(title, node, count))).join(' / '),
          ),
        ]),
      ),
    ],
    goals: [
      goal('1 to 1,000 issuers', 'issuers'),
      goal('1 to 1,000 guarded routes', 'routes'),
      goal('1 to 100 keys', 'keys'),
      goal('10,000 rules (nothing has rules yet)'),
    ],
    short: [],
  }
}
