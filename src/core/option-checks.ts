import { withoutPrototype } from './own-members.ts'

/** The messages of wrong options, with '...' in the place of each value that was given. */
const messagesWithoutValues = new WeakMap<object, string>()

/**
 * Every wrong configuration ends here: a TypeError that names the option and says how to fix it.
 * Each `%s` of `fix` stands for one of `values`, texts that somebody gave.
 */
export function wrongOption(option: string, fix: string, ...values: string[]): never {
  const error = new TypeError(
    `tollgate: ${option} ${fix.replace(/%s/g, (s) => values.shift() ?? s)}`,
  )
  messagesWithoutValues.set(error, `${option} ${fix.replace(/%s/g, '...')}`)
  throw error
}

/**
 * What `wrongOption` has said, without the values. Undefined for every other error: what is in its
 * message is not known.
 */
export function withoutValues(error: unknown): string | undefined {
  return messagesWithoutValues.get(error as object)
}

/**
 * The options as a copy without a prototype, with no key that is not among `known`: an option that
 * was ignored could leave a route open.
 */
export function knownOptions(
  what: string,
  options: unknown,
  known: Readonly<Record<string, unknown>>,
  elsewhere: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  for (const name of namesIn(what, options)) {
    if (Object.hasOwn(known, name)) continue
    const location = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
    if (location !== undefined) wrongOption('unknown option', `'%s' in ${what}: ${location}`, name)
    const near = nearest(name, Object.keys(known))
    const fix = near ? `did you mean '${near}'?` : `known are ${Object.keys(known).join(', ')}`
    wrongOption('unknown option', `'%s' in ${what}: ${fix}`, name)
  }
  return plainMembers(what, options)
}

/** The members of an object as a copy without a prototype, whatever their names. */
export function plainMembers(what: string, object: unknown): Record<string, unknown> {
  for (const name of namesIn(what, object)) {
    if (Object.prototype.propertyIsEnumerable.call(object, name)) continue
    const fix = `is not enumerable and would be ignored: write { ${name}: … }`
    wrongOption(`option '${name}'`, `in ${what} ${fix}`)
  }
  return withoutPrototype(object as Record<string, unknown>)
}

function namesIn(what: string, object: unknown): readonly string[] {
  if (!isPlainObject(object)) wrongOption(what, `must be a plain object, not ${objectFlaw(object)}`)
  return Reflect.ownKeys(object).map((name) => {
    if (typeof name === 'string') return name
    const fix = 'which would be ignored: remove it, or name it by a string'
    return wrongOption(what, `has a member under the symbol ${String(name)}, ${fix}`)
  })
}

/**
 * Whether a value is an object that inherits nothing but what every object does. A Promise, a Map
 * or an instance of a class has no options to read: if it were accepted, it would ask for nothing.
 */
export function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === null) return true
  // That is told by the shape of the prototype and not by comparing with Object.prototype: options
  // may come from another realm, as in some test runners, and there Object.prototype is another
  // object. Only an Object.prototype has this method of its own.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

/** Names what is no plain object, and where the name does not say it, how to fix it. */
function objectFlaw(value: unknown): string {
  const kind = kindOf(value)
  if (kind !== 'such an object') return kind
  return `${kind}: what an object inherits would be ignored: write { name: value }`
}

/**
 * Refuses arguments behind the last one that a function reads. Functions such as map() hand over
 * more than one, and what was meant to be read there would be ignored.
 *
 * @param name What the function is called.
 */
export function checkNoMore(name: string, further: readonly unknown[]): void {
  if (further.length === 0) return
  const fix = `state everything in one object, and in map() write (one) => ${name}(one)`
  wrongOption(name, `was given an argument too many, which would be ignored: ${fix}`)
}

/** A number of seconds (or a count, with `whole`) within its bounds. */
export function numberWithin(
  option: string,
  value: unknown,
  bounds: { min: number; max: number; whole?: boolean },
): number {
  const { min, max, whole } = withoutPrototype(bounds)
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
 *
 * @param isRequired Whether the option may not be left out instead.
 */
export function checkDefined(
  what: string,
  options: Readonly<Record<string, unknown>>,
  names: readonly string[],
  isRequired = false,
): void {
  for (const name of names) {
    if (Object.hasOwn(options, name) && options[name] === undefined) {
      const fix = isRequired ? '. Is an environment variable missing?' : ', or leave it out'
      wrongOption(`${what} '${name}'`, `is present but undefined: give it a value${fix}`)
    }
  }
}

export function checkDistinct(option: string, values: readonly string[]): void {
  const repeated = values.find((value, i) => values.indexOf(value) !== i)
  if (repeated !== undefined) wrongOption(option, "names '%s' twice", repeated)
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

/** The one of some known names that was probably meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
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
