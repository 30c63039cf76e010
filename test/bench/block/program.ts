/** Measures how long one turn of the event loop takes while many new tokens are verified at once. */
import { existsSync, openSync, readFileSync, readSync } from 'node:fs'
import type { Setting } from '../in-process/contender.ts'
import { perform } from '../program.ts'
import { verify } from '../verify/contenders.ts'

export interface Order {
  readonly contender: string
  readonly setting: Setting
  /** A file with a token in each line. */
  readonly file: string
  /** How many of them are verified at once, after V8 has seen the others. */
  readonly count: number
  readonly repeats: number
}

/**
 * Milliseconds that this thread has run, so that it does not count when other programs have the
 * core. Linux tells it in nanoseconds; elsewhere it is the time of day.
 */
const threadTime = createThreadTime()

/** Milliseconds. */
export interface Blocked {
  /** The turn of the event loop in which all tokens are handed to the contender. */
  readonly first: number
  /** The longest turn after that. */
  readonly longest: number
  /** Until the last token was verified. */
  readonly total: number
}

await perform(
  async ({ contender, setting, file, count, repeats }: Order): Promise<readonly Blocked[]> => {
    const tokens = readFileSync(file, 'utf8').trimEnd().split('\n')
    const found: Blocked[] = []
    for (let again = 0; again < repeats; again++) {
      // Anew, so that all tokens are new to it.
      const created = await verify[contender]?.(setting)
      if (created === undefined) throw new Error(`There is no ${contender}`)
      for (const token of tokens.slice(count)) await created.call(token)
      found.push(
        await watch(() => Promise.all(tokens.slice(0, count).map((token) => created.call(token)))),
      )
    }
    return found
  },
)

/** Begins all of the work in one turn of the event loop, and takes the time of each turn. */
async function watch(begin: () => Promise<unknown>): Promise<Blocked> {
  const turns: number[] = []
  let over = false
  let last = 0
  const turn = () => {
    const now = threadTime()
    turns.push(now - last)
    last = now
    if (!over) setImmediate(turn)
  }
  await new Promise((resolve) => setImmediate(resolve))
  setImmediate(turn)
  last = threadTime()
  const began = performance.now()
  await begin()
  const total = performance.now() - began
  over = true
  await new Promise((resolve) => setImmediate(resolve))
  const [first = 0, ...later] = turns
  return { first, longest: Math.max(0, ...later), total }
}

function createThreadTime(): () => number {
  const file = `/proc/self/task/${process.pid}/schedstat`
  if (!existsSync(file)) return () => performance.now()
  const opened = openSync(file, 'r')
  const text = Buffer.alloc(64)
  return () => {
    const length = readSync(opened, text, 0, text.length, 0)
    return Number(text.toString('latin1', 0, length).split(' ')[0]) / 1e6
  }
}
