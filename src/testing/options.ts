/** Refuses option names that are not known: an ignored option would make a test prove something else. */
export function refuseUnknown(
  owner: string,
  given: object,
  known: Readonly<Record<string, true>>,
): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(
        `${owner} knows no option "${name}"; it takes ${Object.keys(known).join(', ')}.`,
      )
    }
  }
}

/** Reads a number, or refuses it: NaN and Infinity would become `null` in a claim and 1 ms in a timer. */
export function readNumber(
  name: string,
  value: number,
  least: number = Number.NEGATIVE_INFINITY,
): number {
  if (!Number.isFinite(value) || value < least) {
    const bound = least > Number.NEGATIVE_INFINITY ? ` of at least ${least}` : ''
    throw new TypeError(`${name} must be a finite number${bound}.`)
  }
  return value
}
