/** How long each part is measured, and how often. */
export interface Pace {
  readonly quick: boolean
  /** Rounds of each contender of the group `verify` and of the curves of `scale`. */
  readonly rounds: number
  /** Milliseconds of one contender in one of these rounds. */
  readonly slice: number
  /** Milliseconds of one contender before the first of these rounds. */
  readonly warmUp: number
  /**
   * Fresh processes of each guarded app. V8 may compile one better than another, or it may have a
   * better place in memory.
   */
  readonly appStarts: number
  /** Rounds under load of each of these processes. */
  readonly loadRounds: number
  /** Seconds of load in one of these rounds; wrk takes only whole seconds. */
  readonly loadSeconds: number
  /**
   * Seconds of load before the first of these rounds with new tokens. At a few thousand requests
   * per second, V8 takes long to compile the code that verifies a new token.
   */
  readonly warmUpSeconds: number
  /** Fresh processes for each import that is timed. */
  readonly starts: number
  /** Seconds of load while keys are refreshed. */
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

/** All of them once, in a random order, so that none always runs after the same other one. */
export function inTurn<T>(all: readonly T[]): readonly T[] {
  return all
    .map((one) => ({ one, position: Math.random() }))
    .toSorted((a, b) => a.position - b.position)
    .map(({ one }) => one)
}
