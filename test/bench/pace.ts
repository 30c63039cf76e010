/** How long things are measured. */
export interface Pace {
  readonly quick: boolean
  /** Rounds of each contender of the group `verify` and of the curves of `scale`. */
  readonly rounds: number
  /** Milliseconds of one contender in one of these rounds. */
  readonly slice: number
  /** Milliseconds of one contender before the first of these rounds. */
  readonly warmUp: number
  /** Fresh processes of each guarded app: one may be compiled, or lie in memory, better than another. */
  readonly appStarts: number
  /** Rounds of each of these under load. */
  readonly loadRounds: number
  /** Seconds of load in one of these rounds; wrk takes whole ones. */
  readonly loadSeconds: number
  /** Seconds of load before it with new tokens: at a few thousand a second, their longer way is compiled late. */
  readonly warmUpSeconds: number
  /** Fresh processes per entry. */
  readonly starts: number
  /** Seconds of load beside key refreshes. */
  readonly refreshSeconds: number
}

export const fullPace: Pace = {
  quick: false,
  rounds: 20,
  slice: 60,
  warmUp: 1_000,
  appStarts: 3,
  loadRounds: 3,
  loadSeconds: 1,
  warmUpSeconds: 3,
  starts: 11,
  refreshSeconds: 20,
}

export const quickPace: Pace = {
  quick: true,
  rounds: 3,
  slice: 15,
  warmUp: 60,
  appStarts: 1,
  loadRounds: 1,
  loadSeconds: 1,
  warmUpSeconds: 1,
  starts: 3,
  refreshSeconds: 4,
}

/** All of them once, in an order by chance: none always runs after the same one. */
export function inTurn<T>(all: readonly T[]): readonly T[] {
  return all
    .map((one) => ({ one, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one)
}
