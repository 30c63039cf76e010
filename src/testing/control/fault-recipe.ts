import { isPlainObject, knownOptions, nearest, wrongOption } from '../../core/option-checks.ts'
import type { Fault, FaultRecipe } from '../fault.ts'
import { faultRecipe } from '../fault.ts'
import { faults } from '../faults.ts'

type Make = (...args: unknown[]) => Fault

const { jwks, metadata, ...general } = faults
const makers = new Map([
  ...makersIn('', general),
  ...makersIn('jwks.', jwks),
  ...makersIn('metadata.', metadata),
])

function makersIn(group: string, made: object): [name: string, Make][] {
  return Object.entries(made).map(([name, make]) => [`${group}${name}`, make])
}

/** The names of all faults, such as 'status' and 'jwks.empty'. */
export const faultNames: readonly string[] = [...makers.keys()]

/** How a fault is made, as JSON can say it. Undefined for one that `faults` has not made. */
export function recipeOf(fault: Fault): FaultRecipe | undefined {
  const recipe = fault[faultRecipe]
  if (recipe === undefined) return undefined
  const given = recipe.args.slice(0, recipe.args.findLastIndex((arg) => arg !== undefined) + 1)
  return { name: recipe.name, args: given.map(toJson) }
}

/** @throws TypeError for what is no recipe, and for a number that makes no sense. */
export function makeFault(recipe: unknown): Fault {
  const { name, args = [] } = knownOptions("member 'fault'", recipe, { name: true, args: true })
  const make = makers.get(name as string)
  if (make === undefined) {
    const near = typeof name === 'string' ? nearest(name, faultNames) : undefined
    const fix = near ? `did you mean '${near}'?` : `it is one of ${faultNames.join(', ')}`
    return wrongOption("member 'name' of the fault", `is no fault: ${fix}`)
  }
  if (!Array.isArray(args)) return wrongOption("member 'args' of the fault", 'must be a list')
  return make(...args.map(fromJson))
}

function toJson(arg: unknown): unknown {
  return arg instanceof Uint8Array ? { base64: Buffer.from(arg).toString('base64') } : arg
}

function fromJson(arg: unknown): unknown {
  if (arg === null) return undefined
  if (!isPlainObject(arg) || !Object.hasOwn(arg, 'base64')) return arg
  return new Uint8Array(Buffer.from(String((arg as { base64: unknown }).base64), 'base64'))
}
