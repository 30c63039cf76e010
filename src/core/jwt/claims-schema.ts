import type { JWTPayload } from '../auth.ts'
import { isPlainObject, kindOf, wrongOption } from '../option-checks.ts'
import { memberOf } from '../own-members.ts'
import { invalidToken } from './details.ts'

/**
 * A validator in the form of Standard Schema 1 (standardschema.dev): Zod 3.24+, Valibot 1+, ArkType
 * 2+ and others.
 */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => Verdict<Output> | Promise<Verdict<Output>>
  }
}

/**
 * A schema of which no more is known than the type `StandardSchema`. The schemas of libraries state
 * the types of their input and output here (`~standard.types`), so this is none of them.
 */
export type UnknownSchema = StandardSchema<JWTPayload> & {
  readonly '~standard': { readonly types?: undefined }
}

type Verdict<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly unknown[] }

/**
 * Gives what the application's schema makes of the claims of a token that has passed every other
 * check.
 */
export type ReadClaims = (claims: object) => Promise<object>

export function resolveClaims(schema: unknown): ReadClaims | undefined {
  if (schema === undefined) return undefined
  const standard = memberOf(schema as Partial<StandardSchema<object>>, '~standard')
  const version = memberOf(standard, 'version')
  const validate = memberOf(standard, 'validate')
  if (standard === undefined || version !== 1 || typeof validate !== 'function') {
    const fix = 'must be a Standard Schema, such as one of Zod, Valibot or ArkType'
    wrongOption("option 'claims'", `${fix}, not ${kindOf(schema)}`)
  }
  return async (claims) => {
    const verdict = await standard.validate(claims)
    if (verdict.issues !== undefined) throw invalidToken('claims', { issues: verdict.issues })
    return freezeData(verdict.value)
  }
}

/**
 * Freezes what a schema gives, and everything in it, as `deepFreeze` does for values from JSON. A
 * schema can also give what freezing does not keep from being changed: a Date, an instance with
 * private state, a getter, something inherited. All that is refused, because requests with the same
 * token share it. The value may also contain itself.
 */
function freezeData(output: object): object {
  if (typeof output !== 'object' || output === null) wrongOutput(output)
  const found = new Set<unknown>([output])
  for (const value of found) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue
    if (!Array.isArray(value) && !isPlainObject(value)) wrongOutput(value)
    Object.freeze(value)
    for (const name of Reflect.ownKeys(value)) {
      const member = Object.getOwnPropertyDescriptor(value, name)
      if (member?.get ?? member?.set) wrongOutput(value)
      found.add(member?.value)
    }
  }
  return output
}

function wrongOutput(output: unknown): never {
  const why = 'it is shared by all requests with one token, so all of it must freeze'
  wrongOption(
    "option 'claims'",
    `must be a schema that gives an object of plain data, not ${nameOf(output)}: ${why}`,
  )
}

/** Names a value in a message by its kind alone: even a number may be a claim. */
function nameOf(output: unknown): string {
  if (output === null || output === undefined) return String(output)
  if (typeof output !== 'object') return `a ${typeof output}`
  const tag = Object.prototype.toString.call(output)
  return tag === '[object Object]' ? 'an instance, a getter or what is inherited' : tag
}
