/** What one contender reached, round by round. A round of one contender and that of another are a pair. */
export type Rounds = readonly number[]

export function median(values: Rounds): number {
  return quantile(values, 0.5)
}

/** Half the distance between the quartiles, as a part of the median: half of the rounds lie within it. */
export function spread(values: Rounds): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values)
}

/** The median of the ratios of the pairs: a machine that gets slower does so for both of a pair. */
export function ratio(values: Rounds, to: Rounds): number {
  if (values.length !== to.length) throw new Error('Rounds must come in pairs')
  return median(values.map((value, i) => value / (to[i] as number)))
}

/** Of values that need no order, by linear interpolation. */
export function quantile(values: Rounds, part: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  const place = (ordered.length - 1) * part
  const below = ordered[Math.floor(place)]
  const above = ordered[Math.ceil(place)]
  if (below === undefined || above === undefined) throw new Error('No value was measured')
  return below + (above - below) * (place - Math.floor(place))
}
