/**
 * Every wrong configuration ends here: a TypeError that names the option and says how to fix it.
 */
export function wrongOption(option: string, fix: string): never {
  throw new TypeError(`tollgate: ${option} ${fix}`)
}

/**
 * The options as an object, with no key that is not among `known`: an option that was ignored could
 * leave a route open.
 */
export function knownOptions(
  what: string,
  options: unknown,
  known: Readonly<Record<string, unknown>>,
  elsewhere: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  if (!isPlainObject(options)) wrongOption(what, `must be a plain object, not ${kindOf(options)}`)
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const location = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
    if (location !== undefined) wrongOption(`unknown option '${name}'`, `in ${what}: ${location}`)
    const near = nearest(name, Object.keys(known))
    const fix = near ? `did you mean '${near}'?` : `known are ${Object.keys(known).join(', ')}`
    wrongOption(`unknown option '${name}'`, `in ${what}: ${fix}`)
  }
  return { ...options }
}

/**
 * A Promise, a Map or an instance of a class has no options to read: if it were accepted, it would
 * ask for nothing.
 */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // Compared by shape and not with Object.prototype: options may come from another realm, as in
  // some test runners.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** A number of seconds (or a count, with `whole`) within its bounds. */
export function numberWithin(
  option: string,
  value: unknown,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    wrongOption(option, `must be a number from ${min} to ${max}, not ${kindOf(value)}`)
  }
  if (whole && !Number.isInteger(value)) wrongOption(option, `must be a whole number, not ${value}`)
  return value
}

export function optionalFunction<F>(option: string, value: unknown): F | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'function') wrongOption(option, `must be a function, not ${kindOf(value)}`)
  return value as F
}

export function optionalBoolean(option: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  return wrongOption(option, `must be true or false, not ${kindOf(value)}`)
}

/**
 * An option that is present with the value undefined is refused where it decides: `audience:
 * process.env.AUDIENCE` must not mean "no audience" when the variable is missing.
 */
export function checkDefined(
  what: string,
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  for (const name of names) {
    if (Object.hasOwn(options, name) && options[name] === undefined) {
      wrongOption(`${what} '${name}'`, 'is present but undefined: give it a value, or leave it out')
    }
  }
}

export function checkDistinct(option: string, values: readonly string[]): void {
  const repeated = values.find((value, i) => values.indexOf(value) !== i)
  if (repeated !== undefined) wrongOption(option, `names '${repeated}' twice`)
}

/** Names a value in a message by its kind: the value itself may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array'
  if (value instanceof RegExp) return 'a regular expression'
  if (value instanceof Promise) return 'a Promise: await it first'
  if (value === '') return 'an empty string'
  if (typeof value === 'number') return String(value)
  if (value === undefined) return 'undefined'
  return typeof value === 'object' ? 'such an object' : `a ${typeof value}`
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)[0]
  if (ranked === undefined) return undefined
  return ranked.distance <= Math.max(2, ranked.candidate.length / 3) ? ranked.candidate : undefined
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
