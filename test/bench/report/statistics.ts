/**
 * What one contender reached, round by round. The rounds of two contenders at the same position are
 * a pair.
 */
export type Rounds = readonly number[]

export function median(values: Rounds): number {
  return quantile(values, 0.5)
}

/** Half the distance between the quartiles, as a part of the median. */
export function spread(values: Rounds): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)
}

/**
 * The median of the ratios of the pairs. When the machine gets slower during a run, it does so for
 * both rounds of a pair.
 */
export function ratio(values: Rounds, to: Rounds): number {
  if (values.length !== to.length) throw new Error('Rounds must come in pairs')
  return median(values.map((value, i) => value / (to[i] as number)))
}

/** A quantile by linear interpolation. The values may be in any order. */
export function quantile(values: Rounds, part: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  const position = (ordered.length - 1) * part
  const below = ordered[Math.floor(position)]
  const above = ordered[Math.ceil(position)]
  if (below === undefined || above === undefined) throw new Error('No value was measured')
  return below + (above - below) * (position - Math.floor(position))
}
