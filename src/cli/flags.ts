import { parseArgs } from 'node:util'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { publicKeyAlgorithms } from '../core/algorithms.ts'
import { nearest } from '../core/option-checks.ts'
import { readDuration } from './duration.ts'
import { wrongUsage } from './failure.ts'
import { escaped } from './io.ts'

/** The flags of a command. 'list' may be given several times. */
export type KnownFlags = Readonly<Record<string, 'text' | 'list' | 'switch'>>

/** The arguments of a command, read and checked. */
export interface Flags {
  /** The arguments that are no flags. */
  readonly positionals: readonly string[]
  /** What stands after `--`. */
  readonly command: readonly string[]
  has(name: string): boolean
  text(name: string): string | undefined
  list(name: string): readonly string[]
  /** Seconds. */
  duration(name: string): number | undefined
  algorithm(name: string): PublicKeyAlgorithm | undefined
  /** One of these values. */
  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined
}

interface Limits {
  readonly flags: KnownFlags
  readonly maxArguments: number
  readonly takesCommand?: true
}

/** @throws CommandFailure that names the nearest flag for one that does not exist. */
export function readFlags(args: readonly string[], limits: Limits): Flags {
  const end = args.indexOf('--')
  const own = end < 0 ? args : args.slice(0, end)
  const command = end < 0 ? [] : args.slice(end + 1)
  if (end >= 0 && limits.takesCommand !== true) wrongUsage("this command takes nothing after '--'")
  if (end >= 0 && command.length === 0) wrongUsage("name the command to run after '--'")
  checkNames(own, limits.flags)
  const { values, positionals } = parse(own, limits.flags, true)
  const extra = positionals[limits.maxArguments]
  if (extra !== undefined) wrongUsage(`unexpected argument '${escaped(extra, 60)}'`)
  return createFlags(values, positionals, command)
}

type Values = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

function parse(args: readonly string[], flags: KnownFlags, strict: boolean) {
  const options = Object.fromEntries(
    Object.entries({ ...flags, help: 'switch' }).map(([name, kind]) => [
      name,
      {
        type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: kind === 'list',
        ...(name === 'help' && { short: 'h' }),
      },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, strict, allowPositionals: true, tokens: true })
  } catch (error) {
    // What is left to be wrong is a value that is missing, or that stands where none may.
    const { message } = error as Error
    const [, name = ''] = /--([a-z-]+)/.exec(message) ?? []
    if (flags[name] === undefined || flags[name] === 'switch') {
      return wrongUsage(`flag '--${name}' takes no value`)
    }
    const next = args[args.indexOf(`--${name}`) + 1]
    const fix = next?.startsWith('-') ? `: if it begins with a dash, write --${name}=-x` : ''
    return wrongUsage(`flag '--${name}' needs a value${fix}`)
  }
}

function checkNames(args: readonly string[], flags: KnownFlags): void {
  const seen = new Set<string>()
  for (const token of parse(args, flags, false).tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    if (!Object.hasOwn(flags, name) && name !== 'help') {
      const names = [...Object.keys(flags), 'help']
      const near = names.find((one) => isBeginning(name, one)) ?? nearest(name, names)
      const fix = near === undefined ? '' : `: did you mean '--${near}'?`
      wrongUsage(`unknown flag '${escaped(rawName, 60)}'${fix}`)
    }
    if (seen.has(name) && flags[name] === 'text') wrongUsage(`flag '--${name}' is given twice`)
    seen.add(name)
  }
}

/** `--aud` is meant as `--audience`, and `--expires` as `--expires-in`. */
function isBeginning(given: string, name: string): boolean {
  return given.length >= 3 && (name.startsWith(given) || given.startsWith(`${name}-`))
}

function createFlags(
  values: Values,
  positionals: readonly string[],
  command: readonly string[],
): Flags {
  const text = (name: string): string | undefined => {
    const value = values[name]
    if (value === '') wrongUsage(`flag '--${name}' needs a value`)
    return typeof value === 'string' ? value : undefined
  }
  function oneOf<V extends string>(name: string, allowed: readonly V[]): V | undefined {
    const value = text(name)
    if (value === undefined) return undefined
    const found = allowed.find((one) => one === value)
    if (found !== undefined) return found
    const near = nearest(value, allowed)
    const fix = near ? `did you mean '${near}'?` : `it is one of ${allowed.join(', ')}`
    return wrongUsage(`flag '--${name}' is '${escaped(value, 60)}': ${fix}`)
  }
  return {
    positionals,
    command,
    text,
    oneOf,
    has: (name) => values[name] !== undefined,
    list: (name) => [values[name] ?? []].flat().map(String),
    duration(name) {
      const value = text(name)
      return value === undefined ? undefined : readDuration(name, value)
    },
    algorithm: (name) => oneOf(name, publicKeyAlgorithms),
  }
}
