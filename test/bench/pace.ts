/** How long each part is measured, and how often. */
export interface Pace {
  /** Fresh processes of each contender: V8 may compile one better than another. */
  readonly processes: number
  /** Rounds of each of these processes. */
  readonly rounds: number
  /** Milliseconds of one round. */
  readonly slice: number
  /** Milliseconds that each process works before its first round. */
  readonly warmUp: number
  /** Rounds of a second under load, of each process of a guarded app. */
  readonly loadRounds: number
  /** Seconds of load before the first of these rounds. */
  readonly loadWarmUp: number
  /** Fresh processes for each import that is timed. */
  readonly starts: number
}

export const fullPace: Pace = {
  processes: 4,
  rounds: 10,
  slice: 25,
  warmUp: 400,
  loadRounds: 2,
  loadWarmUp: 2,
  starts: 9,
}

/** To try the programs out: the numbers mean little. */
export const quickPace: Pace = {
  processes: 1,
  rounds: 5,
  slice: 10,
  warmUp: 150,
  loadRounds: 1,
  loadWarmUp: 1,
  starts: 2,
}

/** All of them once, in a random order, so that none always runs after the same other one. */
export function inTurn<T>(all: readonly T[]): readonly T[] {
  return all
    .map((one) => ({ one, position: Math.random() }))
    .toSorted((a, b) => a.position - b.position)
    .map(({ one }) => one)
}
