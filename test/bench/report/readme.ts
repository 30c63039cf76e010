import { readFileSync, writeFileSync } from 'node:fs'
import type { Node } from '../nodes.ts'

const file = new URL('../../../README.md', import.meta.url)
const begin = '<!-- speed: npm run bench writes what is between these two lines -->'
const end = '<!-- /speed -->'

/** Puts the figures of a run into README.md of the package. */
export function writeReadme(short: string, nodes: readonly Node[]): void {
  const [before, after] = readFileSync(file, 'utf8').split(begin)
  const rest = after?.split(end)[1]
  if (before === undefined || rest === undefined) throw new Error(`README.md lacks ${begin}`)
  const versions = nodes.map(({ version }) => version).join(' and ')
  const text = `Medians of one run of \`npm run bench\`, on Node ${versions}; in brackets what the others took.

${short}

[test/bench/RESULTS.md](test/bench/RESULTS.md) has the goals, which of them are reached, and the tables behind these figures.`
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${end}${rest}`)
}
