/** How long things are measured. */
export interface Pace {
  readonly quick: boolean
  /** Rounds of each contender of the group `verify` and of the curves of `scale`. */
  readonly rounds: number
  /** Milliseconds of one contender in one of these rounds. */
  readonly slice: number
  /** Milliseconds of one contender before the first of these rounds. */
  readonly warmUp: number
  /** Rounds of each guarded app under load. */
  readonly loadRounds: number
  /** Seconds of load in one of these rounds; wrk takes whole ones. */
  readonly loadSeconds: number
  /** Seconds of load before it with new tokens: at a few thousand a second, their longer way is compiled late. */
  readonly warmUpSeconds: number
  /** Processes of each side of a profile. */
  readonly profiles: number
  /** Fresh processes per entry. */
  readonly starts: number
  /** Seconds of load beside key refreshes. */
  readonly refreshSeconds: number
}

export const fullPace: Pace = {
  quick: false,
  rounds: 25,
  slice: 40,
  warmUp: 250,
  loadRounds: 6,
  loadSeconds: 1,
  warmUpSeconds: 4,
  profiles: 5,
  starts: 11,
  refreshSeconds: 20,
}

export const quickPace: Pace = {
  quick: true,
  rounds: 3,
  slice: 15,
  warmUp: 60,
  loadRounds: 1,
  loadSeconds: 1,
  warmUpSeconds: 1,
  profiles: 1,
  starts: 3,
  refreshSeconds: 4,
}

/** Each round begins with another contender, so that none always runs after the same one. */
export function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  const first = round % all.length
  return [...all.slice(first), ...all.slice(0, first)]
}
