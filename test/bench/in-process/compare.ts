import { inTurn } from '../pace.ts'
import { type Started, start } from '../process.ts'
import { median, type Rounds, ratio } from '../report/statistics.ts'
import type { Run } from '../run.ts'
import type { Batch, Prepare } from './program.ts'

/** Contenders that take turns, each under the name that it has in the tables. */
export interface Comparison {
  readonly title: string
  /** Makes keys and tokens, so it is called only if the comparison is measured. */
  entries(): Promise<Entries>
}

export type Entries = Readonly<Record<string, Omit<Prepare, 'slice' | 'warmUp'>>>

/** What was measured, by the title of the comparison, the name of the Node, and the contender. */
export class Figures {
  readonly #rounds = new Map<string, number[]>()

  add(title: string, node: string, contender: string, value: number): void {
    const key = [title, node, contender].join('\n')
    const rounds = this.#rounds.get(key) ?? []
    this.#rounds.set(key, rounds)
    rounds.push(value)
  }

  median(title: string, node: string, contender: string): number | undefined {
    const rounds = this.rounds(title, node, contender)
    return rounds && median(rounds)
  }

  /** The median of the ratios of neighbouring rounds; of several others, the highest. */
  ratio(title: string, node: string, contender: string, ...others: string[]): number | undefined {
    const own = this.rounds(title, node, contender)
    if (own === undefined) return undefined
    const found = others.map((other) => this.rounds(title, node, other))
    const ratios = found.flatMap((rounds) => (rounds ? [ratio(own, rounds)] : []))
    return ratios.length === 0 ? undefined : Math.max(...ratios)
  }

  rounds(title: string, node: string, contender: string): Rounds | undefined {
    return this.#rounds.get([title, node, contender].join('\n'))
  }
}

interface Running {
  readonly node: string
  readonly contender: string
  readonly process: Started<number>
}

/** Microseconds for a token, of every contender on every Node. */
export async function compare(
  comparisons: readonly Comparison[],
  { nodes, pace, only }: Run,
): Promise<Figures> {
  const figures = new Figures()
  for (const { title, entries } of comparisons.filter((one) => one.title.includes(only))) {
    console.error(title)
    const contenders = Object.entries(await entries())
    for (let again = 0; again < pace.processes; again++) {
      const running: Running[] = []
      try {
        for (const [contender, entry] of inTurn(contenders)) {
          const order: Prepare = { ...entry, slice: pace.slice, warmUp: pace.warmUp }
          for (const node of nodes) {
            const process = await start<number>('in-process', order, { node })
            running.push({ node: node.name, contender, process })
          }
        }
        for (let round = 0; round < pace.rounds; round++) {
          for (const { node, contender, process } of inTurn(running)) {
            const batch: Batch = { count: process.reply }
            figures.add(title, node, contender, await process.ask<number>(batch))
          }
        }
      } finally {
        await Promise.all(running.map(({ process }) => process.end()))
      }
    }
  }
  return figures
}
