/**
 * What one contender reached, round by round. The rounds of two contenders at the same position are
 * neighbours: one was measured soon after the other.
 */
export type Rounds = readonly number[]

export function median(values: Rounds): number {
  const ordered = values.toSorted((a, b) => a - b)
  const middle = (ordered.length - 1) / 2
  const below = ordered[Math.floor(middle)]
  const above = ordered[Math.ceil(middle)]
  if (below === undefined || above === undefined) throw new Error('No value was measured')
  return (below + above) / 2
}

/**
 * The median of the ratios of neighbours. When the machine gets slower during a run, it does so for
 * both of them.
 */
export function ratio(values: Rounds, to: Rounds): number {
  if (values.length !== to.length) throw new Error('Rounds must come in pairs')
  return median(values.map((value, i) => value / (to[i] as number)))
}
