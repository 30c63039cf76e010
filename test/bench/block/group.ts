import { Figures } from '../in-process/compare.ts'
import { inTurn } from '../pace.ts'
import { run as runProgram } from '../process.ts'
import { digits } from '../report/numbers.ts'
import { table } from '../report/table.ts'
import type { Group } from '../run.ts'
import type { Blocked, Order } from './program.ts'

const count = 10_000
const algorithms = ['RS256', 'ES256'] as const
const contenders = ['tollgate', 'jose']
const parts = ['first', 'longest', 'total'] as const

export const group: Group = async ({ nodes, pace, issuers }) => {
  const figures = new Figures()
  const names = nodes.map(({ name }) => name)
  for (const alg of algorithms) {
    console.error(`block, ${alg}`)
    const { setting, files } = await issuers.of(alg)
    for (let again = 0; again < pace.processes; again++) {
      for (const node of nodes) {
        for (const contender of inTurn(contenders)) {
          const repeats = Math.min(3, pace.processes)
          const order: Order = { contender, setting, file: files.new, count, repeats }
          for (const blocked of await runProgram<readonly Blocked[]>('block', order, { node })) {
            for (const part of parts) figures.add(alg + part, node.name, contender, blocked[part])
          }
        }
      }
    }
  }
  const of = (part: (typeof parts)[number], alg: string, node: string, contender: string) =>
    figures.median(alg + part, node, contender)
  const worse = (part: (typeof parts)[number], node: string): number =>
    Math.max(...algorithms.map((alg) => of(part, alg, node, 'tollgate') ?? 0))
  return {
    title: '10,000 new tokens at once: milliseconds of the event loop',
    body: [
      table(
        ['', ...algorithms.flatMap((alg) => names.map((node) => `${alg}, ${node}`))],
        contenders.map((contender) => [
          contender,
          ...algorithms.flatMap((alg) =>
            names.map((node) =>
              parts.map((part) => digits(of(part, alg, node, contender))).join(' / '),
            ),
          ),
        ]),
      ),
      'The turn in which one loop calls `verify()` for all of them / the longest turn after it / until all are verified. Turns are in time of their thread, so that other programs do not count.',
    ],
    goals: [
      {
        what: '10,000 new tokens at once, the longest turn, RS256 or ES256',
        limit: 10,
        unit: 'ms',
        measured: (node) => Math.max(worse('first', node), worse('longest', node)),
      },
      {
        what: 'the same without the loop that calls `verify()` 10,000 times',
        limit: 10,
        unit: 'ms',
        measured: (node) => worse('longest', node),
      },
    ],
    short: [],
  }
}
