import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { JWK } from 'jose'
import type { DecryptionOptions } from 'tollgate'
import { together } from '../in-process/batch.ts'
import { type Comparison, compare, type Entries, type Figures } from '../in-process/compare.ts'
import type { Issuers, Kind } from '../issuers.ts'
import type { GroupReport } from '../report/goals.ts'
import { digits } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import type { Group } from '../run.ts'

type KeyManagement = DecryptionOptions['algorithms'][number]

const algorithms: readonly KeyManagement[] = ['RSA-OAEP-256', 'ECDH-ES']
const contenders = ['tollgate', 'jose']
const way = (atOnce: number): string => (atOnce === 1 ? 'one at a time' : `${atOnce} at once`)
const cachedTitle = 'encrypted, cached'
const newTitle = (alg: KeyManagement, atOnce: number): string =>
  `encrypted, ${alg}, new, ${way(atOnce)}`

export const group: Group = async (run) => {
  const figures = await compare(comparisons(run.issuers), run)
  return report(
    figures,
    run.nodes.map(({ name }) => name),
  )
}

const comparisons = (issuers: Issuers): readonly Comparison[] => [
  {
    title: cachedTitle,
    entries: () => entriesOf(issuers, 'RSA-OAEP-256', ['tollgate'], 'cached', 1),
  },
  ...algorithms.flatMap((alg) =>
    [1, together].map((atOnce) => ({
      title: newTitle(alg, atOnce),
      entries: () => entriesOf(issuers, alg, contenders, 'new', atOnce),
    })),
  ),
]

function createKey(alg: KeyManagement): JWK {
  const { privateKey } =
    alg === 'RSA-OAEP-256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid: 'bench' }
}

async function entriesOf(
  issuers: Issuers,
  alg: KeyManagement,
  names: readonly string[],
  kind: Kind,
  atOnce: number,
): Promise<Entries> {
  // Imported here and not at the top, because the run has only now built the package.
  const { createTestIssuer } = await import('tollgate/testing')
  const { setting, files, bad } = await issuers.of('RS256')
  const key = createKey(alg)
  const { encrypt } = createTestIssuer()
  const encrypted = (token: string): string => encrypt(token, { key, alg })
  const tokens = readFileSync(files[kind], 'utf8').trimEnd().split('\n')
  const decryption: DecryptionOptions = { keys: [key], algorithms: [alg], encryption: ['A256GCM'] }
  const common = {
    subject: 'encrypted' as const,
    setting: {
      ...setting,
      trusted: (setting.trusted ?? []).map((one) => ({ ...one, decryption })),
    },
    file: issuers.write(`${alg}-${kind}`, tokens.map(encrypted)),
    bad: { signature: bad.signature.map(encrypted), claims: bad.claims.map(encrypted) },
    atOnce,
  }
  return Object.fromEntries(names.map((contender) => [contender, { ...common, contender }]))
}

function report(figures: Figures, nodes: readonly string[]): GroupReport {
  const cell = (title: string, node: string, name: string) =>
    digits(figures.median(title, node, name))
  return {
    title: 'verify() of encrypted tokens: microseconds for a token, signed by RS256',
    body: nodes.flatMap((node) => [
      table(
        [node, 'cached', ...algorithms.map((alg) => `new ${alg}`)],
        contenders.map((name) => [
          name,
          cell(cachedTitle, node, name),
          ...algorithms.map((alg) =>
            [1, together].map((atOnce) => cell(newTitle(alg, atOnce), node, name)).join(' / '),
          ),
        ]),
      ),
    ]),
    goals: [],
    short: [],
  }
}
